-- Whether a member owns the tenant: its last owner cannot go while others are in it. MySQL has no
-- `ADD COLUMN IF NOT EXISTS`, so that a repetition finds out by itself.
SET @add = (SELECT IF(COUNT(*) = 0,
    'ALTER TABLE account_tenants
        ADD COLUMN owns SMALLINT NOT NULL DEFAULT 0,
        ADD KEY account_tenants_tenant_id (tenant_id)',
    'DO 0')
    FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'account_tenants' AND column_name = 'owns');
PREPARE add_columns FROM @add;
EXECUTE add_columns;
DEALLOCATE PREPARE add_columns;
UPDATE account_tenants SET owns = 1 WHERE EXISTS (
    SELECT 1 FROM memberships
    WHERE memberships.tenant_id = account_tenants.tenant_id
        AND memberships.user_id = account_tenants.account_id
        AND memberships.role = 'owner');
