-- Endpoints that the registry announced, as far as their forms need them.
CREATE TABLE IF NOT EXISTS forms (
    id          VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    service_id  VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    owner_id    VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    permission  TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'what a viewer needs to see and submit it',
    method      VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    base_url    TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    path        TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    title       TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    description MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    schema_text LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    version     VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'hash of the schema'
) ENGINE = InnoDB;

-- Subscriptions that tenants announced: who may submit a service's forms.
CREATE TABLE IF NOT EXISTS form_subscriptions (
    tenant_id  VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    service_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (tenant_id, service_id)
) ENGINE = InnoDB;

-- Submissions whose delivery is not recorded yet. Written before the submission itself, so that a
-- crash at any point leaves a row that says what to look after.
CREATE TABLE IF NOT EXISTS form_deliveries (
    id           VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY COMMENT 'the submission''s',
    tenant_id    VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    form_id      VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    lease        VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'who delivers; changes hands when it has expired',
    leased_until DATETIME(6) NOT NULL,
    attempts     INTEGER NOT NULL,
    created_at   DATETIME(6) NOT NULL,
    KEY form_deliveries_leased_until (leased_until)
) ENGINE = InnoDB;
