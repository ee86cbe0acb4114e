//! Subscribing a tenant to a service, which puts the service in its menu.

use kit::id::{ServiceId, TenantId};
use kit::{App, Permission, Viewer, event};

use crate::error::TenantError;
use crate::events::TenantServiceSubscribed;
use crate::ids::SubscriptionId;
use crate::plan::{FREE, Feature};
use crate::projections::SERVICES;
use crate::store::projections::{self, KnownService};
use crate::store::{Subscription, subscriptions, tenants};

/// What subscribing needs.
pub(crate) const SUBSCRIBE: Permission = Permission("service:subscribe");

/// Subscribes the current tenant to a service that it sees.
///
/// Being subscribed is a state: doing it again answers with the subscription that there is, so that
/// a client may repeat a request whose answer was lost.
pub(crate) async fn subscribe(
    app: &App,
    viewer: &Viewer,
    service: ServiceId,
) -> Result<Subscription, TenantError> {
    let tenant = viewer.require_in_tenant(SUBSCRIBE)?;
    let known = find_service(app, service).await?;
    let known = known
        .filter(|known| known.is_visible_to(tenant))
        .ok_or(TenantError::UnknownService(service))?;

    let wanted = Subscription {
        id: SubscriptionId::new(),
        tenant_id: tenant,
        service_id: service,
        subscribed_by: viewer.user,
        subscribed_at: app.clock.now_utc(),
    };
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        // With the tenant locked, nobody subscribes it between the look and the insert.
        if !tenants::lock_active(conn, tenant).await? {
            return Err(TenantError::NotCurrent(tenant));
        }
        if let Some(existing) = subscriptions::find(conn, tenant, service).await? {
            return Ok(existing);
        }
        let used = subscriptions::count(conn, tenant).await?;
        check_plan(tenant, &known, used)?;
        subscriptions::insert(conn, &wanted).await?;
        let subscribed = TenantServiceSubscribed {
            tenant_id: tenant,
            service_id: service,
            subscription_id: wanted.id,
            subscribed_by: wanted.subscribed_by,
        };
        event::record(conn, &app.clock, &subscribed).await?;
        Ok(wanted)
    })
    .await
}

fn check_plan(tenant: TenantId, service: &KnownService, used: i64) -> Result<(), TenantError> {
    let foreign = service.owner_id != tenant;
    if foreign && !FREE.allows_another(Feature::PublicServices, 0) {
        return Err(TenantError::Quota(Feature::PublicServices));
    }
    match FREE.allows_another(Feature::Services, used) {
        true => Ok(()),
        false => Err(TenantError::Quota(Feature::Services)),
    }
}

/// A service, which may have been registered so recently that it is not announced yet.
async fn find_service(app: &App, service: ServiceId) -> Result<Option<KnownService>, TenantError> {
    let mut conn = app.db.read().await?;
    if let Some(known) = projections::find_service(&mut conn, service).await? {
        return Ok(Some(known));
    }
    drop(conn);
    app.events.caught_up(&app.db, SERVICES).await?;
    let mut conn = app.db.read().await?;
    Ok(projections::find_service(&mut conn, service).await?)
}
