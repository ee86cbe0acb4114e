-- The keys of access tokens. At most one signs: its `signing` is 1, the others' is null. The private
-- half is sealed for the key's id.
CREATE TABLE signing_keys (
    kid        TEXT PRIMARY KEY NOT NULL,
    signing    SMALLINT UNIQUE,
    public     TEXT NOT NULL,
    private    TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
