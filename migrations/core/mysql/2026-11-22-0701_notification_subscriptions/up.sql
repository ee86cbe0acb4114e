-- Subscriptions that tenants announced: who hears about a service.
CREATE TABLE IF NOT EXISTS notification_subscriptions (
    service_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    tenant_id  VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (service_id, tenant_id)
) ENGINE = InnoDB;
