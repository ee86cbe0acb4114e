//! Memberships: who belongs to which tenant, in which roles.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kit::id::{TenantId, UserId};
use kit::page::Page;
use kit::role::{OWNER, RoleId};
use kit::{Conn, insert_all, keyset, on};
use serde::{Deserialize, Serialize};

use super::{State, inserted};
use crate::ids::MembershipId;
use crate::tables::{membership_roles as held, memberships, tenants};

/// One user's place in one tenant.
#[derive(Debug, Clone)]
pub(crate) struct Membership {
    pub(crate) id: MembershipId,
    pub(crate) tenant_id: TenantId,
    pub(crate) user_id: UserId,
    /// The built-in ones first, the most powerful of them first.
    pub(crate) roles: Vec<HeldRole>,
    pub(crate) joined_at: NaiveDateTime,
}

/// A role that a member holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HeldRole {
    pub(crate) id: RoleId,
    pub(crate) slug: String,
}

impl HeldRole {
    /// The role of owners.
    pub(crate) fn owner() -> Self {
        Self {
            id: OWNER.id,
            slug: OWNER.slug.to_owned(),
        }
    }
}

impl Membership {
    /// Whether the member owns the tenant.
    pub(crate) fn is_owner(&self) -> bool {
        self.roles.iter().any(|role| role.id == OWNER.id)
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = memberships, check_for_backend(diesel::sqlite::Sqlite, diesel::mysql::Mysql))]
struct Row {
    id: MembershipId,
    tenant_id: TenantId,
    user_id: UserId,
    joined_at: NaiveDateTime,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = held, check_for_backend(diesel::sqlite::Sqlite, diesel::mysql::Mysql))]
struct RoleRow {
    membership_id: MembershipId,
    role_id: RoleId,
    slug: String,
}

/// The roles that a user holds in a tenant; none for strangers and unless the tenant is active.
pub async fn roles_of(
    conn: &mut Conn,
    tenant: TenantId,
    user: UserId,
) -> QueryResult<Option<Vec<RoleId>>> {
    let found: Vec<Option<RoleId>> = on!(conn, |c| {
        memberships::table
            .inner_join(tenants::table.on(tenants::id.eq(memberships::tenant_id)))
            .left_join(held::table.on(held::membership_id.eq(memberships::id)))
            .filter(memberships::tenant_id.eq(tenant))
            .filter(memberships::user_id.eq(user))
            .filter(tenants::state.eq(State::Active))
            .select(held::role_id.nullable())
            .load(c)
            .await
    })?;
    // A member without any role is a row without one.
    Ok((!found.is_empty()).then(|| found.into_iter().flatten().collect()))
}

/// Whether a tenant is there and active, for whoever acts for it without being a member.
pub async fn is_active(conn: &mut Conn, tenant: TenantId) -> QueryResult<bool> {
    let found = on!(conn, |c| {
        tenants::table
            .find(tenant)
            .filter(tenants::state.eq(State::Active))
            .select(tenants::id)
            .first::<TenantId>(c)
            .await
            .optional()
    })?;
    Ok(found.is_some())
}

/// Adds a member, unless the user is one already.
pub(crate) async fn insert(conn: &mut Conn, membership: &Membership) -> QueryResult<bool> {
    let row = Row {
        id: membership.id,
        tenant_id: membership.tenant_id,
        user_id: membership.user_id,
        joined_at: membership.joined_at,
    };
    let result = on!(conn, |c| {
        diesel::insert_into(memberships::table)
            .values((&row, memberships::role.eq(first_slug(&membership.roles))))
            .execute(c)
            .await
    });
    if !inserted(result, "memberships", &["tenant_id", "user_id"])? {
        return Ok(false);
    }
    give(conn, membership.id, &membership.roles).await?;
    Ok(true)
}

/// Replaces the roles of a member. What stays is not touched, and what goes is named by its whole
/// key: on MySQL, a search by a part of it locks the places beside it, where others insert.
pub(crate) async fn set_roles(
    conn: &mut Conn,
    member: &Membership,
    roles: &[HeldRole],
) -> QueryResult<()> {
    let gone = member.roles.iter().filter(|role| !roles.contains(role));
    let gone = gone.map(|role| role.id).collect::<Vec<_>>();
    let new = roles.iter().filter(|role| !member.roles.contains(role));
    let new = new.cloned().collect::<Vec<_>>();
    on!(conn, |c| {
        let held = held::table
            .filter(held::membership_id.eq(member.id))
            .filter(held::role_id.eq_any(&gone));
        diesel::delete(held).execute(c).await
    })?;
    on!(conn, |c| {
        diesel::update(memberships::table.find(member.id))
            .set(memberships::role.eq(first_slug(roles)))
            .execute(c)
            .await
    })?;
    give(conn, member.id, &new).await
}

