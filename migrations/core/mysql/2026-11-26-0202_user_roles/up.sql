-- Roles that a tenant has defined; the built-in ones are constants.
CREATE TABLE IF NOT EXISTS user_roles (
    id          VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    tenant_id   VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    slug        VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    name        VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    description VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    permissions TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'patterns, as JSON',
    created_at  DATETIME(6) NOT NULL,
    updated_at  DATETIME(6) NOT NULL,
    UNIQUE KEY user_roles_tenant_id_slug (tenant_id, slug)
) ENGINE = InnoDB;

-- How many roles each tenant has, counted so that the quota holds for two requests at once.
CREATE TABLE IF NOT EXISTS user_role_counts (
    tenant_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    roles     INTEGER NOT NULL
) ENGINE = InnoDB;

-- Which roles a member holds, as the events of the tenants say.
CREATE TABLE IF NOT EXISTS user_tenant_roles (
    tenant_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_id   VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    role_id   VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (tenant_id, user_id, role_id),
    KEY user_tenant_roles_role_id (role_id)
) ENGINE = InnoDB;
INSERT IGNORE INTO user_tenant_roles (tenant_id, user_id, role_id)
    SELECT tenant_id, user_id, CASE role
        WHEN 'owner' THEN 'role_01jgfjjz00e008000000000001'
        WHEN 'admin' THEN 'role_01jgfjjz00e008000000000002'
        WHEN 'member' THEN 'role_01jgfjjz00e008000000000003'
        ELSE 'role_01jgfjjz00e008000000000004'
    END FROM user_tenants;
