CREATE TABLE menu_items (
    id          TEXT PRIMARY KEY NOT NULL,
    service_id  TEXT NOT NULL,
    parent_id   TEXT, -- null for the item of the service itself
    endpoint_id TEXT, -- null unless the item leads to an endpoint
    tag         TEXT, -- null unless the item groups the endpoints of a tag
    label       TEXT NOT NULL,
    path        TEXT,
    icon        TEXT,
    permission  TEXT,
    UNIQUE (service_id, tag)
);
CREATE INDEX menu_items_service_id_id ON menu_items (service_id, id);

-- Services that the registry announced: who sees them, and how many items to expect.
CREATE TABLE menu_services (
    service_id TEXT PRIMARY KEY NOT NULL,
    owner_id   TEXT NOT NULL,
    visibility TEXT NOT NULL,
    endpoints  INTEGER NOT NULL
);

-- Subscriptions that tenants announced: whose menu a service is in.
CREATE TABLE menu_subscriptions (
    tenant_id       TEXT NOT NULL,
    service_id      TEXT NOT NULL,
    subscription_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, service_id)
);
