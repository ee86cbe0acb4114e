//! What is kept here of the roles that tenants have defined, which belong to the users' subgraph.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kit::db::Json;
use kit::id::TenantId;
use kit::role::RoleId;
use kit::{Conn, on};

use crate::tables::tenant_roles as rows;

/// A role as it was last announced.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = rows, check_for_backend(diesel::sqlite::Sqlite, diesel::mysql::Mysql))]
pub(crate) struct KnownRole {
    pub(crate) id: RoleId,
    pub(crate) tenant_id: TenantId,
    pub(crate) slug: String,
    pub(crate) permissions: Json<Vec<String>>,
}

/// Remembers a role as it was last announced.
pub(crate) async fn remember(conn: &mut Conn, role: &KnownRole) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::replace_into(rows::table)
            .values(role)
            .execute(c)
            .await
    })
}

/// Forgets a role.
pub(crate) async fn forget(conn: &mut Conn, id: RoleId) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::delete(rows::table.find(id)).execute(c).await
    })
}

/// The roles of a tenant with these slugs.
pub(crate) async fn by_slugs(
    conn: &mut Conn,
    tenant: TenantId,
    slugs: &[String],
) -> QueryResult<Vec<KnownRole>> {
    on!(conn, |c| {
        rows::table
            .filter(rows::tenant_id.eq(tenant))
            .filter(rows::slug.eq_any(slugs))
            .order(rows::id.asc())
            .select(KnownRole::as_select())
            .load(c)
            .await
    })
}

/// The roles of a tenant with these ids.
pub(crate) async fn by_ids(
    conn: &mut Conn,
    tenant: TenantId,
    ids: &[RoleId],
) -> QueryResult<Vec<KnownRole>> {
    on!(conn, |c| {
        rows::table
            .filter(rows::tenant_id.eq(tenant))
            .filter(rows::id.eq_any(ids))
            .select(KnownRole::as_select())
            .load(c)
            .await
    })
}
