CREATE TABLE IF NOT EXISTS service_subscriptions (
    id            VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    tenant_id     VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    service_id    VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    subscribed_by VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    subscribed_at DATETIME(6) NOT NULL,
    UNIQUE KEY service_subscriptions_tenant_id_service_id (tenant_id, service_id)
) ENGINE = InnoDB;

-- Services that the registry announced: what a tenant may subscribe to.
CREATE TABLE IF NOT EXISTS tenant_catalogue (
    service_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    owner_id   VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    visibility VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL
) ENGINE = InnoDB;
