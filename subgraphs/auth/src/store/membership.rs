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

/// Adds a membership, or replaces what was known of it.
pub(crate) async fn save(
    conn: &mut Conn,
    user: UserId,
    tenant: TenantId,
    owns: bool,
) -> QueryResult<()> {
    let row = (
        rows::account_id.eq(user),
        rows::tenant_id.eq(tenant),
        rows::owns.eq(i16::from(owns)),
    );
    on!(conn, |c| {
        diesel::replace_into(rows::table)
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

/// The tenants that a user owns, which nobody else joins or leaves here until the caller's
/// transaction ends.
pub(crate) async fn lock_owned(conn: &mut Conn, user: UserId) -> QueryResult<Vec<TenantId>> {
    let owned = rows::table
        .filter(rows::account_id.eq(user))
        .filter(rows::owns.ne(0));
    let owned: Vec<TenantId> = on!(conn, |c| {
        owned
            .select(rows::tenant_id)
            .order(rows::tenant_id)
            .load(c)
            .await
    })?;
    // An update locks the rows on both databases; SQLite has no `FOR UPDATE`.
    on!(conn, |c| {
        diesel::update(rows::table.filter(rows::tenant_id.eq_any(&owned)))
            .set(rows::owns.eq(rows::owns))
            .execute(c)
            .await
    })?;
    Ok(owned)
}

/// Whether a tenant has other members than this one, but no other owner.
pub(crate) async fn needs_owner(
    conn: &mut Conn,
    tenant: TenantId,
    owner: UserId,
) -> QueryResult<bool> {
    let others: Vec<i16> = on!(conn, |c| {
        rows::table
            .filter(rows::tenant_id.eq(tenant))
            .filter(rows::account_id.ne(owner))
            .select(rows::owns)
            .order(rows::owns.desc())
            .limit(1)
            .load(c)
            .await
    })?;
    Ok(others == [0])
}
