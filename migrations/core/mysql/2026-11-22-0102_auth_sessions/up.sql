CREATE TABLE IF NOT EXISTS sessions (
    id              VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    account_id      VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    tenant_id       VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
    address         VARCHAR(45) CHARACTER SET ascii COLLATE ascii_bin NULL,
    agent           VARCHAR(256) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    created_at      DATETIME(6) NOT NULL,
    last_used_at    DATETIME(6) NOT NULL,
    expires_at      DATETIME(6) NOT NULL,
    revoked_at      DATETIME(6) NULL,
    revoked_because VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
    KEY sessions_account_id (account_id),
    KEY sessions_expires_at (expires_at)
) ENGINE = InnoDB;

-- Every refresh token until it expires, the spent ones too: one that comes back is a replay. Only
-- digests; the successor is sealed, for a client that lost the reply.
CREATE TABLE IF NOT EXISTS refresh_tokens (
    digest     VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    session_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    generation INTEGER NOT NULL,
    expires_at DATETIME(6) NOT NULL,
    used_at    DATETIME(6) NULL,
    successor  TEXT CHARACTER SET ascii COLLATE ascii_bin NULL,
    KEY refresh_tokens_expires_at (expires_at)
) ENGINE = InnoDB;
