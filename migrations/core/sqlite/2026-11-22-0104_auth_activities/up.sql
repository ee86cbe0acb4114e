-- What happened to accounts and sessions, every success and every failure. Rows are added and, when
-- they are old enough, removed; none is ever changed.
CREATE TABLE auth_activities (
    id         TEXT PRIMARY KEY NOT NULL,
    time       TIMESTAMP NOT NULL,
    action     TEXT NOT NULL,
    failure    TEXT, -- why it was refused; null for a success
    account_id TEXT,
    session_id TEXT,
    tenant_id  TEXT,
    address    TEXT,
    agent      TEXT
);
CREATE INDEX auth_activities_account_id_id ON auth_activities (account_id, id);
CREATE INDEX auth_activities_time ON auth_activities (time);
