-- Letters on their way. The letter itself is sealed: it may hold a link that opens an account.
CREATE TABLE mails (
    id         TEXT PRIMARY KEY NOT NULL,
    sealed     TEXT NOT NULL,
    attempts   INTEGER NOT NULL,
    due_at     TIMESTAMP NOT NULL, -- when it is tried next
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX mails_due_at ON mails (due_at);
