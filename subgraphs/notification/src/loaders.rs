//! Notifications by id, for one request of one viewer.

use std::collections::HashMap;

use dataloader::BatchFn;
use dataloader::non_cached::Loader;
use kit::{ApiError, App, Viewer};

use crate::ids::NotificationId;
use crate::inbox;
use crate::store::Notification;

/// A notification, if it is there and the viewer may see it.
pub(crate) type Loaded = Result<Option<Notification>, ApiError>;
/// Loads notifications of the current tenant.
pub(crate) type Notifications = Loader<NotificationId, Loaded, ByIds>;

pub(crate) struct ByIds {
    app: App,
    viewer: Viewer,
}

/// A loader for one request.
pub(crate) fn notifications(app: App, viewer: Viewer) -> Notifications {
    Loader::new(ByIds { app, viewer })
}

impl BatchFn<NotificationId, Loaded> for ByIds {
    async fn load(&mut self, ids: &[NotificationId]) -> HashMap<NotificationId, Loaded> {
        let rows = match inbox::by_ids(&self.app, &self.viewer, ids).await {
            Ok(rows) => rows,
            Err(err) => {
                let err = ApiError::from(err);
                return ids.iter().map(|&id| (id, Err(err.clone()))).collect();
            }
        };
        let mut answers: HashMap<_, Loaded> = ids.iter().map(|&id| (id, Ok(None))).collect();
        answers.extend(rows.into_iter().map(|row| (row.id, Ok(Some(row)))));
        answers
    }
}
