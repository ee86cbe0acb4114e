-- Whether a member owns the tenant: its last owner cannot go while others are in it.
ALTER TABLE account_tenants ADD COLUMN owns SMALLINT NOT NULL DEFAULT 0;
UPDATE account_tenants SET owns = 1 WHERE EXISTS (
    SELECT 1 FROM memberships
    WHERE memberships.tenant_id = account_tenants.tenant_id
        AND memberships.user_id = account_tenants.account_id
        AND memberships.role = 'owner');
CREATE INDEX account_tenants_tenant_id ON account_tenants (tenant_id);
