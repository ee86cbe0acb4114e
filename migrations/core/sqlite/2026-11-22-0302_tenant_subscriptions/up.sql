CREATE TABLE service_subscriptions (
    id            TEXT PRIMARY KEY NOT NULL,
    tenant_id     TEXT NOT NULL,
    service_id    TEXT NOT NULL,
    subscribed_by TEXT NOT NULL,
    subscribed_at TIMESTAMP NOT NULL,
    UNIQUE (tenant_id, service_id)
);

-- Services that the registry announced: what a tenant may subscribe to.
CREATE TABLE tenant_catalogue (
    service_id TEXT PRIMARY KEY NOT NULL,
    owner_id   TEXT NOT NULL,
    visibility TEXT NOT NULL
);
