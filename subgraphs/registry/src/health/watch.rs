//! Following the health of one service.

use async_stream::try_stream;
use futures::{Stream, StreamExt as _};
use kit::event::{Filter, Log, Payload as _};
use kit::id::ServiceId;
use kit::{App, Viewer};

use crate::error::RegistryError;
use crate::events::ServiceHealthChanged;
use crate::store::{Health, Service};

/// The health of a service that the tenant sees: as it is, then after each change.
///
/// Changes that come faster than the reader takes them are told together; `seq` shows the gap.
pub(crate) async fn watch(
    app: &App,
    viewer: &Viewer,
    id: ServiceId,
) -> Result<impl Stream<Item = Result<Health, RegistryError>> + use<>, RegistryError> {
    let tenant = viewer.tenant()?;
    let mut conn = app.db.read().await?;
    let service = Service::find(&mut conn, tenant, id)
        .await?
        .ok_or(RegistryError::NotFound(id))?;
    // The place in the log is taken before the snapshot: a change in between is told twice at most.
    let head = Log::head(&mut conn).await?;
    let snapshot = Health::find(&mut conn, id)
        .await?
        .ok_or(RegistryError::NotFound(id))?;
    drop(conn);

    let filter = Filter {
        tenant: Some(service.tenant_id),
        kinds: vec![ServiceHealthChanged::KIND.to_owned()],
        subject: Some(id.to_string()),
        ..Filter::default()
    };
    let changes = app.events.follow(app.db.clone(), Some(head), filter);
    let db = app.db.clone();
    Ok(try_stream! {
        let mut seen = snapshot.seq;
        yield snapshot;
        let mut changes = std::pin::pin!(changes);
        while let Some(change) = changes.next().await {
            change?;
            let health = Health::find(&mut db.read().await?, id).await?;
            if let Some(health) = health.filter(|health| health.seq > seen) {
                seen = health.seq;
                yield health;
            }
        }
    })
}
