CREATE TABLE IF NOT EXISTS events (
    id        VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    position  BIGINT NULL UNIQUE COMMENT 'null until the relay has numbered it',
    kind      VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    subject   VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    tenant_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
    time      DATETIME(6) NOT NULL,
    data      LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    KEY events_tenant_id_position (tenant_id, position),
    KEY events_kind_position (kind, position)
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS event_heads (
    id       INTEGER NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL
) ENGINE = InnoDB;
INSERT IGNORE INTO event_heads (id, position) VALUES (1, 0);

CREATE TABLE IF NOT EXISTS event_cursors (
    handler  VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS event_failures (
    handler   VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    event_id  VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    error     TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    failed_at DATETIME(6) NOT NULL,
    PRIMARY KEY (handler, event_id)
) ENGINE = InnoDB;
