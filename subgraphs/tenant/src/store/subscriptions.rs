//! Subscriptions: which tenant has which service.

use chrono::NaiveDateTime;
use diesel::dsl::auto_type;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kit::id::{ServiceId, TenantId, UserId};
use kit::page::Page;
use kit::{Conn, keyset, on};

use crate::ids::SubscriptionId;
use crate::tables::service_subscriptions as subscriptions;

/// One tenant's subscription to one service.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = subscriptions, check_for_backend(diesel::sqlite::Sqlite, diesel::mysql::Mysql))]
pub(crate) struct Subscription {
    pub(crate) id: SubscriptionId,
    pub(crate) tenant_id: TenantId,
    pub(crate) service_id: ServiceId,
    pub(crate) subscribed_by: UserId,
    pub(crate) subscribed_at: NaiveDateTime,
}

impl Subscription {
    /// The one door to the table: a query that starts here cannot cross tenants.
    #[auto_type(no_type_alias)]
    fn of_tenant(tenant: TenantId) -> _ {
        subscriptions::table.filter(subscriptions::tenant_id.eq(tenant))
    }
}

/// Adds a subscription, while the tenant is locked and has none to the service.
pub(crate) async fn insert(conn: &mut Conn, subscription: &Subscription) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::insert_into(subscriptions::table)
            .values(subscription)
            .execute(c)
            .await
    })
}

/// A tenant's subscription to a service.
pub(crate) async fn find(
    conn: &mut Conn,
    tenant: TenantId,
    service: ServiceId,
) -> QueryResult<Option<Subscription>> {
    on!(conn, |c| {
        Subscription::of_tenant(tenant)
            .filter(subscriptions::service_id.eq(service))
            .select(Subscription::as_select())
            .first(c)
            .await
            .optional()
    })
}

/// The subscriptions of a tenant, out of these.
pub(crate) async fn by_ids(
    conn: &mut Conn,
    tenant: TenantId,
    ids: &[SubscriptionId],
) -> QueryResult<Vec<Subscription>> {
    on!(conn, |c| {
        Subscription::of_tenant(tenant)
            .filter(subscriptions::id.eq_any(ids))
            .select(Subscription::as_select())
            .load(c)
            .await
    })
}

/// A page of a tenant's subscriptions, oldest first.
pub(crate) async fn list(
    conn: &mut Conn,
    tenant: TenantId,
    page: &Page<SubscriptionId>,
) -> QueryResult<Vec<Subscription>> {
    on!(conn, |c| {
        let query = Subscription::of_tenant(tenant)
            .select(Subscription::as_select())
            .into_boxed();
        keyset!(query, subscriptions::id, page).load(c).await
    })
}

/// How many services a tenant subscribes to.
pub(crate) async fn count(conn: &mut Conn, tenant: TenantId) -> QueryResult<i64> {
    on!(conn, |c| {
        Subscription::of_tenant(tenant).count().get_result(c).await
    })
}
