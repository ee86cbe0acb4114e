//! Events by id, for one request in one tenant.

use std::collections::HashMap;

use dataloader::BatchFn;
use dataloader::non_cached::Loader;
use kit::App;
use kit::event::{Event, Log};
use kit::id::{EventId, TenantId};

/// Loads events of one tenant.
pub(crate) type Events = Loader<EventId, Option<Event>, ByIds>;

pub(crate) struct ByIds {
    app: App,
    tenant: TenantId,
}

/// A loader for one request.
pub(crate) fn events(app: App, tenant: TenantId) -> Events {
    Loader::new(ByIds { app, tenant })
}

impl BatchFn<EventId, Option<Event>> for ByIds {
    async fn load(&mut self, ids: &[EventId]) -> HashMap<EventId, Option<Event>> {
        let found = async {
            let mut conn = self.app.db.read().await?;
            Ok::<_, kit::error::StorageError>(Log::by_ids(&mut conn, self.tenant, ids).await?)
        };
        let found = found.await.unwrap_or_else(|err| {
            tracing::error!(
                error = &err as &dyn std::error::Error,
                "events cannot be loaded"
            );
            Vec::new()
        });
        let mut by_id = ids.iter().map(|&id| (id, None)).collect::<HashMap<_, _>>();
        by_id.extend(found.into_iter().map(|event| (event.id, Some(event))));
        by_id
    }
}
