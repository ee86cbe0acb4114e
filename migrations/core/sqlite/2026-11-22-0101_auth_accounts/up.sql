CREATE TABLE accounts (
    id             TEXT PRIMARY KEY NOT NULL,
    email          TEXT NOT NULL,
    email_key      TEXT NOT NULL UNIQUE, -- the address in lower case, by which it is found
    password       TEXT NOT NULL,
    last_tenant_id TEXT,
    created_at     TIMESTAMP NOT NULL
);

-- Who belongs to which tenant, as the events of the tenants say.
CREATE TABLE account_tenants (
    account_id TEXT NOT NULL,
    tenant_id  TEXT NOT NULL,
    PRIMARY KEY (account_id, tenant_id)
);

-- Failed attempts, counted for an account (by a digest of its address, whether it exists or not)
-- and for a network address.
CREATE TABLE login_failures (
    source   TEXT PRIMARY KEY NOT NULL,
    failures INTEGER NOT NULL,
    last_at  TIMESTAMP NOT NULL
);
CREATE INDEX login_failures_last_at ON login_failures (last_at);
