//! What tenants announce.

use kit::event::Payload;
use kit::id::{ServiceId, TenantId, UserId};
use kit::role::RoleId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{InvitationId, SubscriptionId};
use crate::member::READ;
use crate::store::{HeldRole, Invitation, Membership};

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
    /// Slug of the first of the roles that the member has there.
    pub(crate) role: String,
    /// Slugs of the roles that the member has there.
    pub(crate) roles: Vec<String>,
    /// Ids of these roles, in the same order.
    pub(crate) role_ids: Vec<RoleId>,
}

/// A member of a tenant has other roles than before.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct TenantMemberUpdated {
    /// The tenant.
    pub(crate) tenant_id: TenantId,
    /// The member.
    pub(crate) user_id: UserId,
    /// Slugs of the roles that the member has from now on.
    pub(crate) roles: Vec<String>,
    /// Ids of these roles, in the same order.
    pub(crate) role_ids: Vec<RoleId>,
}

/// A user is no member of a tenant any more.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct TenantMemberRemoved {
    /// The tenant.
    pub(crate) tenant_id: TenantId,
    /// Who is out of it.
    pub(crate) user_id: UserId,
}

/// Somebody was invited to a tenant by a letter. Whom the letter went to is not told.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct TenantMemberInvited {
    /// The tenant.
    pub(crate) tenant_id: TenantId,
    /// The invitation.
    pub(crate) invitation_id: InvitationId,
    /// The member who invites.
    pub(crate) invited_by: UserId,
    /// Slugs of the roles that are offered.
    pub(crate) roles: Vec<String>,
    /// Ids of these roles, in the same order.
    pub(crate) role_ids: Vec<RoleId>,
}

/// An invitation to a tenant was taken back.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct TenantInvitationRevoked {
    /// The tenant.
    pub(crate) tenant_id: TenantId,
    /// The invitation.
    pub(crate) invitation_id: InvitationId,
    /// Who took it back.
    pub(crate) revoked_by: UserId,
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

macro_rules! of_tenant {
    ($($payload:ident, $kind:literal of $subject:ident $(for $permission:expr)?;)+) => {$(
        impl Payload for $payload {
            const KIND: &'static str = $kind;

            fn subject(&self) -> String {
                self.$subject.to_string()
            }

            fn tenant(&self) -> Option<TenantId> {
                Some(self.tenant_id)
            }

            $(fn permission(&self) -> Option<String> {
                Some($permission.to_string())
            })?
        }
    )+};
}

of_tenant! {
    TenantCreated, "tenant.created" of tenant_id;
    TenantMemberAdded, "tenant.member_added" of user_id;
    TenantMemberUpdated, "tenant.member_updated" of user_id;
    TenantMemberRemoved, "tenant.member_removed" of user_id;
    TenantMemberInvited, "tenant.member_invited" of invitation_id for READ;
    TenantInvitationRevoked, "tenant.invitation_revoked" of invitation_id for READ;
    TenantServiceSubscribed, "tenant.service_subscribed" of service_id;
}

impl TenantMemberAdded {
    /// The announcement of a new membership.
    pub(crate) fn of(membership: &Membership) -> Self {
        let roles = slugs(&membership.roles);
        Self {
            tenant_id: membership.tenant_id,
            user_id: membership.user_id,
            role: roles.first().cloned().unwrap_or_default(),
            roles,
            role_ids: ids(&membership.roles),
        }
    }
}

impl TenantMemberUpdated {
    /// The announcement of a membership as it is now.
    pub(crate) fn of(membership: &Membership) -> Self {
        Self {
            tenant_id: membership.tenant_id,
            user_id: membership.user_id,
            roles: slugs(&membership.roles),
            role_ids: ids(&membership.roles),
        }
    }
}

impl TenantMemberInvited {
    /// The announcement of a new invitation.
    pub(crate) fn of(invitation: &Invitation) -> Self {
        Self {
            tenant_id: invitation.tenant_id,
            invitation_id: invitation.id,
            invited_by: invitation.invited_by,
            roles: slugs(&invitation.roles.0),
            role_ids: ids(&invitation.roles.0),
        }
    }
}

fn slugs(roles: &[HeldRole]) -> Vec<String> {
    roles.iter().map(|role| role.slug.clone()).collect()
}

fn ids(roles: &[HeldRole]) -> Vec<RoleId> {
    roles.iter().map(|role| role.id).collect()
}
