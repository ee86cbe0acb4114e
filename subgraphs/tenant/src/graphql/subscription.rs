//! Subscriptions to services, as clients see them.

use async_graphql::{ID, SimpleObject};
use chrono::{DateTime, Utc};

use crate::store::Subscription;

/// A tenant's subscription to a service.
#[derive(SimpleObject)]
pub(crate) struct TenantService {
    /// Its id.
    id: ID,
    /// The service.
    service: Option<Service>,
    /// When the tenant subscribed.
    subscribed_at: DateTime<Utc>,
}

/// A registered service.
#[derive(SimpleObject)]
#[graphql(unresolvable = "id")]
struct Service {
    /// Its id.
    id: ID,
}

impl From<Subscription> for TenantService {
    fn from(row: Subscription) -> Self {
        Self {
            id: row.id.to_string().into(),
            service: Some(Service {
                id: row.service_id.to_string().into(),
            }),
            subscribed_at: row.subscribed_at.and_utc(),
        }
    }
}
