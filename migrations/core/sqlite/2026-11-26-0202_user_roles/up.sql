-- Roles that a tenant has defined; the built-in ones are constants.
CREATE TABLE user_roles (
    id          TEXT PRIMARY KEY NOT NULL,
    tenant_id   TEXT NOT NULL,
    slug        TEXT NOT NULL,
    name        TEXT NOT NULL,
    description TEXT NOT NULL,
    permissions TEXT NOT NULL, -- patterns, as JSON
    created_at  TIMESTAMP NOT NULL,
    updated_at  TIMESTAMP NOT NULL,
    UNIQUE (tenant_id, slug)
);

-- How many roles each tenant has, counted so that the quota holds for two requests at once.
CREATE TABLE user_role_counts (
    tenant_id TEXT PRIMARY KEY NOT NULL,
    roles     INTEGER NOT NULL
);

-- Which roles a member holds, as the events of the tenants say.
CREATE TABLE user_tenant_roles (
    tenant_id TEXT NOT NULL,
    user_id   TEXT NOT NULL,
    role_id   TEXT NOT NULL,
    PRIMARY KEY (tenant_id, user_id, role_id)
);
CREATE INDEX user_tenant_roles_role_id ON user_tenant_roles (role_id);
INSERT INTO user_tenant_roles (tenant_id, user_id, role_id)
    SELECT tenant_id, user_id, CASE role
        WHEN 'owner' THEN 'role_01jgfjjz00e008000000000001'
        WHEN 'admin' THEN 'role_01jgfjjz00e008000000000002'
        WHEN 'member' THEN 'role_01jgfjjz00e008000000000003'
        ELSE 'role_01jgfjjz00e008000000000004'
    END FROM user_tenants;
