CREATE TABLE IF NOT EXISTS services (
    id             VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    tenant_id      VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    slug           VARCHAR(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    version        VARCHAR(60) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    name           VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    description    MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    base_url       VARCHAR(2000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    visibility     VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    icon           VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    endpoint_count INTEGER NOT NULL COMMENT 'counted here so that the limit holds for two requests at once',
    created_by     VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at     DATETIME(6) NOT NULL,
    UNIQUE KEY services_tenant_id_slug_version (tenant_id, slug, version),
    KEY services_visibility (visibility)
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS endpoints (
    id             VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    service_id     VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    method         VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    path           VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    operation_id   VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    title          VARCHAR(300) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    description    MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    tag            VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    deprecated     BOOLEAN NOT NULL,
    permission     VARCHAR(150) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    base_url       VARCHAR(2000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'where the operation has an address of its own',
    request_schema LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    warnings       LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    UNIQUE KEY endpoints_service_id_method_path (service_id, method, path),
    KEY endpoints_service_id_permission (service_id, permission),
    CONSTRAINT endpoints_service FOREIGN KEY (service_id) REFERENCES services (id)
) ENGINE = InnoDB;
