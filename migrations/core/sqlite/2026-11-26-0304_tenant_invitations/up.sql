-- Invitations to tenants. Of the secret that a letter brings, only a digest is kept. Processes of the
-- version before do not know these tables.
CREATE TABLE tenant_invitations (
    id          TEXT PRIMARY KEY NOT NULL,
    tenant_id   TEXT NOT NULL,
    email       TEXT NOT NULL,
    email_key   TEXT NOT NULL, -- the address in lower case
    open_key    TEXT, -- the same while the invitation may be accepted, so that there is one
    roles       TEXT NOT NULL, -- ids and slugs, as JSON
    invited_by  TEXT NOT NULL,
    locale      TEXT NOT NULL, -- of the letter
    digest      TEXT NOT NULL UNIQUE,
    created_at  TIMESTAMP NOT NULL,
    expires_at  TIMESTAMP NOT NULL,
    accepted_at TIMESTAMP,
    accepted_by TEXT,
    revoked_at  TIMESTAMP,
    UNIQUE (tenant_id, open_key)
);
CREATE INDEX tenant_invitations_tenant_id_id ON tenant_invitations (tenant_id, id);
CREATE INDEX tenant_invitations_expires_at ON tenant_invitations (expires_at);

-- How many letters a tenant has sent, or an address was sent, since when.
CREATE TABLE tenant_letter_counts (
    source  TEXT PRIMARY KEY NOT NULL,
    letters INTEGER NOT NULL,
    since   TIMESTAMP NOT NULL
);
CREATE INDEX tenant_letter_counts_since ON tenant_letter_counts (since);
