-- The id has the same body as the event that asked for the row, so that handling the event twice
-- makes one row.
CREATE TABLE notifications (
    id         TEXT PRIMARY KEY NOT NULL,
    kind       TEXT NOT NULL,
    service_id TEXT NOT NULL,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL,
    permission TEXT NOT NULL, -- what a viewer needs to see it
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX notifications_permission_id ON notifications (permission, id);
CREATE INDEX notifications_created_at ON notifications (created_at);
