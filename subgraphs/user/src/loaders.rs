//! Users and tenants by id, for one request of one viewer.

use std::collections::HashMap;
use std::hash::Hash;

use dataloader::BatchFn;
use dataloader::non_cached::Loader;
use kit::id::{TenantId, UserId};
use kit::{App, Viewer};

use crate::error::Unloaded;
use crate::store::Profile;
use crate::user;

/// Loads the people whom the viewer may see.
pub(crate) type Users = Loader<UserId, Loaded<Profile>, VisibleTo>;
/// Loads the tenants that the viewer belongs to.
pub(crate) type Tenants = Loader<TenantId, Loaded<TenantId>, VisibleTo>;

type Loaded<T> = Result<Option<T>, Unloaded>;

pub(crate) struct VisibleTo {
    app: App,
    viewer: Viewer,
}

/// A loader of users for one request.
pub(crate) fn users(app: App, viewer: Viewer) -> Users {
    Loader::new(VisibleTo { app, viewer })
}

/// A loader of tenants for one request.
pub(crate) fn tenants(app: App, viewer: Viewer) -> Tenants {
    Loader::new(VisibleTo { app, viewer })
}

impl BatchFn<UserId, Loaded<Profile>> for VisibleTo {
    async fn load(&mut self, ids: &[UserId]) -> HashMap<UserId, Loaded<Profile>> {
        let found = user::visible(&self.app, &self.viewer, ids).await;
        by_key(ids, found.map_err(Unloaded::from), |profile| profile.id)
    }
}

impl BatchFn<TenantId, Loaded<TenantId>> for VisibleTo {
    async fn load(&mut self, ids: &[TenantId]) -> HashMap<TenantId, Loaded<TenantId>> {
        let found = user::tenants(&self.app, &self.viewer, ids).await;
        by_key(ids, found.map_err(Unloaded::from), |&tenant| tenant)
    }
}

/// An answer for each key that was asked for.
fn by_key<K: Copy + Eq + Hash, T>(
    keys: &[K],
    found: Result<Vec<T>, Unloaded>,
    key: impl Fn(&T) -> K,
) -> HashMap<K, Loaded<T>> {
    match found {
        Ok(found) => {
            let mut loaded = keys
                .iter()
                .map(|&key| (key, Ok(None)))
                .collect::<HashMap<_, _>>();
            loaded.extend(found.into_iter().map(|one| (key(&one), Ok(Some(one)))));
            loaded
        }
        Err(err) => keys.iter().map(|&key| (key, Err(err.clone()))).collect(),
    }
}
