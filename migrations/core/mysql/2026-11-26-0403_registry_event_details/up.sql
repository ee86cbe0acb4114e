-- What a reader needs to see an event; null for whoever may read events at all. MySQL has no
-- `ADD COLUMN IF NOT EXISTS`, so that a repetition finds out by itself.
SET @add = (SELECT IF(COUNT(*) = 0,
    'ALTER TABLE events ADD COLUMN permission VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NULL, ADD KEY events_tenant_id_permission (tenant_id, permission)',
    'DO 0')
    FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'events' AND column_name = 'permission');
PREPARE add_permission FROM @add;
EXECUTE add_permission;
DEALLOCATE PREPARE add_permission;

-- Facts for handlers alone, apart from what readers are shown.
CREATE TABLE IF NOT EXISTS event_details (
    event_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    data     LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL
) ENGINE = InnoDB;

-- Events that were recorded whole: handlers that have not seen them find everything in the details.
INSERT IGNORE INTO event_details (event_id, data)
    SELECT id, data FROM events WHERE kind = 'endpoint.added' AND permission IS NULL;
UPDATE events
    SET permission = JSON_UNQUOTE(JSON_EXTRACT(data, '$.permission')),
        data = JSON_REMOVE(data, '$.base_url', '$.request_schema')
    WHERE kind = 'endpoint.added' AND permission IS NULL;
UPDATE events
    SET permission = JSON_UNQUOTE(JSON_EXTRACT(data, '$.permission'))
    WHERE kind IN ('notification.requested', 'notification.created') AND permission IS NULL;
