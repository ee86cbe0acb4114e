-- How much each tenant takes up, counted so that the quota holds for two requests at once.
CREATE TABLE IF NOT EXISTS registry_usage (
    tenant_id    VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    services     INTEGER NOT NULL,
    schema_bytes BIGINT NOT NULL
) ENGINE = InnoDB;
INSERT IGNORE INTO registry_usage (tenant_id, services, schema_bytes)
    SELECT tenant_id, COUNT(*), (
        SELECT COALESCE(SUM(LENGTH(request_schema)), 0)
        FROM endpoints JOIN services AS own ON own.id = endpoints.service_id
        WHERE own.tenant_id = services.tenant_id
    ) FROM services GROUP BY tenant_id;
