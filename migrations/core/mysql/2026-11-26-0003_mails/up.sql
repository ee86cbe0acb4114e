-- Letters on their way. The letter itself is sealed: it may hold a link that opens an account.
CREATE TABLE IF NOT EXISTS mails (
    id         VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    sealed     MEDIUMTEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    attempts   INTEGER NOT NULL,
    due_at     DATETIME(6) NOT NULL COMMENT 'when it is tried next',
    created_at DATETIME(6) NOT NULL,
    KEY mails_due_at (due_at)
) ENGINE = InnoDB;
