CREATE TABLE form_submissions (
    id              TEXT PRIMARY KEY NOT NULL,
    form_id         TEXT NOT NULL,
    form_version    TEXT NOT NULL,
    submitted_by    TEXT NOT NULL,
    idempotency_key TEXT, -- the client's; null keys never meet
    request_hash    TEXT NOT NULL, -- sealed: a bare hash would let short secrets be guessed
    data            TEXT NOT NULL, -- without its secrets
    secret_data     TEXT, -- with them, sealed; null when there are none, or the delivery has ended
    state           TEXT NOT NULL,
    response_status INTEGER,
    latency_ms      INTEGER,
    response_body   TEXT,
    failure         TEXT,
    submitted_at    TIMESTAMP NOT NULL,
    completed_at    TIMESTAMP,
    UNIQUE (form_id, submitted_by, idempotency_key)
);
CREATE INDEX form_submissions_form_id_id ON form_submissions (form_id, id);
