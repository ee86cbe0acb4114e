//! Reading menus: the items of services, filtered for one viewer.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use kit::error::StorageError;
use kit::id::ServiceId;
use kit::{App, Viewer};

use crate::filter::Sight;
use crate::items::ITEMS;
use crate::store::{self, Item, Service};
use crate::tree::{Node, grow};

/// How long a reader waits for the newest events in any case, so that a client sees what it has
/// just done. More only where something is known to be missing.
const FRESH: Duration = Duration::from_millis(250);

/// The menu of a viewer in the current tenant: one tree for each subscribed service of which
/// something is visible. Empty without a tenant.
pub(crate) async fn of_viewer(app: &App, viewer: &Viewer) -> Result<Vec<Arc<Node>>, StorageError> {
    let Some(tenant) = viewer.tenant else {
        return Ok(Vec::new());
    };
    let caught_up = app.events.caught_up(&app.db, ITEMS);
    tokio::time::timeout(FRESH, caught_up)
        .await
        .unwrap_or(Ok(()))?;

    let mut conn = app.db.read().await?;
    let services = store::subscribed(&mut conn, tenant).await?;
    drop(conn);
    let items = items(app, &services).await?;
    let mut trees = grow(items);
    let mut sight = Sight::new(&viewer.grants);
    let trees = services
        .iter()
        .filter_map(|service| trees.remove(&service.service_id));
    Ok(trees.filter_map(|tree| sight.of(&tree)).collect())
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
    let items = items(app, &services).await?;
    let trees = grow(items);
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

/// All items of these services. A large import is announced endpoint by endpoint: while some are
/// still to come, this waits for them.
async fn items(app: &App, services: &[Service]) -> Result<Vec<Item>, StorageError> {
    if services.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = services.iter().map(|service| service.service_id).collect();
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

fn is_complete(services: &[Service], items: &[Item]) -> bool {
    let mut missing: HashMap<ServiceId, i32> = services
        .iter()
        .map(|service| (service.service_id, service.endpoints))
        .collect();
    for item in items.iter().filter(|item| item.endpoint_id.is_some()) {
        if let Some(missing) = missing.get_mut(&item.service_id) {
            *missing -= 1;
        }
    }
    items.len() as i64 == store::ITEMS_MAX || missing.values().all(|&missing| missing <= 0)
}
