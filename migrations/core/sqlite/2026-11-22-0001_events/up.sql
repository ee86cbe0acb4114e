CREATE TABLE events (
    id        TEXT PRIMARY KEY NOT NULL,
    position  BIGINT UNIQUE, -- null until the relay has numbered it
    kind      TEXT NOT NULL,
    subject   TEXT NOT NULL,
    tenant_id TEXT,
    time      TIMESTAMP NOT NULL,
    data      TEXT NOT NULL
);
CREATE INDEX events_unnumbered ON events (id) WHERE position IS NULL;
CREATE INDEX events_tenant_id_position ON events (tenant_id, position);
CREATE INDEX events_kind_position ON events (kind, position);

CREATE TABLE event_heads (
    id       INTEGER PRIMARY KEY NOT NULL,
    position BIGINT NOT NULL
);
INSERT INTO event_heads (id, position) VALUES (1, 0);

CREATE TABLE event_cursors (
    handler  TEXT PRIMARY KEY NOT NULL,
    position BIGINT NOT NULL
);

CREATE TABLE event_failures (
    handler   TEXT NOT NULL,
    event_id  TEXT NOT NULL,
    error     TEXT NOT NULL,
    failed_at TIMESTAMP NOT NULL,
    PRIMARY KEY (handler, event_id)
);
