//! Who belongs to which tenant, kept from the tenants' events.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kit::id::{TenantId, UserId};
use kit::{Conn, on};

use crate::tables::account_tenants as rows;

pub(crate) async fn exists(conn: &mut Conn, user: UserId, tenant: TenantId) -> QueryResult<bool> {
    let found = on!(conn, |c| {
        rows::table
            .find((user, tenant))
            .select(rows::tenant_id)
            .first::<TenantId>(c)
            .await
            .optional()
    })?;
    Ok(found.is_some())
}

pub(crate) async fn insert(conn: &mut Conn, user: UserId, tenant: TenantId) -> QueryResult<()> {
    let row = (rows::account_id.eq(user), rows::tenant_id.eq(tenant));
    on!(conn, |c| {
        diesel::insert_or_ignore_into(rows::table)
            .values(row)
            .execute(c)
            .await
    })?;
    Ok(())
}

pub(crate) async fn delete(conn: &mut Conn, user: UserId, tenant: TenantId) -> QueryResult<()> {
    on!(conn, |c| {
        diesel::delete(rows::table.find((user, tenant)))
            .execute(c)
            .await
    })?;
    Ok(())
}
