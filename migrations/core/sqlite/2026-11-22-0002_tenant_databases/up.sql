-- Where each tenant's own rows live. The credentials are sealed for the tenant's id.
CREATE TABLE tenant_databases (
    tenant_id   TEXT PRIMARY KEY NOT NULL,
    location    TEXT NOT NULL,
    credentials TEXT,
    ready       BOOLEAN NOT NULL
);
