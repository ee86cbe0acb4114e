CREATE TABLE tenants (
    id            TEXT PRIMARY KEY NOT NULL,
    slug          TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    state         TEXT NOT NULL,
    created_by    TEXT NOT NULL,
    created_at    TIMESTAMP NOT NULL,
    attempt       INTEGER NOT NULL, -- grows with each try to provision; whoever holds an older one has lost it
    attempts_left INTEGER NOT NULL,
    due_at        TIMESTAMP -- when the next attempt may begin; null once there is nothing to do
);
CREATE INDEX tenants_due_at ON tenants (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE tenant_provisioning_steps (
    tenant_id  TEXT NOT NULL,
    attempt    INTEGER NOT NULL,
    step       TEXT NOT NULL,
    state      TEXT NOT NULL,
    error      TEXT,
    started_at TIMESTAMP NOT NULL,
    ended_at   TIMESTAMP,
    PRIMARY KEY (tenant_id, attempt, step)
);

-- How many tenants a user has created, so that the limit holds for two requests at once.
CREATE TABLE tenant_creators (
    user_id TEXT PRIMARY KEY NOT NULL,
    tenants INTEGER NOT NULL
);

CREATE TABLE memberships (
    id        TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL,
    user_id   TEXT NOT NULL,
    role      TEXT NOT NULL,
    joined_at TIMESTAMP NOT NULL,
    UNIQUE (tenant_id, user_id)
);
CREATE INDEX memberships_user_id ON memberships (user_id);

-- Users that other subgraphs announced: who may become a member.
CREATE TABLE tenant_users (
    user_id TEXT PRIMARY KEY NOT NULL
);
