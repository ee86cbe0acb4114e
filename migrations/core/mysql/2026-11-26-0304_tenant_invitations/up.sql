-- Invitations to tenants. Of the secret that a letter brings, only a digest is kept. Processes of the
-- version before do not know these tables.
CREATE TABLE IF NOT EXISTS tenant_invitations (
    id          VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    tenant_id   VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    email       VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    email_key   VARCHAR(320) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'the address in lower case',
    open_key    VARCHAR(320) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'the same while the invitation may be accepted, so that there is one',
    roles       TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'ids and slugs, as JSON',
    invited_by  VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    locale      VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'of the letter',
    digest      VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at  DATETIME(6) NOT NULL,
    expires_at  DATETIME(6) NOT NULL,
    accepted_at DATETIME(6) NULL,
    accepted_by VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
    revoked_at  DATETIME(6) NULL,
    UNIQUE KEY tenant_invitations_digest (digest),
    UNIQUE KEY tenant_invitations_tenant_id_open_key (tenant_id, open_key),
    KEY tenant_invitations_tenant_id_id (tenant_id, id),
    KEY tenant_invitations_expires_at (expires_at)
) ENGINE = InnoDB;

-- How many letters a tenant has sent, or an address was sent, since when.
CREATE TABLE IF NOT EXISTS tenant_letter_counts (
    source  VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    letters INTEGER NOT NULL,
    since   DATETIME(6) NOT NULL,
    KEY tenant_letter_counts_since (since)
) ENGINE = InnoDB;
