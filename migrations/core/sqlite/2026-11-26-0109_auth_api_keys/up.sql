-- Keys of programs. One of a user speaks for the user, one of a tenant for nobody else.
CREATE TABLE api_keys (
    id           TEXT PRIMARY KEY NOT NULL,
    digest       TEXT NOT NULL,
    name         TEXT NOT NULL,
    owner        TEXT NOT NULL, -- the user or the tenant whose it is
    tenant_id    TEXT, -- where it works
    principal_id TEXT NOT NULL, -- whom it speaks for
    created_by   TEXT NOT NULL,
    scopes       TEXT NOT NULL, -- a JSON array of patterns
    denials      TEXT NOT NULL, -- what was denied to whoever made a tenant's: a JSON array of patterns
    created_at   TIMESTAMP NOT NULL,
    expires_at   TIMESTAMP NOT NULL,
    last_used_at TIMESTAMP,
    revoked_at   TIMESTAMP
);
CREATE INDEX api_keys_owner_id ON api_keys (owner, id);
CREATE INDEX api_keys_expires_at ON api_keys (expires_at);

-- A row to lock for each owner, so that keys made at once are counted one after the other.
CREATE TABLE api_key_owners (
    owner TEXT PRIMARY KEY NOT NULL,
    made  INTEGER NOT NULL -- keys, in all
);
