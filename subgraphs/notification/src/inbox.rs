//! Reading notifications: what a viewer may see in the current tenant.

use futures::{Stream, StreamExt as _};
use kit::event::{Event, Filter, Payload as _};
use kit::page::Page;
use kit::{App, Viewer};

use crate::error::NotificationError;
use crate::events::NotificationCreated;
use crate::ids::NotificationId;
use crate::store::notifications::{self, Notification};

/// A page of rows, and how many there are on all pages if that was asked.
#[derive(Default)]
pub(crate) struct Listed {
    pub(crate) rows: Vec<Notification>,
    pub(crate) total: i64,
}

/// Lists what the viewer may see, newest first. Nothing without a current tenant.
pub(crate) async fn list(
    app: &App,
    viewer: &Viewer,
    page: &Page<NotificationId>,
    with_total: bool,
) -> Result<Listed, NotificationError> {
    let Some(tenant) = viewer.tenant else {
        return Ok(Listed::default());
    };
    let mut conn = app.tenant_dbs.read(tenant).await?;
    let mut permissions = notifications::permissions(&mut conn).await?;
    permissions.retain(|permission| viewer.allows(permission));
    if permissions.is_empty() {
        return Ok(Listed::default());
    }
    let rows = notifications::list(&mut conn, &permissions, page).await?;
    let total = match with_total {
        true => notifications::count(&mut conn, &permissions).await?,
        false => 0,
    };
    Ok(Listed { rows, total })
}

/// Finds notifications that the viewer may see.
pub(crate) async fn by_ids(
    app: &App,
    viewer: &Viewer,
    ids: &[NotificationId],
) -> Result<Vec<Notification>, NotificationError> {
    let Some(tenant) = viewer.tenant else {
        return Ok(Vec::new());
    };
    let mut conn = app.tenant_dbs.read(tenant).await?;
    let mut rows = notifications::by_ids(&mut conn, ids).await?;
    rows.retain(|row| viewer.allows(&row.permission));
    Ok(rows)
}

/// Follows what the viewer may see, from now on.
pub(crate) fn follow(
    app: &App,
    viewer: &Viewer,
) -> Result<impl Stream<Item = Result<Notification, NotificationError>> + use<>, NotificationError>
{
    let filter = Filter {
        tenant: Some(viewer.tenant()?),
        kinds: vec![NotificationCreated::KIND.to_owned()],
        ..Filter::default()
    };
    let events = app.events.follow(app.db.clone(), None, filter);
    let (app, viewer) = (app.clone(), viewer.clone());
    Ok(events.filter_map(move |event| {
        let (app, viewer) = (app.clone(), viewer.clone());
        async move {
            match event {
                Ok(event) => received(&app, &viewer, &event).await.transpose(),
                Err(err) => Some(Err(err.into())),
            }
        }
    }))
}

/// The notification that an event announces, if the viewer may see it.
async fn received(
    app: &App,
    viewer: &Viewer,
    event: &Event,
) -> Result<Option<Notification>, NotificationError> {
    let Ok(created) = event.payload::<NotificationCreated>() else {
        tracing::error!(event.id = %event.id, "an event of ours cannot be read");
        return Ok(None);
    };
    if !viewer.allows(&created.permission) {
        return Ok(None);
    }
    let rows = by_ids(app, viewer, &[created.notification_id]).await?;
    Ok(rows.into_iter().next())
}
