CREATE TABLE IF NOT EXISTS tenants (
    id            VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    slug          VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    name          VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    state         VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_by    VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at    DATETIME(6) NOT NULL,
    attempt       INTEGER NOT NULL COMMENT 'grows with each try to provision; whoever holds an older one has lost it',
    attempts_left INTEGER NOT NULL,
    due_at        DATETIME(6) NULL COMMENT 'when the next attempt may begin; null once there is nothing to do',
    UNIQUE KEY tenants_slug (slug),
    KEY tenants_due_at (due_at)
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS tenant_provisioning_steps (
    tenant_id  VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    attempt    INTEGER NOT NULL,
    step       VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    state      VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    error      TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    started_at DATETIME(6) NOT NULL,
    ended_at   DATETIME(6) NULL,
    PRIMARY KEY (tenant_id, attempt, step)
) ENGINE = InnoDB;

-- How many tenants a user has created, so that the limit holds for two requests at once.
CREATE TABLE IF NOT EXISTS tenant_creators (
    user_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    tenants INTEGER NOT NULL
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS memberships (
    id        VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    tenant_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_id   VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    role      VARCHAR(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    joined_at DATETIME(6) NOT NULL,
    UNIQUE KEY memberships_tenant_id_user_id (tenant_id, user_id),
    KEY memberships_user_id (user_id)
) ENGINE = InnoDB;

-- Users that other subgraphs announced: who may become a member.
CREATE TABLE IF NOT EXISTS tenant_users (
    user_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY
) ENGINE = InnoDB;
