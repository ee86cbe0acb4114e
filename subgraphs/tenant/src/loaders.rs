//! Rows by key, for one request of one viewer.

use std::collections::HashMap;

use dataloader::BatchFn;
use dataloader::non_cached::Loader;
use kit::error::StorageError;
use kit::id::TenantId;
use kit::viewer::Credential;
use kit::{ApiError, App, Viewer};

use crate::ids::SubscriptionId;
use crate::store::{Subscription, Tenant, subscriptions, tenants};

/// One row, if it is there and the viewer's.
pub(crate) type Loaded<T> = Result<Option<T>, ApiError>;
/// Loads tenants that the viewer belongs to, or whose API key asks.
pub(crate) type Tenants = Loader<TenantId, Loaded<Tenant>, TenantsByIds>;
/// Loads subscriptions of the current tenant.
pub(crate) type Subscriptions = Loader<SubscriptionId, Loaded<Subscription>, SubscriptionsByIds>;

pub(crate) struct TenantsByIds {
    app: App,
    viewer: Viewer,
}

pub(crate) struct SubscriptionsByIds {
    app: App,
    tenant: Option<TenantId>,
}

/// A loader for one request.
pub(crate) fn tenants(app: App, viewer: &Viewer) -> Tenants {
    Loader::new(TenantsByIds {
        app,
        viewer: viewer.clone(),
    })
}

/// A loader for one request.
pub(crate) fn subscriptions(app: App, tenant: Option<TenantId>) -> Subscriptions {
    Loader::new(SubscriptionsByIds { app, tenant })
}

impl BatchFn<TenantId, Loaded<Tenant>> for TenantsByIds {
    async fn load(&mut self, ids: &[TenantId]) -> HashMap<TenantId, Loaded<Tenant>> {
        let rows = async {
            let mut conn = self.app.db.read().await?;
            let viewer = &self.viewer;
            let mut found = tenants::by_ids(&mut conn, viewer.user, ids).await?;
            found.retain(|tenant| viewer.reaches(tenant.id));
            let is_tenants = matches!(viewer.credential, Credential::TenantKey(_));
            let own = viewer.tenant.filter(|_| is_tenants);
            if let Some(own) = own.filter(|own| ids.contains(own)) {
                found.push(tenants::find(&mut conn, own).await?);
            }
            Ok(found)
        };
        by_key(ids, rows.await, |tenant| tenant.id)
    }
}

impl BatchFn<SubscriptionId, Loaded<Subscription>> for SubscriptionsByIds {
    async fn load(
        &mut self,
        ids: &[SubscriptionId],
    ) -> HashMap<SubscriptionId, Loaded<Subscription>> {
        let rows = async {
            let Some(tenant) = self.tenant else {
                return Ok(Vec::new());
            };
            let mut conn = self.app.db.read().await?;
            Ok(subscriptions::by_ids(&mut conn, tenant, ids).await?)
        };
        by_key(ids, rows.await, |subscription| subscription.id)
    }
}

/// Gives every key an answer: its row, nothing, or the failure that all of them share.
fn by_key<K: Copy + Eq + std::hash::Hash, T>(
    keys: &[K],
    rows: Result<Vec<T>, StorageError>,
    key: impl Fn(&T) -> K,
) -> HashMap<K, Loaded<T>> {
    let rows = match rows {
        Ok(rows) => rows,
        Err(err) => {
            let err = ApiError::from(err);
            return keys.iter().map(|&key| (key, Err(err.clone()))).collect();
        }
    };
    let mut answers: HashMap<K, Loaded<T>> = keys.iter().map(|&key| (key, Ok(None))).collect();
    answers.extend(rows.into_iter().map(|row| (key(&row), Ok(Some(row)))));
    answers
}
