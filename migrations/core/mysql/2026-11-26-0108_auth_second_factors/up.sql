-- What makes the one-time codes of an account, one row each; pending until its user has shown a code.
CREATE TABLE IF NOT EXISTS second_factors (
    account_id   VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    sealed       TEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    last_step    BIGINT NOT NULL COMMENT 'of the last code that was accepted: none before it is',
    created_at   DATETIME(6) NOT NULL,
    expires_at   DATETIME(6) NOT NULL COMMENT 'when a pending one is good for nothing',
    activated_at DATETIME(6) NULL
) ENGINE = InnoDB;

-- Digests under a key that is not in the database: a code has few enough values to try them all.
CREATE TABLE IF NOT EXISTS recovery_codes (
    account_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    digest     VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    used_at    DATETIME(6) NULL,
    PRIMARY KEY (account_id, digest)
) ENGINE = InnoDB;
