-- Endpoints that the registry announced, as far as their forms need them.
CREATE TABLE forms (
    id          TEXT PRIMARY KEY NOT NULL,
    service_id  TEXT NOT NULL,
    owner_id    TEXT NOT NULL,
    permission  TEXT NOT NULL, -- what a viewer needs to see and submit it
    method      TEXT NOT NULL,
    base_url    TEXT NOT NULL,
    path        TEXT NOT NULL,
    title       TEXT NOT NULL,
    description TEXT,
    schema_text TEXT NOT NULL,
    version     TEXT NOT NULL -- hash of the schema
);

-- Subscriptions that tenants announced: who may submit a service's forms.
CREATE TABLE form_subscriptions (
    tenant_id  TEXT NOT NULL,
    service_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, service_id)
);

-- Submissions whose delivery is not recorded yet. Written before the submission itself, so that a
-- crash at any point leaves a row that says what to look after.
CREATE TABLE form_deliveries (
    id           TEXT PRIMARY KEY NOT NULL, -- the submission's
    tenant_id    TEXT NOT NULL,
    form_id      TEXT NOT NULL,
    lease        TEXT NOT NULL, -- who delivers; changes hands when it has expired
    leased_until TIMESTAMP NOT NULL,
    attempts     INTEGER NOT NULL,
    created_at   TIMESTAMP NOT NULL
);
CREATE INDEX form_deliveries_leased_until ON form_deliveries (leased_until);
