//! Tenants. Whoever reads one belongs to it.

use chrono::NaiveDateTime;
use diesel::dsl::auto_type;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kit::id::{TenantId, UserId};
use kit::page::Page;
use kit::{Conn, keyset, on};

use super::{State, inserted};
use crate::tables::{memberships, tenant_creators, tenants};

/// An isolated customer.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = tenants, check_for_backend(diesel::sqlite::Sqlite, diesel::mysql::Mysql))]
pub(crate) struct Tenant {
    pub(crate) id: TenantId,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) state: State,
    pub(crate) created_by: UserId,
    pub(crate) created_at: NaiveDateTime,
}

/// A tenant that somebody asks for.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = tenants, treat_none_as_default_value = false)]
pub(crate) struct NewTenant {
    pub(crate) id: TenantId,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) state: State,
    pub(crate) created_by: UserId,
    pub(crate) created_at: NaiveDateTime,
    pub(crate) attempt: i32,
    pub(crate) attempts_left: i32,
    pub(crate) due_at: Option<NaiveDateTime>,
}

impl Tenant {
    /// The one door for viewers: a query that starts here sees only tenants of this member.
    #[auto_type(no_type_alias)]
    fn of_member(user: UserId) -> _ {
        let joined = memberships::table
            .filter(memberships::user_id.eq(user))
            .select(memberships::tenant_id);
        tenants::table.filter(tenants::id.eq_any(joined))
    }
}

/// Adds a tenant, unless the slug is taken.
pub(crate) async fn insert(conn: &mut Conn, tenant: NewTenant) -> QueryResult<bool> {
    let result = on!(conn, |c| {
        diesel::insert_into(tenants::table)
            .values(&tenant)
            .execute(c)
            .await
    });
    inserted(result, "tenants", &["slug"])
}

/// Makes the counter of a creator. Not in a transaction: on MySQL, meeting a row that is there
/// shares its lock, and two who then want to change it would wait for each other for ever.
pub(crate) async fn prepare_count(conn: &mut Conn, user: UserId) -> QueryResult<usize> {
    let none = (
        tenant_creators::user_id.eq(user),
        tenant_creators::tenants.eq(0),
    );
    on!(conn, |c| {
        diesel::insert_or_ignore_into(tenant_creators::table)
            .values(none)
            .execute(c)
            .await
    })
}

/// Counts one more tenant for its creator, unless there are `most` already.
pub(crate) async fn count_creation(conn: &mut Conn, user: UserId, most: i32) -> QueryResult<bool> {
    let counted = on!(conn, |c| {
        let room = tenant_creators::table
            .find(user)
            .filter(tenant_creators::tenants.lt(most));
        diesel::update(room)
            .set(tenant_creators::tenants.eq(tenant_creators::tenants + 1))
            .execute(c)
            .await
    })?;
    Ok(counted == 1)
}

/// A tenant, whoever asks.
pub(crate) async fn find(conn: &mut Conn, id: TenantId) -> QueryResult<Tenant> {
    on!(conn, |c| {
        tenants::table
            .find(id)
            .select(Tenant::as_select())
            .first(c)
            .await
    })
}

/// Keeps other transactions from changing what belongs to an active tenant until this one ends,
/// and says whether it is active.
pub(crate) async fn lock_active(conn: &mut Conn, id: TenantId) -> QueryResult<bool> {
    let active = on!(conn, |c| {
        let active = tenants::table
            .find(id)
            .filter(tenants::state.eq(State::Active));
        // An update locks the row on both databases; SQLite has no `FOR UPDATE`.
        diesel::update(active)
            .set(tenants::attempts_left.eq(tenants::attempts_left))
            .execute(c)
            .await
    })?;
    Ok(active == 1)
}

/// The tenants that a user belongs to, out of these.
pub(crate) async fn by_ids(
    conn: &mut Conn,
    user: UserId,
    ids: &[TenantId],
) -> QueryResult<Vec<Tenant>> {
    on!(conn, |c| {
        Tenant::of_member(user)
            .filter(tenants::id.eq_any(ids))
            .select(Tenant::as_select())
            .load(c)
            .await
    })
}

/// The tenant with this slug, if the user belongs to it.
pub(crate) async fn find_by_slug(
    conn: &mut Conn,
    user: UserId,
    slug: &str,
) -> QueryResult<Option<Tenant>> {
    on!(conn, |c| {
        Tenant::of_member(user)
            .filter(tenants::slug.eq(slug))
            .select(Tenant::as_select())
            .first(c)
            .await
            .optional()
    })
}

/// A page of the tenants that a user belongs to; no other than this one, if one is given.
pub(crate) async fn list(
    conn: &mut Conn,
    user: UserId,
    within: Option<TenantId>,
    page: &Page<TenantId>,
) -> QueryResult<Vec<Tenant>> {
    on!(conn, |c| {
        let mut query = Tenant::of_member(user)
            .select(Tenant::as_select())
            .into_boxed();
        if let Some(only) = within {
            query = query.filter(tenants::id.eq(only));
        }
        keyset!(query, tenants::id, page).load(c).await
    })
}

/// How many tenants a user belongs to; of this one alone, if one is given.
pub(crate) async fn count(
    conn: &mut Conn,
    user: UserId,
    within: Option<TenantId>,
) -> QueryResult<i64> {
    on!(conn, |c| {
        let mut query = Tenant::of_member(user).count().into_boxed();
        if let Some(only) = within {
            query = query.filter(tenants::id.eq(only));
        }
        query.get_result(c).await
    })
}
