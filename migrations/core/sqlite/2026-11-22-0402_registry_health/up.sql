CREATE TABLE service_health (
    service_id      TEXT PRIMARY KEY NOT NULL REFERENCES services (id),
    path            TEXT, -- checked below the service's address; the address itself if null
    interval_ms     BIGINT, -- the platform's setting if null
    state           TEXT NOT NULL,
    since           TIMESTAMP NOT NULL,
    seq             BIGINT NOT NULL, -- grows with every change of state
    passes          INTEGER NOT NULL, -- in a row
    failures        INTEGER NOT NULL, -- in a row
    recent          INTEGER NOT NULL, -- the last checks as bits, the newest lowest; one is trouble
    last_checked_at TIMESTAMP,
    latency_ms      INTEGER,
    error           TEXT,
    due_at          TIMESTAMP NOT NULL,
    claim           TEXT -- who checks now; whoever finds another's name here has lost
);
CREATE INDEX service_health_due_at ON service_health (due_at);

CREATE TABLE health_checks (
    id         TEXT PRIMARY KEY NOT NULL,
    service_id TEXT NOT NULL REFERENCES services (id),
    checked_at TIMESTAMP NOT NULL,
    passed     BOOLEAN NOT NULL,
    latency_ms INTEGER
);
CREATE INDEX health_checks_service_id_checked_at ON health_checks (service_id, checked_at);
CREATE INDEX health_checks_checked_at ON health_checks (checked_at);
