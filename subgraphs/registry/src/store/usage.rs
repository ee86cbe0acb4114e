//! How much of the platform each tenant takes up, counted so that two requests at once cannot both
//! take the last of it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kit::id::TenantId;
use kit::{Conn, on};

use crate::error::RegistryError;
use crate::tables::registry_usage as usage;

/// What a tenant has or wants, and how much it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = usage, check_for_backend(diesel::sqlite::Sqlite, diesel::mysql::Mysql))]
pub(crate) struct Usage {
    /// Services.
    pub(crate) services: i32,
    /// Bytes of request schemas over all of them.
    pub(crate) schema_bytes: i64,
}

impl Usage {
    /// Begins to count a tenant. Outside of the transaction that counts: two that insert the same
    /// row and then change it would wait for each other for ever.
    pub(crate) async fn begin(conn: &mut Conn, tenant: TenantId) -> QueryResult<usize> {
        let row = (
            usage::tenant_id.eq(tenant),
            usage::services.eq(0),
            usage::schema_bytes.eq(0),
        );
        on!(conn, |c| diesel::insert_or_ignore_into(usage::table)
            .values(row)
            .execute(c)
            .await)
    }

    /// Counts more, in the caller's transaction, unless that is more than the quota.
    pub(crate) async fn add(
        self,
        conn: &mut Conn,
        tenant: TenantId,
        quota: Self,
    ) -> Result<(), RegistryError> {
        let open = usage::table
            .filter(usage::tenant_id.eq(tenant))
            .filter(usage::services.le(quota.services - self.services))
            .filter(usage::schema_bytes.le(quota.schema_bytes - self.schema_bytes));
        let counted = (
            usage::services.eq(usage::services + self.services),
            usage::schema_bytes.eq(usage::schema_bytes + self.schema_bytes),
        );
        let changed = on!(conn, |c| diesel::update(open).set(counted).execute(c).await)?;
        if changed == 1 {
            return Ok(());
        }
        let current = on!(conn, |c| usage::table
            .find(tenant)
            .select(Self::as_select())
            .first(c)
            .await)?;
        Err(match current.services + self.services > quota.services {
            true => RegistryError::TooManyServices(quota.services),
            false => RegistryError::TooMuchSchema(quota.schema_bytes),
        })
    }
}
