//! The rows of this subgraph.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kit::id::{EndpointId, ServiceId, TenantId};
use kit::{Conn, on};

use crate::ids::MenuItemId;
use crate::tables::{menu_items as items, menu_services as services, menu_subscriptions};

/// Services in a menu at most; a tenant's plan allows fewer.
const SERVICES_MAX: i64 = 1_000;
/// Items read for one request at most.
pub(crate) const ITEMS_MAX: i64 = 50_000;

/// One line of a menu.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(
    table_name = items,
    treat_none_as_default_value = false,
    check_for_backend(diesel::sqlite::Sqlite, diesel::mysql::Mysql)
)]
pub(crate) struct Item {
    pub(crate) id: MenuItemId,
    pub(crate) service_id: ServiceId,
    pub(crate) parent_id: Option<MenuItemId>,
    pub(crate) endpoint_id: Option<EndpointId>,
    pub(crate) tag: Option<String>,
    pub(crate) label: String,
    pub(crate) path: Option<String>,
    pub(crate) icon: Option<String>,
    pub(crate) permission: Option<String>,
}

/// A service that the registry announced.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = services, check_for_backend(diesel::sqlite::Sqlite, diesel::mysql::Mysql))]
pub(crate) struct Service {
    pub(crate) service_id: ServiceId,
    pub(crate) owner_id: TenantId,
    pub(crate) visibility: String,
    pub(crate) endpoints: i32,
}

impl Service {
    /// Whether somebody in this tenant, or in none, sees it.
    pub(crate) fn is_visible_to(&self, tenant: Option<TenantId>) -> bool {
        self.visibility == "PUBLIC" || tenant == Some(self.owner_id)
    }
}

/// Remembers a service as it was last announced.
pub(crate) async fn remember_service(conn: &mut Conn, service: &Service) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::replace_into(services::table)
            .values(service)
            .execute(c)
            .await
    })
}

/// Remembers that a tenant subscribes to a service.
pub(crate) async fn remember_subscription(
    conn: &mut Conn,
    tenant: TenantId,
    service: ServiceId,
    subscription: &str,
) -> QueryResult<usize> {
    let row = (
        menu_subscriptions::tenant_id.eq(tenant),
        menu_subscriptions::service_id.eq(service),
        menu_subscriptions::subscription_id.eq(subscription),
    );
    on!(conn, |c| {
        diesel::replace_into(menu_subscriptions::table)
            .values(row)
            .execute(c)
            .await
    })
}

/// Adds an item.
pub(crate) async fn insert(conn: &mut Conn, item: &Item) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::insert_into(items::table)
            .values(item)
            .execute(c)
            .await
    })
}

/// The item that groups the endpoints of a tag.
pub(crate) async fn find_group(
    conn: &mut Conn,
    service: ServiceId,
    tag: &str,
) -> QueryResult<Option<MenuItemId>> {
    on!(conn, |c| {
        items::table
            .filter(items::service_id.eq(service))
            .filter(items::tag.eq(tag))
            .select(items::id)
            .first(c)
            .await
            .optional()
    })
}

/// The services that a tenant subscribes to, in the order in which it did, and how many endpoints
/// each has; nothing for a service that is not announced yet.
pub(crate) async fn subscribed(
    conn: &mut Conn,
    tenant: TenantId,
) -> QueryResult<Vec<(ServiceId, Option<i32>)>> {
    on!(conn, |c| {
        menu_subscriptions::table
            .left_join(services::table.on(services::service_id.eq(menu_subscriptions::service_id)))
            .filter(menu_subscriptions::tenant_id.eq(tenant))
            .order(menu_subscriptions::subscription_id.asc())
            .limit(SERVICES_MAX)
            .select((
                menu_subscriptions::service_id,
                services::endpoints.nullable(),
            ))
            .load(c)
            .await
    })
}

/// These services, in no order.
pub(crate) async fn services(conn: &mut Conn, ids: &[ServiceId]) -> QueryResult<Vec<Service>> {
    on!(conn, |c| {
        services::table
            .filter(services::service_id.eq_any(ids))
            .select(Service::as_select())
            .load(c)
            .await
    })
}

/// All items of these services, oldest first.
pub(crate) async fn items(conn: &mut Conn, services: &[ServiceId]) -> QueryResult<Vec<Item>> {
    on!(conn, |c| {
        items::table
            .filter(items::service_id.eq_any(services))
            .order(items::id.asc())
            .limit(ITEMS_MAX)
            .select(Item::as_select())
            .load(c)
            .await
    })
}

/// Which service each of these items belongs to.
pub(crate) async fn services_of(
    conn: &mut Conn,
    ids: &[MenuItemId],
) -> QueryResult<Vec<(MenuItemId, ServiceId)>> {
    on!(conn, |c| {
        items::table
            .filter(items::id.eq_any(ids))
            .select((items::id, items::service_id))
            .load(c)
            .await
    })
}
