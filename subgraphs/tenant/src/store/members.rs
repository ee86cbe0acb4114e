//! Memberships: who belongs to which tenant, in which role.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kit::id::{TenantId, UserId};
use kit::page::Page;
use kit::{Conn, keyset, on};

use super::{State, inserted};
use crate::ids::MembershipId;
use crate::tables::{memberships, tenants};

/// One user's place in one tenant.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = memberships, check_for_backend(diesel::sqlite::Sqlite, diesel::mysql::Mysql))]
pub(crate) struct Membership {
    pub(crate) id: MembershipId,
    pub(crate) tenant_id: TenantId,
    pub(crate) user_id: UserId,
    pub(crate) role: String,
    pub(crate) joined_at: NaiveDateTime,
}

/// Slug of the role that a user has in a tenant; none for strangers and unless the tenant is
/// active.
pub async fn role_of(
    conn: &mut Conn,
    tenant: TenantId,
    user: UserId,
) -> QueryResult<Option<String>> {
    on!(conn, |c| {
        memberships::table
            .inner_join(tenants::table.on(tenants::id.eq(memberships::tenant_id)))
            .filter(memberships::tenant_id.eq(tenant))
            .filter(memberships::user_id.eq(user))
            .filter(tenants::state.eq(State::Active))
            .select(memberships::role)
            .first(c)
            .await
            .optional()
    })
}

/// Adds a member, unless the user is one already.
pub(crate) async fn insert(conn: &mut Conn, membership: &Membership) -> QueryResult<bool> {
    let result = on!(conn, |c| {
        diesel::insert_into(memberships::table)
            .values(membership)
            .execute(c)
            .await
    });
    inserted(result, "memberships", &["tenant_id", "user_id"])
}

/// A user's place in a tenant, whatever the tenant's state.
pub(crate) async fn find(
    conn: &mut Conn,
    tenant: TenantId,
    user: UserId,
) -> QueryResult<Option<Membership>> {
    on!(conn, |c| {
        memberships::table
            .filter(memberships::tenant_id.eq(tenant))
            .filter(memberships::user_id.eq(user))
            .select(Membership::as_select())
            .first(c)
            .await
            .optional()
    })
}

/// A page of a tenant's members, in the order in which they joined.
pub(crate) async fn list(
    conn: &mut Conn,
    tenant: TenantId,
    page: &Page<MembershipId>,
) -> QueryResult<Vec<Membership>> {
    on!(conn, |c| {
        let query = memberships::table
            .filter(memberships::tenant_id.eq(tenant))
            .select(Membership::as_select())
            .into_boxed();
        keyset!(query, memberships::id, page).load(c).await
    })
}

/// How many members a tenant has.
pub(crate) async fn count(conn: &mut Conn, tenant: TenantId) -> QueryResult<i64> {
    on!(conn, |c| {
        memberships::table
            .filter(memberships::tenant_id.eq(tenant))
            .count()
            .get_result(c)
            .await
    })
}

/// A user's memberships, oldest first; how many there can be is limited where they are made.
pub(crate) async fn list_of_user(
    conn: &mut Conn,
    user: UserId,
    most: i64,
) -> QueryResult<Vec<Membership>> {
    on!(conn, |c| {
        memberships::table
            .filter(memberships::user_id.eq(user))
            .order(memberships::id.asc())
            .limit(most)
            .select(Membership::as_select())
            .load(c)
            .await
    })
}
