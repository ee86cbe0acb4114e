//! Menus of services, for one request of one viewer.

use std::collections::HashMap;

use dataloader::BatchFn;
use dataloader::cached;
use kit::error::StorageError;
use kit::id::ServiceId;
use kit::{ApiError, App, Viewer};

use crate::ids::MenuItemId;
use crate::menu::{Visible, of_services};
use crate::store;

/// Something, if it is there and the viewer sees it.
pub(crate) type Loaded<T> = Result<Option<T>, ApiError>;
/// Loads what the viewer sees of services.
pub(crate) type Menus = cached::Loader<ServiceId, Loaded<Visible>, MenusOfServices>;
/// Loads which service an item belongs to.
pub(crate) type Services = cached::Loader<MenuItemId, Loaded<ServiceId>, ServicesOfItems>;

/// A request may name every item of a large service; all of them go into one query.
const BATCH_MAX: usize = 2_000;

pub(crate) struct MenusOfServices {
    app: App,
    viewer: Viewer,
}

pub(crate) struct ServicesOfItems {
    app: App,
}

/// A loader for one request.
pub(crate) fn menus(app: App, viewer: Viewer) -> Menus {
    cached::Loader::new(MenusOfServices { app, viewer }).with_max_batch_size(BATCH_MAX)
}

/// A loader for one request.
pub(crate) fn services(app: App) -> Services {
    cached::Loader::new(ServicesOfItems { app }).with_max_batch_size(BATCH_MAX)
}

impl BatchFn<ServiceId, Loaded<Visible>> for MenusOfServices {
    async fn load(&mut self, ids: &[ServiceId]) -> HashMap<ServiceId, Loaded<Visible>> {
        by_key(ids, of_services(&self.app, &self.viewer, ids).await)
    }
}

impl BatchFn<MenuItemId, Loaded<ServiceId>> for ServicesOfItems {
    async fn load(&mut self, ids: &[MenuItemId]) -> HashMap<MenuItemId, Loaded<ServiceId>> {
        let found = async {
            let mut conn = self.app.db.read().await?;
            Ok(store::services_of(&mut conn, ids)
                .await?
                .into_iter()
                .collect())
        };
        by_key(ids, found.await)
    }
}

/// Gives every key an answer: what was found, nothing, or the failure that all of them share.
fn by_key<K: Copy + Eq + std::hash::Hash, T>(
    keys: &[K],
    found: Result<HashMap<K, T>, StorageError>,
) -> HashMap<K, Loaded<T>> {
    match found.map_err(ApiError::from) {
        Ok(mut found) => keys
            .iter()
            .map(|&key| (key, Ok(found.remove(&key))))
            .collect(),
        Err(err) => keys.iter().map(|&key| (key, Err(err.clone()))).collect(),
    }
}
