CREATE TABLE services (
    id             TEXT PRIMARY KEY NOT NULL,
    tenant_id      TEXT NOT NULL,
    slug           TEXT NOT NULL,
    version        TEXT NOT NULL,
    name           TEXT NOT NULL,
    description    TEXT,
    base_url       TEXT NOT NULL,
    visibility     TEXT NOT NULL,
    icon           TEXT,
    endpoint_count INTEGER NOT NULL, -- counted here so that the limit holds for two requests at once
    created_by     TEXT NOT NULL,
    created_at     TIMESTAMP NOT NULL,
    UNIQUE (tenant_id, slug, version)
);
CREATE INDEX services_visibility ON services (visibility);

CREATE TABLE endpoints (
    id             TEXT PRIMARY KEY NOT NULL,
    service_id     TEXT NOT NULL REFERENCES services (id),
    method         TEXT NOT NULL,
    path           TEXT NOT NULL,
    operation_id   TEXT,
    title          TEXT NOT NULL,
    description    TEXT,
    tag            TEXT,
    deprecated     BOOLEAN NOT NULL,
    permission     TEXT NOT NULL,
    base_url       TEXT, -- where the operation has an address of its own
    request_schema TEXT NOT NULL,
    warnings       TEXT NOT NULL,
    UNIQUE (service_id, method, path)
);
CREATE INDEX endpoints_service_id_permission ON endpoints (service_id, permission);
