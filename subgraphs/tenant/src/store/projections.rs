//! What is kept here of users and services, which belong to other subgraphs.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kit::id::{ServiceId, TenantId, UserId};
use kit::{Conn, on};

use crate::tables::{tenant_catalogue, tenant_users};

/// Every tenant may subscribe to a service of this visibility.
const PUBLIC: &str = "PUBLIC";

/// A service that the registry announced.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = tenant_catalogue, check_for_backend(diesel::sqlite::Sqlite, diesel::mysql::Mysql))]
pub(crate) struct KnownService {
    pub(crate) service_id: ServiceId,
    pub(crate) owner_id: TenantId,
    pub(crate) visibility: String,
}

impl KnownService {
    /// Whether other tenants than the owner see it.
    pub(crate) fn is_public(&self) -> bool {
        self.visibility == PUBLIC
    }

    /// Whether a tenant sees it.
    pub(crate) fn is_visible_to(&self, tenant: TenantId) -> bool {
        self.owner_id == tenant || self.is_public()
    }
}

/// Remembers a user.
pub(crate) async fn remember_user(conn: &mut Conn, user: UserId) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::insert_or_ignore_into(tenant_users::table)
            .values(tenant_users::user_id.eq(user))
            .execute(c)
            .await
    })
}

/// Forgets a user.
pub(crate) async fn forget_user(conn: &mut Conn, user: UserId) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::delete(tenant_users::table.find(user))
            .execute(c)
            .await
    })
}

/// Whether a user was announced.
pub(crate) async fn knows_user(conn: &mut Conn, user: UserId) -> QueryResult<bool> {
    let found = on!(conn, |c| {
        tenant_users::table
            .find(user)
            .select(tenant_users::user_id)
            .first::<UserId>(c)
            .await
            .optional()
    })?;
    Ok(found.is_some())
}

/// Remembers a service as it was last announced.
pub(crate) async fn remember_service(
    conn: &mut Conn,
    service: &KnownService,
) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::replace_into(tenant_catalogue::table)
            .values(service)
            .execute(c)
            .await
    })
}

/// A service that was announced.
pub(crate) async fn find_service(
    conn: &mut Conn,
    service: ServiceId,
) -> QueryResult<Option<KnownService>> {
    on!(conn, |c| {
        tenant_catalogue::table
            .find(service)
            .select(KnownService::as_select())
            .first(c)
            .await
            .optional()
    })
}
