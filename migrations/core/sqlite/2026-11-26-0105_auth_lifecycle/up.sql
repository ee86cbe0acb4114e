-- An account may have no password: its user signs in through somebody else, or has yet to choose one.
CREATE TABLE accounts_next (
    id             TEXT PRIMARY KEY NOT NULL,
    email          TEXT NOT NULL,
    email_key      TEXT NOT NULL UNIQUE, -- the address in lower case, by which it is found
    password       TEXT,
    locale         TEXT NOT NULL, -- of the letters to its user
    last_tenant_id TEXT,
    created_at     TIMESTAMP NOT NULL,
    verified_at    TIMESTAMP, -- when its user proved that the address is theirs
    deactivated_at TIMESTAMP
);
INSERT INTO accounts_next (id, email, email_key, password, locale, last_tenant_id, created_at, verified_at)
    SELECT id, email, email_key, password, 'en', last_tenant_id, created_at, created_at FROM accounts;
DROP TABLE accounts;
ALTER TABLE accounts_next RENAME TO accounts;

ALTER TABLE sessions ADD COLUMN name TEXT;
ALTER TABLE sessions ADD COLUMN aal SMALLINT NOT NULL DEFAULT 1; -- how many factors opened it
ALTER TABLE sessions ADD COLUMN authenticated_at TIMESTAMP NOT NULL DEFAULT '1970-01-01 00:00:00';
UPDATE sessions SET authenticated_at = created_at;

-- Secrets that are good for one use: links and codes in letters, the state of a sign-in that goes on
-- elsewhere. Only digests; what belongs to one is sealed.
CREATE TABLE auth_tickets (
    digest      TEXT PRIMARY KEY NOT NULL,
    purpose     TEXT NOT NULL,
    account_id  TEXT,
    code_digest TEXT, -- of a short code that does the same
    attempts    INTEGER NOT NULL, -- wrong codes so far
    sealed      TEXT,
    created_at  TIMESTAMP NOT NULL,
    expires_at  TIMESTAMP NOT NULL,
    used_at     TIMESTAMP
);
CREATE INDEX auth_tickets_account_id_purpose ON auth_tickets (account_id, purpose);
CREATE INDEX auth_tickets_expires_at ON auth_tickets (expires_at);
