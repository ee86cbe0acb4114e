//! What one request loads by key, in batches, as its viewer may see it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use chrono::TimeDelta;
use dataloader::BatchFn;
use dataloader::non_cached::Loader;
use kit::id::{EndpointId, ServiceId, TenantId};
use kit::page::Page;
use kit::permission::Grants;
use kit::{App, Code, Coded, Viewer};

use crate::error::RegistryError;
use crate::store::{Endpoint, EndpointFilter, Health, HealthCheck, Service};

/// The database failed; the log says how.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the registry cannot be read")]
pub(crate) struct LoadFailed;

impl Coded for LoadFailed {
    fn code(&self) -> Code {
        Code::Internal
    }
}

type Loaded<V> = Result<Option<V>, LoadFailed>;
type Batch<K, V> = Loader<K, Loaded<V>, Scope>;

/// The loaders of one request.
pub(crate) struct Loaders {
    pub(crate) services: Batch<ServiceId, Service>,
    pub(crate) endpoints: Batch<EndpointId, Endpoint>,
    pub(crate) endpoint_pages: Batch<EndpointPageKey, Arc<EndpointPage>>,
    pub(crate) health: Batch<ServiceId, Health>,
    pub(crate) uptime: Batch<UptimeKey, f64>,
}

/// Which page of which service's endpoints.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct EndpointPageKey {
    pub(crate) service: ServiceId,
    pub(crate) filter: EndpointFilter,
    pub(crate) after: Option<EndpointId>,
    pub(crate) before: Option<EndpointId>,
    pub(crate) backward: bool,
    pub(crate) size: i64,
    /// Whether all pages together are counted.
    pub(crate) counted: bool,
}

/// Endpoints as they were read for a page.
#[derive(Debug)]
pub(crate) struct EndpointPage {
    pub(crate) rows: Vec<Endpoint>,
    pub(crate) total: i64,
}

/// Over which time a service's uptime is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct UptimeKey {
    pub(crate) service: ServiceId,
    pub(crate) hours: u32,
}

/// Who loads, and from where.
#[derive(Clone)]
pub(crate) struct Scope {
    app: App,
    tenant: TenantId,
    grants: Grants,
}

impl Loaders {
    /// Loaders for a viewer with a current tenant.
    pub(crate) fn new(app: &App, viewer: &Viewer, tenant: TenantId) -> Self {
        let scope = Scope {
            app: app.clone(),
            tenant,
            grants: viewer.grants.clone(),
        };
        Self {
            services: Loader::new(scope.clone()),
            endpoints: Loader::new(scope.clone()),
            endpoint_pages: Loader::new(scope.clone()),
            health: Loader::new(scope.clone()),
            uptime: Loader::new(scope),
        }
    }
}

impl EndpointPageKey {
    fn page(&self) -> Page<EndpointId> {
        Page {
            after: self.after,
            before: self.before,
            backward: self.backward,
            size: self.size,
        }
    }
}

/// Gives every key an answer; a failure is logged once and told to all of them.
fn answer<K: Eq + Hash + Clone, V>(
    keys: &[K],
    found: Result<HashMap<K, V>, RegistryError>,
) -> HashMap<K, Loaded<V>> {
    let mut found = found.map_err(|err| {
        tracing::error!(
            error = &err as &dyn std::error::Error,
            "a batch cannot be loaded"
        );
    });
    let mut answers = HashMap::with_capacity(keys.len());
    for key in keys {
        let value = found.as_mut().map(|found| found.remove(key));
        answers.insert(key.clone(), value.map_err(|()| LoadFailed));
    }
    answers
}

impl BatchFn<ServiceId, Loaded<Service>> for Scope {
    async fn load(&mut self, ids: &[ServiceId]) -> HashMap<ServiceId, Loaded<Service>> {
        let found = async {
            let services =
                Service::by_ids(&mut self.app.db.read().await?, self.tenant, ids).await?;
            Ok(services
                .into_iter()
                .map(|service| (service.id, service))
                .collect())
        };
        answer(ids, found.await)
    }
}

impl BatchFn<EndpointId, Loaded<Endpoint>> for Scope {
    async fn load(&mut self, ids: &[EndpointId]) -> HashMap<EndpointId, Loaded<Endpoint>> {
        let found = async {
            let mut conn = self.app.db.read().await?;
            let mut endpoints = Endpoint::by_ids(&mut conn, ids).await?;
            endpoints.retain(|endpoint| self.grants.allow(&endpoint.permission));
            let services: Vec<_> = endpoints
                .iter()
                .map(|endpoint| endpoint.service_id)
                .collect();
            let visible = Service::by_ids(&mut conn, self.tenant, &services).await?;
            endpoints.retain(|endpoint| {
                visible
                    .iter()
                    .any(|service| service.id == endpoint.service_id)
            });
            Ok(endpoints
                .into_iter()
                .map(|endpoint| (endpoint.id, endpoint))
                .collect())
        };
        answer(ids, found.await)
    }
}

impl BatchFn<EndpointPageKey, Loaded<Arc<EndpointPage>>> for Scope {
    async fn load(
        &mut self,
        keys: &[EndpointPageKey],
    ) -> HashMap<EndpointPageKey, Loaded<Arc<EndpointPage>>> {
        let found = async {
            let mut conn = self.app.db.read().await?;
            let services: Vec<_> = keys.iter().map(|key| key.service).collect();
            let mut permissions = Endpoint::permissions(&mut conn, &services).await?;
            for permissions in permissions.values_mut() {
                permissions.retain(|permission| self.grants.allow(permission));
            }
            let mut pages = HashMap::with_capacity(keys.len());
            for key in keys {
                let allowed = permissions
                    .get(&key.service)
                    .map(Vec::as_slice)
                    .unwrap_or_default();
                let rows =
                    Endpoint::page(&mut conn, key.service, allowed, &key.filter, &key.page())
                        .await?;
                let total = match key.counted {
                    true => Endpoint::count(&mut conn, key.service, allowed, &key.filter).await?,
                    false => 0,
                };
                pages.insert(key.clone(), Arc::new(EndpointPage { rows, total }));
            }
            Ok(pages)
        };
        answer(keys, found.await)
    }
}

impl BatchFn<ServiceId, Loaded<Health>> for Scope {
    async fn load(&mut self, ids: &[ServiceId]) -> HashMap<ServiceId, Loaded<Health>> {
        let found = async {
            let health = Health::by_ids(&mut self.app.db.read().await?, ids).await?;
            Ok(health
                .into_iter()
                .map(|health| (health.service_id, health))
                .collect())
        };
        answer(ids, found.await)
    }
}

impl BatchFn<UptimeKey, Loaded<f64>> for Scope {
    async fn load(&mut self, keys: &[UptimeKey]) -> HashMap<UptimeKey, Loaded<f64>> {
        let found = async {
            let mut conn = self.app.db.read().await?;
            let now = self.app.clock.now_utc();
            let mut hours: Vec<_> = keys.iter().map(|key| key.hours).collect();
            hours.sort_unstable();
            hours.dedup();
            let mut uptime = HashMap::new();
            for hours in hours {
                let services: Vec<_> = keys
                    .iter()
                    .filter(|key| key.hours == hours)
                    .map(|key| key.service)
                    .collect();
                let since = now - TimeDelta::hours(i64::from(hours));
                for (service, (failed, passed)) in
                    HealthCheck::tally(&mut conn, &services, since).await?
                {
                    uptime.insert(
                        UptimeKey { service, hours },
                        passed as f64 / (passed + failed) as f64,
                    );
                }
            }
            Ok(uptime)
        };
        answer(keys, found.await)
    }
}
