//! What tenants announce.

use kit::event::Payload;
use kit::id::{ServiceId, TenantId, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::SubscriptionId;

/// A tenant is ready: it can be entered, and its own database is there.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct TenantCreated {
    /// The tenant.
    pub(crate) tenant_id: TenantId,
    /// Its short name in addresses.
    pub(crate) slug: String,
    /// Its name.
    pub(crate) name: String,
    /// Who asked for it, and owns it.
    pub(crate) created_by: UserId,
}

/// A user became a member of a tenant.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct TenantMemberAdded {
    /// The tenant.
    pub(crate) tenant_id: TenantId,
    /// The new member.
    pub(crate) user_id: UserId,
    /// Slug of the role that the member has there.
    pub(crate) role: String,
}

/// A tenant subscribed to a service.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct TenantServiceSubscribed {
    /// The tenant.
    pub(crate) tenant_id: TenantId,
    /// The service.
    pub(crate) service_id: ServiceId,
    /// The subscription.
    pub(crate) subscription_id: SubscriptionId,
    /// Who subscribed it.
    pub(crate) subscribed_by: UserId,
}

impl Payload for TenantCreated {
    const KIND: &'static str = "tenant.created";

    fn subject(&self) -> String {
        self.tenant_id.to_string()
    }

    fn tenant(&self) -> Option<TenantId> {
        Some(self.tenant_id)
    }
}

impl Payload for TenantMemberAdded {
    const KIND: &'static str = "tenant.member_added";

    fn subject(&self) -> String {
        self.user_id.to_string()
    }

    fn tenant(&self) -> Option<TenantId> {
        Some(self.tenant_id)
    }
}

impl Payload for TenantServiceSubscribed {
    const KIND: &'static str = "tenant.service_subscribed";

    fn subject(&self) -> String {
        self.service_id.to_string()
    }

    fn tenant(&self) -> Option<TenantId> {
        Some(self.tenant_id)
    }
}
