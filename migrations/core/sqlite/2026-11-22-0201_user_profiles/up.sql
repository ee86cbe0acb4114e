-- People, as the events of their registration say.
CREATE TABLE user_profiles (
    id         TEXT PRIMARY KEY NOT NULL,
    name       TEXT NOT NULL,
    email      TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);

-- Who belongs to which tenant in which role, as the events of the tenants say.
CREATE TABLE user_tenants (
    tenant_id TEXT NOT NULL,
    user_id   TEXT NOT NULL,
    role      TEXT NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);
CREATE INDEX user_tenants_user_id ON user_tenants (user_id);
