//! Users, tenants and roles by id, for one request of one viewer.

use std::collections::HashMap;
use std::hash::Hash;

use dataloader::BatchFn;
use dataloader::non_cached::Loader;
use kit::error::StorageError;
use kit::id::{TenantId, UserId};
use kit::role::RoleId;
use kit::{App, Viewer};

use crate::error::Unloaded;
use crate::role::{self, Role};
use crate::store::Profile;
use crate::user;

/// Loads the people whom the viewer may see.
pub(crate) type Users = Loader<UserId, Loaded<Profile>, VisibleTo>;
/// Loads the tenants that the viewer belongs to.
pub(crate) type Tenants = Loader<TenantId, Loaded<TenantId>, VisibleTo>;

/// Loads the roles that the viewer may see.
pub(crate) type Roles = Loader<RoleId, Loaded<Role>, VisibleTo>;
/// Loads the roles of tenants that the viewer belongs to, the built-in ones first.
pub(crate) type RolesOfTenants = Loader<TenantId, Loaded<Vec<Role>>, VisibleTo>;

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

/// A loader of roles for one request.
pub(crate) fn roles(app: App, viewer: Viewer) -> Roles {
    Loader::new(VisibleTo { app, viewer })
}

/// A loader of all roles of a tenant for one request.
pub(crate) fn roles_of_tenants(app: App, viewer: Viewer) -> RolesOfTenants {
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

impl BatchFn<RoleId, Loaded<Role>> for VisibleTo {
    async fn load(&mut self, ids: &[RoleId]) -> HashMap<RoleId, Loaded<Role>> {
        let found = role::visible(&self.app, &self.viewer, ids).await;
        by_key(ids, found.map_err(Unloaded::from), |role| role.id)
    }
}

impl BatchFn<TenantId, Loaded<Vec<Role>>> for VisibleTo {
    async fn load(&mut self, ids: &[TenantId]) -> HashMap<TenantId, Loaded<Vec<Role>>> {
        let found = async {
            let tenants = user::tenants(&self.app, &self.viewer, ids).await?;
            let own = role::of_tenants(&self.app, &tenants).await?;
            let all = |tenant| {
                let own = own.iter().filter(move |role| role.tenant == Some(tenant));
                Role::built_in().chain(own.cloned()).collect::<Vec<_>>()
            };
            Ok::<_, StorageError>(
                tenants
                    .into_iter()
                    .map(|tenant| (tenant, all(tenant)))
                    .collect::<Vec<_>>(),
            )
        };
        let found = by_key(ids, found.await.map_err(Unloaded::from), |&(tenant, _)| {
            tenant
        });
        let roles = |loaded: Loaded<(TenantId, Vec<Role>)>| loaded.map(|it| it.map(|(_, it)| it));
        found.into_iter().map(|(id, it)| (id, roles(it))).collect()
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
