//! What this subgraph announces.

use chrono::{DateTime, Utc};
use kit::event::Payload;
use kit::id::{EndpointId, ServiceId, TenantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::health::HealthState;
use crate::service::Visibility;

/// A service was registered. Its endpoints follow, each as an event of its own.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ServiceRegistered {
    /// The service.
    pub(crate) service_id: ServiceId,
    /// The tenant that registered and owns it.
    pub(crate) tenant_id: TenantId,
    /// Its short name, part of its permissions.
    pub(crate) slug: String,
    /// Its name.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// What it is for.
    pub(crate) description: Option<String>,
    /// Its icon.
    pub(crate) icon: Option<String>,
    /// Who can see it.
    pub(crate) visibility: Visibility,
    /// Where it answers.
    pub(crate) base_url: String,
    /// How many endpoints it was registered with.
    pub(crate) endpoint_count: i32,
}

/// An endpoint was added to a service.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct EndpointAdded {
    /// The endpoint.
    pub(crate) endpoint_id: EndpointId,
    /// Its service.
    pub(crate) service_id: ServiceId,
    /// The tenant that owns the service.
    pub(crate) tenant_id: TenantId,
    /// The service's short name.
    pub(crate) service_slug: String,
    /// Who can see the service.
    pub(crate) visibility: Visibility,
    /// Its HTTP method.
    pub(crate) method: String,
    /// Its path below the address, with variables in braces.
    pub(crate) path: String,
    /// Its name in the service's own description.
    pub(crate) operation_id: Option<String>,
    /// What it does, in a few words.
    pub(crate) title: String,
    /// What it does, at length.
    pub(crate) description: Option<String>,
    /// The group that it belongs to.
    pub(crate) tag: Option<String>,
    /// Whether the service advises against it.
    pub(crate) deprecated: bool,
    /// What a user needs to see and use it, and to see this.
    pub(crate) permission: String,
    /// What only the platform's own handlers are told.
    #[serde(skip)]
    pub(crate) detail: EndpointDetail,
}

/// What a form needs to reach an endpoint, and no reader of events.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct EndpointDetail {
    /// Where the endpoint answers: the service's address, or its own where it has one.
    pub(crate) base_url: String,
    /// JSON Schema 2020-12 of a request: an object whose properties `path`, `query`, `header`,
    /// `cookie` and `body` group its parts.
    pub(crate) request_schema: Value,
}

/// The health of a service changed.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ServiceHealthChanged {
    /// The service.
    pub(crate) service_id: ServiceId,
    /// The tenant that owns it.
    pub(crate) tenant_id: TenantId,
    /// Its name.
    pub(crate) service_name: String,
    /// Its short name.
    pub(crate) service_slug: String,
    /// The state before.
    pub(crate) from: HealthState,
    /// The state now.
    pub(crate) to: HealthState,
    /// What was wrong at the check that changed it, in a few words; nothing if nothing was.
    pub(crate) error: Option<String>,
    /// Grows by one with each change of this service.
    pub(crate) seq: i64,
    /// When.
    pub(crate) at: DateTime<Utc>,
}

impl Payload for ServiceRegistered {
    const KIND: &'static str = "service.registered";

    fn subject(&self) -> String {
        self.service_id.to_string()
    }

    fn tenant(&self) -> Option<TenantId> {
        Some(self.tenant_id)
    }
}

impl Payload for EndpointAdded {
    const KIND: &'static str = "endpoint.added";

    fn subject(&self) -> String {
        self.endpoint_id.to_string()
    }

    fn tenant(&self) -> Option<TenantId> {
        Some(self.tenant_id)
    }

    fn permission(&self) -> Option<String> {
        Some(self.permission.clone())
    }

    fn detail(&self) -> Option<Value> {
        serde_json::to_value(&self.detail).ok()
    }
}

impl Payload for ServiceHealthChanged {
    const KIND: &'static str = "service.health_changed";

    fn subject(&self) -> String {
        self.service_id.to_string()
    }

    fn tenant(&self) -> Option<TenantId> {
        Some(self.tenant_id)
    }
}
