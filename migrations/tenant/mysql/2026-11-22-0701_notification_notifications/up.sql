-- The id has the same body as the event that asked for the row, so that handling the event twice
-- makes one row.
CREATE TABLE IF NOT EXISTS notifications (
    id         VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    kind       VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    service_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    title      TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    body       TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    permission VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'what a viewer needs to see it',
    created_at DATETIME(6) NOT NULL,
    KEY notifications_permission_id (permission, id),
    KEY notifications_created_at (created_at)
) ENGINE = InnoDB;
