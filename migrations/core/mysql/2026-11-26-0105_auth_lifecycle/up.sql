-- An account may have no password: its user signs in through somebody else, or has yet to choose one.
-- MySQL has no `ADD COLUMN IF NOT EXISTS`, so that a repetition finds out by itself.
ALTER TABLE accounts MODIFY password VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NULL;
SET @add = (SELECT IF(COUNT(*) = 0,
    'ALTER TABLE accounts
        ADD COLUMN locale VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT ''en'' COMMENT ''of the letters to its user'',
        ADD COLUMN verified_at DATETIME(6) NULL COMMENT ''when its user proved that the address is theirs'',
        ADD COLUMN deactivated_at DATETIME(6) NULL',
    'DO 0')
    FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'accounts' AND column_name = 'verified_at');
PREPARE add_columns FROM @add;
EXECUTE add_columns;
DEALLOCATE PREPARE add_columns;
UPDATE accounts SET verified_at = created_at WHERE verified_at IS NULL;

SET @add = (SELECT IF(COUNT(*) = 0,
    'ALTER TABLE sessions
        ADD COLUMN name VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
        ADD COLUMN aal SMALLINT NOT NULL DEFAULT 1 COMMENT ''how many factors opened it'',
        ADD COLUMN authenticated_at DATETIME(6) NOT NULL DEFAULT ''1970-01-01 00:00:00''',
    'DO 0')
    FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'sessions' AND column_name = 'authenticated_at');
PREPARE add_columns FROM @add;
EXECUTE add_columns;
DEALLOCATE PREPARE add_columns;
UPDATE sessions SET authenticated_at = created_at WHERE authenticated_at = '1970-01-01 00:00:00';

-- Secrets that are good for one use: links and codes in letters, the state of a sign-in that goes on
-- elsewhere. Only digests; what belongs to one is sealed.
CREATE TABLE IF NOT EXISTS auth_tickets (
    digest      VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    purpose     VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    account_id  VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
    code_digest VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'of a short code that does the same',
    attempts    INTEGER NOT NULL COMMENT 'wrong codes so far',
    sealed      TEXT CHARACTER SET ascii COLLATE ascii_bin NULL,
    created_at  DATETIME(6) NOT NULL,
    expires_at  DATETIME(6) NOT NULL,
    used_at     DATETIME(6) NULL,
    KEY auth_tickets_account_id_purpose (account_id, purpose),
    KEY auth_tickets_expires_at (expires_at)
) ENGINE = InnoDB;
