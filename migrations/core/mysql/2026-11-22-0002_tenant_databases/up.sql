-- Where each tenant's own rows live. The credentials are sealed for the tenant's id.
CREATE TABLE IF NOT EXISTS tenant_databases (
    tenant_id   VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    location    VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    credentials TEXT CHARACTER SET ascii COLLATE ascii_bin NULL,
    ready       BOOLEAN NOT NULL
) ENGINE = InnoDB;
