-- Who an account is at other providers. One is found by its issuer and not by the name that the
-- configuration gives the provider, which may be given to another one.
CREATE TABLE account_identities (
    id           TEXT PRIMARY KEY NOT NULL,
    account_id   TEXT NOT NULL,
    provider     TEXT NOT NULL, -- its name in the configuration
    issuer       TEXT NOT NULL,
    subject      TEXT NOT NULL, -- what the issuer knows the user by
    email        TEXT, -- as the provider said it last, only to be shown
    created_at   TIMESTAMP NOT NULL,
    last_used_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX account_identities_issuer_subject ON account_identities (issuer, subject);
CREATE UNIQUE INDEX account_identities_account_id_issuer ON account_identities (account_id, issuer);
