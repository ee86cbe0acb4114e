-- How much each tenant takes up, counted so that the quota holds for two requests at once.
CREATE TABLE registry_usage (
    tenant_id    TEXT PRIMARY KEY NOT NULL,
    services     INTEGER NOT NULL,
    schema_bytes BIGINT NOT NULL
);
INSERT INTO registry_usage (tenant_id, services, schema_bytes)
    SELECT tenant_id, COUNT(*), (
        SELECT COALESCE(SUM(LENGTH(CAST(request_schema AS BLOB))), 0)
        FROM endpoints JOIN services AS own ON own.id = endpoints.service_id
        WHERE own.tenant_id = services.tenant_id
    ) FROM services GROUP BY tenant_id;
