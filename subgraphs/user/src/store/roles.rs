//! The roles that tenants have defined.

use chrono::NaiveDateTime;
use diesel::dsl::auto_type;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kit::db::Json;
use kit::id::{TenantId, UserId};
use kit::role::RoleId;
use kit::{Conn, on};

use crate::tables::{user_role_counts as counts, user_roles as rows, user_tenants};

/// A role of one tenant.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = rows, check_for_backend(diesel::sqlite::Sqlite, diesel::mysql::Mysql))]
pub(crate) struct Row {
    pub(crate) id: RoleId,
    pub(crate) tenant_id: TenantId,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) permissions: Json<Vec<String>>,
    pub(crate) created_at: NaiveDateTime,
    pub(crate) updated_at: NaiveDateTime,
}

/// Roles of one tenant: a query that starts here cannot cross tenants.
#[auto_type(no_type_alias)]
fn of_tenant(tenant: TenantId) -> _ {
    rows::table.filter(rows::tenant_id.eq(tenant))
}

/// A role of a tenant.
pub(crate) async fn find(
    conn: &mut Conn,
    tenant: TenantId,
    id: RoleId,
) -> QueryResult<Option<Row>> {
    Ok(by_ids(conn, tenant, &[id]).await?.into_iter().next())
}

/// The roles of a tenant with these ids.
pub(crate) async fn by_ids(
    conn: &mut Conn,
    tenant: TenantId,
    ids: &[RoleId],
) -> QueryResult<Vec<Row>> {
    on!(conn, |c| {
        of_tenant(tenant)
            .filter(rows::id.eq_any(ids))
            .order(rows::id.asc())
            .select(Row::as_select())
            .load(c)
            .await
    })
}

/// The role of a tenant with this slug.
pub(crate) async fn find_by_slug(
    conn: &mut Conn,
    tenant: TenantId,
    slug: &str,
) -> QueryResult<Option<Row>> {
    on!(conn, |c| {
        of_tenant(tenant)
            .filter(rows::slug.eq(slug))
            .select(Row::as_select())
            .first(c)
            .await
            .optional()
    })
}

/// All roles of these tenants, oldest first; how many there can be is limited where they are made.
pub(crate) async fn of_tenants(conn: &mut Conn, tenants: &[TenantId]) -> QueryResult<Vec<Row>> {
    on!(conn, |c| {
        rows::table
            .filter(rows::tenant_id.eq_any(tenants))
            .order(rows::id.asc())
            .select(Row::as_select())
            .load(c)
            .await
    })
}

/// Those among these roles that belong to the current tenant or to another one of the user.
pub(crate) async fn seen_by(
    conn: &mut Conn,
    user: UserId,
    current: Option<TenantId>,
    ids: &[RoleId],
) -> QueryResult<Vec<Row>> {
    let joined = user_tenants::table
        .filter(user_tenants::user_id.eq(user))
        .select(user_tenants::tenant_id);
    let is_seen = rows::tenant_id
        .eq_any(joined)
        .or(rows::tenant_id.nullable().eq(current).assume_not_null());
    on!(conn, |c| {
        rows::table
            .filter(is_seen)
            .filter(rows::id.eq_any(ids))
            .select(Row::as_select())
            .load(c)
            .await
    })
}

/// What roles of a tenant grant.
pub(crate) async fn permissions(
    conn: &mut Conn,
    tenant: TenantId,
    ids: &[RoleId],
) -> QueryResult<Vec<Json<Vec<String>>>> {
    on!(conn, |c| {
        of_tenant(tenant)
            .filter(rows::id.eq_any(ids))
            .select(rows::permissions)
            .load(c)
            .await
    })
}

/// Adds a role, unless another one of the tenant has the slug.
pub(crate) async fn insert(conn: &mut Conn, row: &Row) -> QueryResult<bool> {
    let result = on!(conn, |c| {
        diesel::insert_into(rows::table)
            .values(row)
            .execute(c)
            .await
    });
    match result {
        Ok(_) => Ok(true),
        Err(err) if kit::db::violates_unique(&err, "user_roles", &["tenant_id", "slug"]) => {
            Ok(false)
        }
        Err(err) => Err(err),
    }
}

/// Writes down what a role is from now on.
pub(crate) async fn update(conn: &mut Conn, row: &Row) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::update(of_tenant(row.tenant_id).filter(rows::id.eq(row.id)))
            .set((
                rows::name.eq(&row.name),
                rows::description.eq(&row.description),
                rows::permissions.eq(&row.permissions),
                rows::updated_at.eq(row.updated_at),
            ))
            .execute(c)
            .await
    })
}

/// Deletes a role and counts one less.
pub(crate) async fn delete(conn: &mut Conn, tenant: TenantId, id: RoleId) -> QueryResult<()> {
    on!(conn, |c| {
        diesel::delete(of_tenant(tenant).filter(rows::id.eq(id)))
            .execute(c)
            .await
    })?;
    on!(conn, |c| {
        diesel::update(counts::table.find(tenant))
            .set(counts::roles.eq(counts::roles - 1))
            .execute(c)
            .await
    })?;
    Ok(())
}

/// Begins to count the roles of a tenant. Outside of the transaction that counts: two that insert
/// the same row and then change it would wait for each other for ever.
pub(crate) async fn begin_count(conn: &mut Conn, tenant: TenantId) -> QueryResult<usize> {
    let none = (counts::tenant_id.eq(tenant), counts::roles.eq(0));
    on!(conn, |c| {
        diesel::insert_or_ignore_into(counts::table)
            .values(none)
            .execute(c)
            .await
    })
}

/// Counts one more role of a tenant, unless there are `most` already.
pub(crate) async fn count_one(conn: &mut Conn, tenant: TenantId, most: i32) -> QueryResult<bool> {
    let counted = on!(conn, |c| {
        let room = counts::table.find(tenant).filter(counts::roles.lt(most));
        diesel::update(room)
            .set(counts::roles.eq(counts::roles + 1))
            .execute(c)
            .await
    })?;
    Ok(counted == 1)
}

/// Keeps others from changing the roles of a tenant until the transaction ends.
pub(crate) async fn lock(conn: &mut Conn, tenant: TenantId) -> QueryResult<usize> {
    // An update locks the row on both databases; SQLite has no `FOR UPDATE`.
    on!(conn, |c| {
        diesel::update(counts::table.find(tenant))
            .set(counts::roles.eq(counts::roles))
            .execute(c)
            .await
    })
}
