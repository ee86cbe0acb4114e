CREATE TABLE IF NOT EXISTS service_health (
    service_id      VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    path            VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'checked below the address of the service; the address itself if null',
    interval_ms     BIGINT NULL COMMENT 'the setting of the platform if null',
    state           VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    since           DATETIME(6) NOT NULL,
    seq             BIGINT NOT NULL COMMENT 'grows with every change of state',
    passes          INTEGER NOT NULL COMMENT 'in a row',
    failures        INTEGER NOT NULL COMMENT 'in a row',
    recent          INTEGER NOT NULL COMMENT 'the last checks as bits, the newest lowest; one is trouble',
    last_checked_at DATETIME(6) NULL,
    latency_ms      INTEGER NULL,
    error           VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    due_at          DATETIME(6) NOT NULL,
    claim           VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'who checks now; whoever finds another name here has lost',
    KEY service_health_due_at (due_at),
    CONSTRAINT service_health_service FOREIGN KEY (service_id) REFERENCES services (id)
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS health_checks (
    id         VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    service_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    checked_at DATETIME(6) NOT NULL,
    passed     BOOLEAN NOT NULL,
    latency_ms INTEGER NULL,
    KEY health_checks_service_id_checked_at (service_id, checked_at),
    KEY health_checks_checked_at (checked_at),
    CONSTRAINT health_checks_service FOREIGN KEY (service_id) REFERENCES services (id)
) ENGINE = InnoDB;
