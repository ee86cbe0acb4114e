-- What a reader needs to see an event; null for whoever may read events at all.
ALTER TABLE events ADD COLUMN permission TEXT;
CREATE INDEX events_tenant_id_permission ON events (tenant_id, permission);

-- Facts for handlers alone, apart from what readers are shown.
CREATE TABLE event_details (
    event_id TEXT PRIMARY KEY NOT NULL REFERENCES events (id),
    data     TEXT NOT NULL
);

-- Events that were recorded whole: handlers that have not seen them find everything in the details.
INSERT INTO event_details (event_id, data)
    SELECT id, data FROM events WHERE kind = 'endpoint.added';
UPDATE events
    SET permission = json_extract(data, '$.permission'),
        data = json_remove(data, '$.base_url', '$.request_schema')
    WHERE kind = 'endpoint.added';
UPDATE events
    SET permission = json_extract(data, '$.permission')
    WHERE kind IN ('notification.requested', 'notification.created');
