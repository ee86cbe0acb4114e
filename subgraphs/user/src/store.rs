//! The rows of this subgraph, kept from the events of others.

use chrono::NaiveDateTime;
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_async::RunQueryDsl;
use kit::id::{TenantId, UserId};
use kit::page::Page;
use kit::{Conn, keyset, on};

use crate::tables::{user_profiles, user_tenants};

/// A person.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = user_profiles, check_for_backend(Sqlite, Mysql))]
pub(crate) struct Profile {
    pub(crate) id: UserId,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) created_at: NaiveDateTime,
}

impl Profile {
    /// The people of a tenant: the one door to others' profiles.
    #[diesel::dsl::auto_type(no_type_alias)]
    fn of_tenant(tenant: TenantId) -> _ {
        user_profiles::table
            .inner_join(user_tenants::table.on(user_tenants::user_id.eq(user_profiles::id)))
            .filter(user_tenants::tenant_id.eq(tenant))
    }

    pub(crate) async fn find(conn: &mut Conn, id: UserId) -> QueryResult<Option<Self>> {
        on!(conn, |c| {
            user_profiles::table
                .find(id)
                .select(Self::as_select())
                .first(c)
                .await
                .optional()
        })
    }

    /// Those among these that belong to the tenant.
    pub(crate) async fn by_ids_in_tenant(
        conn: &mut Conn,
        tenant: TenantId,
        ids: &[UserId],
    ) -> QueryResult<Vec<Self>> {
        on!(conn, |c| {
            Self::of_tenant(tenant)
                .filter(user_profiles::id.eq_any(ids))
                .select(Self::as_select())
                .load(c)
                .await
        })
    }

    /// A page of the people of a tenant.
    pub(crate) async fn list(
        conn: &mut Conn,
        tenant: TenantId,
        page: &Page<UserId>,
    ) -> QueryResult<Vec<Self>> {
        on!(conn, |c| {
            let query = Self::of_tenant(tenant)
                .select(Self::as_select())
                .into_boxed();
            keyset!(query, user_profiles::id, page).load(c).await
        })
    }

    /// How many people a tenant has.
    pub(crate) async fn count(conn: &mut Conn, tenant: TenantId) -> QueryResult<i64> {
        on!(conn, |c| Self::of_tenant(tenant)
            .count()
            .get_result(c)
            .await)
    }

    /// Adds a person, or replaces what was known.
    pub(crate) async fn save(&self, conn: &mut Conn) -> QueryResult<()> {
        on!(conn, |c| {
            diesel::replace_into(user_profiles::table)
                .values(self)
                .execute(c)
                .await
        })?;
        Ok(())
    }
}

/// That a user belongs to a tenant, in a role.
#[derive(Debug, Insertable)]
#[diesel(table_name = user_tenants)]
pub(crate) struct Membership {
    pub(crate) tenant_id: TenantId,
    pub(crate) user_id: UserId,
    pub(crate) role: String,
}

impl Membership {
    /// The tenants among these that a user belongs to.
    pub(crate) async fn tenants_of(
        conn: &mut Conn,
        user: UserId,
        tenants: &[TenantId],
    ) -> QueryResult<Vec<TenantId>> {
        on!(conn, |c| {
            user_tenants::table
                .filter(user_tenants::user_id.eq(user))
                .filter(user_tenants::tenant_id.eq_any(tenants))
                .select(user_tenants::tenant_id)
                .load(c)
                .await
        })
    }

    /// Adds a membership, or replaces its role.
    pub(crate) async fn save(&self, conn: &mut Conn) -> QueryResult<()> {
        on!(conn, |c| {
            diesel::replace_into(user_tenants::table)
                .values(self)
                .execute(c)
                .await
        })?;
        Ok(())
    }
}
