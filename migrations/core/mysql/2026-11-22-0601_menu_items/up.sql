CREATE TABLE IF NOT EXISTS menu_items (
    id          VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    service_id  VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    parent_id   VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'null for the item of the service itself',
    endpoint_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'null unless the item leads to an endpoint',
    tag         VARCHAR(160) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'null unless the item groups the endpoints of a tag',
    label       TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    path        TEXT CHARACTER SET ascii COLLATE ascii_bin NULL,
    icon        TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    permission  TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    UNIQUE KEY menu_items_service_id_tag (service_id, tag),
    KEY menu_items_service_id_id (service_id, id)
) ENGINE = InnoDB;

-- Services that the registry announced: who sees them, and how many items to expect.
CREATE TABLE IF NOT EXISTS menu_services (
    service_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    owner_id   VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    visibility VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    endpoints  INTEGER NOT NULL
) ENGINE = InnoDB;

-- Subscriptions that tenants announced: whose menu a service is in.
CREATE TABLE IF NOT EXISTS menu_subscriptions (
    tenant_id       VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    service_id      VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    subscription_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (tenant_id, service_id)
) ENGINE = InnoDB;
