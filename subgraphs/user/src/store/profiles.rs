//! People: what was announced of them, and what they say of themselves.

use chrono::NaiveDateTime;
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_async::RunQueryDsl;
use kit::id::{TenantId, UserId};
use kit::page::Page;
use kit::role::RoleId;
use kit::{Conn, keyset, on};

use crate::tables::{user_profiles, user_tenant_roles, user_tenants};

diesel::define_sql_function! {
    /// The text in lower case.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// A person.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = user_profiles, check_for_backend(Sqlite, Mysql))]
pub(crate) struct Profile {
    pub(crate) id: UserId,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) created_at: NaiveDateTime,
    pub(crate) avatar_url: Option<String>,
    pub(crate) locale: Option<String>,
    pub(crate) time_zone: Option<String>,
    pub(crate) updated_at: Option<NaiveDateTime>,
    /// Since when they cannot sign in, if they cannot.
    pub(crate) deactivated_at: Option<NaiveDateTime>,
}

/// What a person changes: what is absent stays, what is null is cleared.
#[derive(Debug, Default, AsChangeset)]
#[diesel(table_name = user_profiles)]
pub(crate) struct Change {
    pub(crate) name: Option<String>,
    pub(crate) avatar_url: Option<Option<String>>,
    pub(crate) locale: Option<Option<String>>,
    pub(crate) time_zone: Option<Option<String>>,
    pub(crate) updated_at: Option<NaiveDateTime>,
}

/// Which people of a tenant a list is to have.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    /// Those whose name or address contains this, whatever the case.
    pub(crate) search: Option<String>,
    /// Those who hold this role.
    pub(crate) role: Option<RoleId>,
}

impl Wanted {
    /// What a name or an address is like; `!` takes from the next character what it stands for.
    fn like(&self) -> Option<String> {
        let search = self.search.as_ref()?.to_lowercase();
        let plain = search
            .replace('!', "!!")
            .replace('%', "!%")
            .replace('_', "!_");
        Some(format!("%{plain}%"))
    }
}

/// Narrows a boxed query over people to those whose name or address is wanted.
macro_rules! searched {
    ($query:expr, $wanted:expr) => {{
        let mut query = $query;
        if let Some(like) = $wanted.like() {
            let name = lower(user_profiles::name).like(like.clone()).escape('!');
            let email = lower(user_profiles::email).like(like).escape('!');
            query = query.filter(name.or(email));
        }
        query
    }};
}

/// Narrows a boxed query over the people of a tenant to those who are wanted.
macro_rules! narrowed {
    ($query:expr, $tenant:expr, $wanted:expr) => {{
        let mut query = searched!($query, $wanted);
        if let Some(role) = $wanted.role {
            let holders = user_tenant_roles::table
                .filter(user_tenant_roles::tenant_id.eq($tenant))
                .filter(user_tenant_roles::role_id.eq(role))
                .select(user_tenant_roles::user_id);
            query = query.filter(user_profiles::id.eq_any(holders));
        }
        query
    }};
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

    /// Those among these that there are, for whoever may see everybody.
    pub(crate) async fn by_ids(conn: &mut Conn, ids: &[UserId]) -> QueryResult<Vec<Self>> {
        on!(conn, |c| {
            user_profiles::table
                .filter(user_profiles::id.eq_any(ids))
                .select(Self::as_select())
                .load(c)
                .await
        })
    }

    /// A page of all people whose name or address is like this.
    pub(crate) async fn list_all(
        conn: &mut Conn,
        wanted: &Wanted,
        page: &Page<UserId>,
    ) -> QueryResult<Vec<Self>> {
        on!(conn, |c| {
            let query = user_profiles::table.select(Self::as_select()).into_boxed();
            let query = searched!(query, wanted);
            keyset!(query, user_profiles::id, page).load(c).await
        })
    }

    /// How many people have a name or an address that is like this.
    pub(crate) async fn count_all(conn: &mut Conn, wanted: &Wanted) -> QueryResult<i64> {
        on!(conn, |c| {
            let query = user_profiles::table
                .select(diesel::dsl::count_star())
                .into_boxed();
            searched!(query, wanted).first(c).await
        })
    }

    /// A page of the people of a tenant.
    pub(crate) async fn list(
        conn: &mut Conn,
        tenant: TenantId,
        wanted: &Wanted,
        page: &Page<UserId>,
    ) -> QueryResult<Vec<Self>> {
        on!(conn, |c| {
            let query = Self::of_tenant(tenant)
                .select(Self::as_select())
                .into_boxed();
            let query = narrowed!(query, tenant, wanted);
            keyset!(query, user_profiles::id, page).load(c).await
        })
    }

    /// How many of the people of a tenant are wanted.
    pub(crate) async fn count(
        conn: &mut Conn,
        tenant: TenantId,
        wanted: &Wanted,
    ) -> QueryResult<i64> {
        on!(conn, |c| {
            let query = Self::of_tenant(tenant)
                .select(diesel::dsl::count_star())
                .into_boxed();
            narrowed!(query, tenant, wanted).first(c).await
        })
    }

    /// Keeps another address of a person.
    pub(crate) async fn set_email(conn: &mut Conn, id: UserId, email: &str) -> QueryResult<()> {
        on!(conn, |c| {
            diesel::update(user_profiles::table.find(id))
                .set(user_profiles::email.eq(email))
                .execute(c)
                .await
        })?;
        Ok(())
    }

    /// Notes since when a person cannot sign in; none if they can.
    pub(crate) async fn set_deactivated(
        conn: &mut Conn,
        id: UserId,
        since: Option<NaiveDateTime>,
    ) -> QueryResult<()> {
        on!(conn, |c| {
            diesel::update(user_profiles::table.find(id))
                .set(user_profiles::deactivated_at.eq(since))
                .execute(c)
                .await
        })?;
        Ok(())
    }

    /// Forgets a person.
    pub(crate) async fn delete(conn: &mut Conn, id: UserId) -> QueryResult<()> {
        on!(conn, |c| {
            diesel::delete(user_profiles::table.find(id))
                .execute(c)
                .await
        })?;
        Ok(())
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

    /// Changes a person; false if there is none.
    pub(crate) async fn change(conn: &mut Conn, id: UserId, change: &Change) -> QueryResult<bool> {
        let changed = on!(conn, |c| {
            diesel::update(user_profiles::table.find(id))
                .set(change)
                .execute(c)
                .await
        })?;
        Ok(changed == 1)
    }
}
