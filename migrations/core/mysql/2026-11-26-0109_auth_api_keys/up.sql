-- Keys of programs. One of a user speaks for the user, one of a tenant for nobody else.
CREATE TABLE IF NOT EXISTS api_keys (
    id           VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    digest       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    name         VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    owner        VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the user or the tenant whose it is',
    tenant_id    VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'where it works',
    principal_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'whom it speaks for',
    created_by   VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    scopes       TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'a JSON array of patterns',
    denials      TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'what was denied to whoever made a tenant''s: a JSON array of patterns',
    created_at   DATETIME(6) NOT NULL,
    expires_at   DATETIME(6) NOT NULL,
    last_used_at DATETIME(6) NULL,
    revoked_at   DATETIME(6) NULL,
    KEY api_keys_owner_id (owner, id),
    KEY api_keys_expires_at (expires_at)
) ENGINE = InnoDB;

-- A row to lock for each owner, so that keys made at once are counted one after the other.
CREATE TABLE IF NOT EXISTS api_key_owners (
    owner VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    made  INTEGER NOT NULL COMMENT 'keys, in all'
) ENGINE = InnoDB;
