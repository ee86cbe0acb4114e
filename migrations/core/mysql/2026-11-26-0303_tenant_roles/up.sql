-- The roles of each member. `memberships.role` keeps the first of them for processes of the version
-- before, and is not read any more.
CREATE TABLE IF NOT EXISTS membership_roles (
    membership_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    role_id       VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    slug          VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (membership_id, role_id),
    KEY membership_roles_role_id (role_id)
) ENGINE = InnoDB;
INSERT IGNORE INTO membership_roles (membership_id, role_id, slug)
    SELECT id, CASE role
        WHEN 'owner' THEN 'role_01jgfjjz00e008000000000001'
        WHEN 'admin' THEN 'role_01jgfjjz00e008000000000002'
        WHEN 'member' THEN 'role_01jgfjjz00e008000000000003'
        ELSE 'role_01jgfjjz00e008000000000004'
    END, role FROM memberships;

-- Roles that tenants have defined, as the users' events say.
CREATE TABLE IF NOT EXISTS tenant_roles (
    id          VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    tenant_id   VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    slug        VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    permissions TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'patterns, as JSON',
    UNIQUE KEY tenant_roles_tenant_id_slug (tenant_id, slug)
) ENGINE = InnoDB;
