-- The keys of access tokens. At most one signs: its `signing` is 1, the others' is null. The private
-- half is sealed for the key's id.
CREATE TABLE IF NOT EXISTS signing_keys (
    kid        VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    signing    SMALLINT NULL,
    public     VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    private    TEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at DATETIME(6) NOT NULL,
    UNIQUE KEY signing_keys_signing (signing)
) ENGINE = InnoDB;
