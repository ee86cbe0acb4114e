-- The roles of each member. `memberships.role` keeps the first of them for processes of the version
-- before, and is not read any more.
CREATE TABLE membership_roles (
    membership_id TEXT NOT NULL,
    role_id       TEXT NOT NULL,
    slug          TEXT NOT NULL,
    PRIMARY KEY (membership_id, role_id)
);
CREATE INDEX membership_roles_role_id ON membership_roles (role_id);
INSERT INTO membership_roles (membership_id, role_id, slug)
    SELECT id, CASE role
        WHEN 'owner' THEN 'role_01jgfjjz00e008000000000001'
        WHEN 'admin' THEN 'role_01jgfjjz00e008000000000002'
        WHEN 'member' THEN 'role_01jgfjjz00e008000000000003'
        ELSE 'role_01jgfjjz00e008000000000004'
    END, role FROM memberships;

-- Roles that tenants have defined, as the users' events say.
CREATE TABLE tenant_roles (
    id          TEXT PRIMARY KEY NOT NULL,
    tenant_id   TEXT NOT NULL,
    slug        TEXT NOT NULL,
    permissions TEXT NOT NULL, -- patterns, as JSON
    UNIQUE (tenant_id, slug)
);
