//! Reading menus: the items of services, filtered for one viewer.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use kit::error::StorageError;
use kit::id::{ServiceId, TenantId};
use kit::{App, Viewer};

use crate::filter::Sight;
use crate::items::{ITEMS, SUBSCRIPTIONS};
use crate::store::{self, Item, Service};
use crate::tree::{Node, grow};

/// How long a reader waits for the newest events in any case, so that a client sees what it has
/// just done. More only where something is known to be missing.
const FRESH: Duration = Duration::from_millis(250);

/// A service, and how many endpoints it has if it is announced.
type Subscribed = (ServiceId, Option<i32>);

/// The menu of a viewer in the current tenant: one tree for each subscribed service of which
/// something is visible. Empty without a tenant.
pub(crate) async fn of_viewer(app: &App, viewer: &Viewer) -> Result<Vec<Arc<Node>>, StorageError> {
    let Some(tenant) = viewer.tenant else {
        return Ok(Vec::new());
    };
    let services = subscribed(app, tenant).await?;
    let items = items(app, &services).await?;
    let mut trees = grow(items);
    let mut sight = Sight::new(&viewer.grants);
    let trees = services
        .iter()
        .filter_map(|(service, _)| trees.remove(service));
    Ok(trees.filter_map(|tree| sight.of(&tree)).collect())
}

/// What a tenant subscribes to. Without any subscription this waits longer, as its first may be
/// behind the announcements of a large import.
async fn subscribed(app: &App, tenant: TenantId) -> Result<Vec<Subscribed>, StorageError> {
    let caught_up = app.events.caught_up(&app.db, SUBSCRIPTIONS);
    tokio::time::timeout(FRESH, caught_up)
        .await
        .unwrap_or(Ok(()))?;
    let mut conn = app.db.read().await?;
    let services = store::subscribed(&mut conn, tenant).await?;
    drop(conn);
    if !services.is_empty() {
        return Ok(services);
    }
    app.events.caught_up(&app.db, SUBSCRIPTIONS).await?;
    let mut conn = app.db.read().await?;
    Ok(store::subscribed(&mut conn, tenant).await?)
}

/// What a viewer sees of a service's items: nothing, or one tree.
pub(crate) type Visible = Option<Arc<Node>>;

/// What a viewer sees of these services. A service that the viewer does not see at all is left out.
pub(crate) async fn of_services(
    app: &App,
    viewer: &Viewer,
    ids: &[ServiceId],
) -> Result<HashMap<ServiceId, Visible>, StorageError> {
    let mut services = known(app, ids).await?;
    if services.len() < ids.len() {
        // Perhaps so new that it has not been announced.
        app.events.caught_up(&app.db, ITEMS).await?;
        services = known(app, ids).await?;
    }
    services.retain(|service| service.is_visible_to(viewer.tenant));
    let counts: Vec<_> = services
        .iter()
        .map(|service| (service.service_id, Some(service.endpoints)))
        .collect();
    let trees = grow(items(app, &counts).await?);
    let mut sight = Sight::new(&viewer.grants);
    let mut visible = |service: &Service| {
        let tree = trees.get(&service.service_id)?;
        sight.of(tree)
    };
    Ok(services
        .iter()
        .map(|service| (service.service_id, visible(service)))
        .collect())
}

async fn known(app: &App, ids: &[ServiceId]) -> Result<Vec<Service>, StorageError> {
    let mut conn = app.db.read().await?;
    Ok(store::services(&mut conn, ids).await?)
}

/// All items of services with so many endpoints. A large import is announced endpoint by endpoint:
/// while some are still to come, this waits for them.
async fn items(app: &App, services: &[Subscribed]) -> Result<Vec<Item>, StorageError> {
    if services.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = services.iter().map(|&(service, _)| service).collect();
    let mut conn = app.db.read().await?;
    let items = store::items(&mut conn, &ids).await?;
    drop(conn);
    if is_complete(services, &items) {
        return Ok(items);
    }
    app.events.caught_up(&app.db, ITEMS).await?;
    let mut conn = app.db.read().await?;
    Ok(store::items(&mut conn, &ids).await?)
}

fn is_complete(services: &[Subscribed], items: &[Item]) -> bool {
    let mut missing: HashMap<_, _> = services.iter().copied().collect();
    for item in items.iter().filter(|item| item.endpoint_id.is_some()) {
        if let Some(Some(missing)) = missing.get_mut(&item.service_id) {
            *missing -= 1;
        }
    }
    let complete = |missing: &Option<i32>| missing.is_some_and(|missing| missing <= 0);
    items.len() as i64 == store::ITEMS_MAX || missing.values().all(complete)
}
