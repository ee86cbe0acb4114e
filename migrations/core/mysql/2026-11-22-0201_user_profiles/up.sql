-- People, as the events of their registration say.
CREATE TABLE IF NOT EXISTS user_profiles (
    id         VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    name       VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    email      VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    created_at DATETIME(6) NOT NULL
) ENGINE = InnoDB;

-- Who belongs to which tenant in which role, as the events of the tenants say.
CREATE TABLE IF NOT EXISTS user_tenants (
    tenant_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_id   VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    role      VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (tenant_id, user_id),
    KEY user_tenants_user_id (user_id)
) ENGINE = InnoDB;
