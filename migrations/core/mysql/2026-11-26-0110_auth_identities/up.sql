-- Who an account is at other providers. One is found by its issuer and not by the name that the
-- configuration gives the provider, which may be given to another one.
CREATE TABLE IF NOT EXISTS account_identities (
    id           VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    account_id   VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    provider     VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'its name in the configuration',
    issuer       VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    subject      VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'what the issuer knows the user by',
    email        VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'as the provider said it last, only to be shown',
    created_at   DATETIME(6) NOT NULL,
    last_used_at DATETIME(6) NOT NULL,
    UNIQUE KEY account_identities_issuer_subject (issuer, subject),
    UNIQUE KEY account_identities_account_id_issuer (account_id, issuer)
) ENGINE = InnoDB;
