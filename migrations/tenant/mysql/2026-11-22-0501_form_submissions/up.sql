CREATE TABLE IF NOT EXISTS form_submissions (
    id              VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    form_id         VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    form_version    VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    submitted_by    VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    idempotency_key VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'the client''s; null keys never meet',
    request_hash    TEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'sealed: a bare hash would let short secrets be guessed',
    data            LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'without its secrets',
    secret_data     LONGTEXT CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'with them, sealed; null when there are none, or the delivery has ended',
    state           VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    response_status INTEGER NULL,
    latency_ms      INTEGER NULL,
    response_body   TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    failure         VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
    submitted_at    DATETIME(6) NOT NULL,
    completed_at    DATETIME(6) NULL,
    UNIQUE KEY form_submissions_form_id_submitted_by_idempotency_key (form_id, submitted_by, idempotency_key),
    KEY form_submissions_form_id_id (form_id, id)
) ENGINE = InnoDB;
