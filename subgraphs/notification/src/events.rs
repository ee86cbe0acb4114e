//! What notifications announce.

use kit::event::Payload;
use kit::id::{ServiceId, TenantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::NotificationId;
use crate::store::Kind;

/// The members of a tenant are to be notified; `notification.created` follows when the notification
/// is in the tenant's database.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct NotificationRequested {
    /// The tenant.
    pub(crate) tenant_id: TenantId,
    /// The service that it is about.
    pub(crate) service_id: ServiceId,
    /// Why.
    pub(crate) kind: Kind,
    /// One line.
    pub(crate) title: String,
    /// The rest.
    pub(crate) body: String,
    /// What a member needs to see it.
    pub(crate) permission: String,
}

/// The members of a tenant were notified.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct NotificationCreated {
    /// The notification.
    pub(crate) notification_id: NotificationId,
    /// The tenant.
    pub(crate) tenant_id: TenantId,
    /// The service that it is about.
    pub(crate) service_id: ServiceId,
    /// Why.
    pub(crate) kind: Kind,
    /// What a member needs to see it.
    pub(crate) permission: String,
}

impl Payload for NotificationRequested {
    const KIND: &'static str = "notification.requested";

    fn subject(&self) -> String {
        self.service_id.to_string()
    }

    fn tenant(&self) -> Option<TenantId> {
        Some(self.tenant_id)
    }

    fn permission(&self) -> Option<String> {
        Some(self.permission.clone())
    }
}

impl Payload for NotificationCreated {
    const KIND: &'static str = "notification.created";

    fn subject(&self) -> String {
        self.notification_id.to_string()
    }

    fn tenant(&self) -> Option<TenantId> {
        Some(self.tenant_id)
    }

    fn permission(&self) -> Option<String> {
        Some(self.permission.clone())
    }
}
