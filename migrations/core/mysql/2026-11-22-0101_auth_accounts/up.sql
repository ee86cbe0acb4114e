CREATE TABLE IF NOT EXISTS accounts (
    id             VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    email          VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    email_key      VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'the address in lower case, by which it is found',
    password       VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    last_tenant_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
    created_at     DATETIME(6) NOT NULL,
    UNIQUE KEY accounts_email_key (email_key)
) ENGINE = InnoDB;

-- Who belongs to which tenant, as the events of the tenants say.
CREATE TABLE IF NOT EXISTS account_tenants (
    account_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    tenant_id  VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (account_id, tenant_id)
) ENGINE = InnoDB;

-- Failed attempts, counted for an account (by a digest of its address, whether it exists or not)
-- and for a network address.
CREATE TABLE IF NOT EXISTS login_failures (
    source   VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    failures INTEGER NOT NULL,
    last_at  DATETIME(6) NOT NULL,
    KEY login_failures_last_at (last_at)
) ENGINE = InnoDB;
