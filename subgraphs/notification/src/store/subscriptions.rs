//! Who hears about a service, in the core database.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kit::id::{ServiceId, TenantId};
use kit::{Conn, on};

use crate::tables::notification_subscriptions as subscriptions;

/// Remembers that a tenant subscribes to a service.
pub(crate) async fn remember(
    conn: &mut Conn,
    service: ServiceId,
    tenant: TenantId,
) -> QueryResult<usize> {
    let row = (
        subscriptions::service_id.eq(service),
        subscriptions::tenant_id.eq(tenant),
    );
    on!(conn, |c| {
        diesel::insert_or_ignore_into(subscriptions::table)
            .values(row)
            .execute(c)
            .await
    })
}

/// The tenants that subscribe to a service.
pub(crate) async fn tenants(conn: &mut Conn, service: ServiceId) -> QueryResult<Vec<TenantId>> {
    on!(conn, |c| {
        subscriptions::table
            .filter(subscriptions::service_id.eq(service))
            .order(subscriptions::tenant_id.asc())
            .select(subscriptions::tenant_id)
            .load(c)
            .await
    })
}