/// Takes a member out of the tenant.
pub(crate) async fn delete(conn: &mut Conn, id: MembershipId) -> QueryResult<()> {
    on!(conn, |c| {
        diesel::delete(held::table.filter(held::membership_id.eq(id)))
            .execute(c)
            .await
    })?;
    on!(conn, |c| {
        diesel::delete(memberships::table.find(id)).execute(c).await
    })?;
    Ok(())
}

/// Takes a role from everybody who holds it.
pub(crate) async fn strip(conn: &mut Conn, role: RoleId) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::delete(held::table.filter(held::role_id.eq(role)))
            .execute(c)
            .await
    })
}

/// How many own a tenant.
pub(crate) async fn count_owners(conn: &mut Conn, tenant: TenantId) -> QueryResult<i64> {
    on!(conn, |c| {
        memberships::table
            .inner_join(held::table.on(held::membership_id.eq(memberships::id)))
            .filter(memberships::tenant_id.eq(tenant))
            .filter(held::role_id.eq(OWNER.id))
            .count()
            .get_result(c)
            .await
    })
}

/// A user's place in a tenant, whatever the tenant's state.
pub(crate) async fn find(
    conn: &mut Conn,
    tenant: TenantId,
    user: UserId,
) -> QueryResult<Option<Membership>> {
    let row = on!(conn, |c| {
        memberships::table
            .filter(memberships::tenant_id.eq(tenant))
            .filter(memberships::user_id.eq(user))
            .select(Row::as_select())
            .first(c)
            .await
            .optional()
    })?;
    let found = with_roles(conn, row.into_iter().collect()).await?;
    Ok(found.into_iter().next())
}

/// A page of a tenant's members, in the order in which they joined.
pub(crate) async fn list(
    conn: &mut Conn,
    tenant: TenantId,
    page: &Page<MembershipId>,
) -> QueryResult<Vec<Membership>> {
    let rows = on!(conn, |c| {
        let query = memberships::table
            .filter(memberships::tenant_id.eq(tenant))
            .select(Row::as_select())
            .into_boxed();
        keyset!(query, memberships::id, page).load(c).await
    })?;
    with_roles(conn, rows).await
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
    let rows = on!(conn, |c| {
        memberships::table
            .filter(memberships::user_id.eq(user))
            .order(memberships::id.asc())
            .limit(most)
            .select(Row::as_select())
            .load(c)
            .await
    })?;
    with_roles(conn, rows).await
}

async fn give(conn: &mut Conn, id: MembershipId, roles: &[HeldRole]) -> QueryResult<()> {
    let row = |role: &HeldRole| RoleRow {
        membership_id: id,
        role_id: role.id,
        slug: role.slug.clone(),
    };
    let rows = roles.iter().map(row).collect::<Vec<_>>();
    insert_all!(conn, held::table, rows)?;
    Ok(())
}

/// The memberships of these rows, in their order.
async fn with_roles(conn: &mut Conn, rows: Vec<Row>) -> QueryResult<Vec<Membership>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids = rows.iter().map(|row| row.id).collect::<Vec<_>>();
    let roles: Vec<RoleRow> = on!(conn, |c| {
        held::table
            .filter(held::membership_id.eq_any(&ids))
            .order(held::role_id.asc())
            .select(RoleRow::as_select())
            .load(c)
            .await
    })?;
    let of = |id| {
        let held = roles.iter().filter(move |role| role.membership_id == id);
        held.map(|role| HeldRole {
            id: role.role_id,
            slug: role.slug.clone(),
        })
    };
    let membership = |row: Row| Membership {
        roles: of(row.id).collect(),
        id: row.id,
        tenant_id: row.tenant_id,
        user_id: row.user_id,
        joined_at: row.joined_at,
    };
    Ok(rows.into_iter().map(membership).collect())
}

/// What processes of the version before read.
fn first_slug(roles: &[HeldRole]) -> &str {
    roles.first().map_or("", |role| &role.slug)
}
