-- What makes the one-time codes of an account, one row each; pending until its user has shown a code.
CREATE TABLE second_factors (
    account_id   TEXT PRIMARY KEY NOT NULL,
    sealed       TEXT NOT NULL,
    last_step    BIGINT NOT NULL, -- of the last code that was accepted: none before it is
    created_at   TIMESTAMP NOT NULL,
    expires_at   TIMESTAMP NOT NULL, -- when a pending one is good for nothing
    activated_at TIMESTAMP
);

-- Digests under a key that is not in the database: a code has few enough values to try them all.
CREATE TABLE recovery_codes (
    account_id TEXT NOT NULL,
    digest     TEXT NOT NULL,
    used_at    TIMESTAMP,
    PRIMARY KEY (account_id, digest)
);
