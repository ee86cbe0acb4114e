CREATE TABLE sessions (
    id              TEXT PRIMARY KEY NOT NULL,
    account_id      TEXT NOT NULL,
    tenant_id       TEXT,
    address         TEXT,
    agent           TEXT,
    created_at      TIMESTAMP NOT NULL,
    last_used_at    TIMESTAMP NOT NULL,
    expires_at      TIMESTAMP NOT NULL,
    revoked_at      TIMESTAMP,
    revoked_because TEXT
);
CREATE INDEX sessions_account_id ON sessions (account_id);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

-- Every refresh token until it expires, the spent ones too: one that comes back is a replay. Only
-- digests; the successor is sealed, for a client that lost the reply.
CREATE TABLE refresh_tokens (
    digest     TEXT PRIMARY KEY NOT NULL,
    session_id TEXT NOT NULL,
    generation INTEGER NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    used_at    TIMESTAMP,
    successor  TEXT
);
CREATE INDEX refresh_tokens_expires_at ON refresh_tokens (expires_at);
