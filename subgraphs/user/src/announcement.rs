//! What this subgraph announces.

use kit::event::{EventType, Payload};
use kit::id::{TenantId, UserId};
use kit::role::RoleId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access;
use crate::store::Profile;
use crate::store::roles::Row;

/// A tenant has defined a role.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct RoleCreated {
    /// The tenant.
    pub(crate) tenant_id: TenantId,
    /// The role.
    pub(crate) role_id: RoleId,
    /// Its name in inputs.
    pub(crate) slug: String,
    /// What it is called.
    pub(crate) name: String,
    /// What it grants, as patterns; those that begin with `!` deny.
    pub(crate) permissions: Vec<String>,
    /// Who has defined it.
    pub(crate) created_by: UserId,
}

/// A tenant has changed a role.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct RoleUpdated {
    /// The tenant.
    pub(crate) tenant_id: TenantId,
    /// The role.
    pub(crate) role_id: RoleId,
    /// Its name in inputs.
    pub(crate) slug: String,
    /// What it is called.
    pub(crate) name: String,
    /// What it grants from now on, as patterns; those that begin with `!` deny.
    pub(crate) permissions: Vec<String>,
    /// Who has changed it.
    pub(crate) updated_by: UserId,
}

/// A tenant has deleted a role.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct RoleDeleted {
    /// The tenant.
    pub(crate) tenant_id: TenantId,
    /// The role.
    pub(crate) role_id: RoleId,
    /// Its name in inputs, which is free again.
    pub(crate) slug: String,
    /// Who has deleted it.
    pub(crate) deleted_by: UserId,
}

/// A user's profile has changed.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct UserProfileUpdated {
    /// The user.
    pub(crate) user_id: UserId,
    /// What they are called.
    pub(crate) name: String,
    /// Address of a picture of them, if they gave one.
    pub(crate) avatar_url: Option<String>,
    /// The language that they prefer (BCP 47), if they said so.
    pub(crate) locale: Option<String>,
    /// Where their clock runs (IANA), if they said so.
    pub(crate) time_zone: Option<String>,
}

impl RoleCreated {
    pub(crate) fn of(row: &Row, created_by: UserId) -> Self {
        Self {
            tenant_id: row.tenant_id,
            role_id: row.id,
            slug: row.slug.clone(),
            name: row.name.clone(),
            permissions: row.permissions.0.clone(),
            created_by,
        }
    }
}

impl RoleUpdated {
    pub(crate) fn of(row: &Row, updated_by: UserId) -> Self {
        Self {
            tenant_id: row.tenant_id,
            role_id: row.id,
            slug: row.slug.clone(),
            name: row.name.clone(),
            permissions: row.permissions.0.clone(),
            updated_by,
        }
    }
}

impl RoleDeleted {
    pub(crate) fn of(row: &Row, deleted_by: UserId) -> Self {
        Self {
            tenant_id: row.tenant_id,
            role_id: row.id,
            slug: row.slug.clone(),
            deleted_by,
        }
    }
}

impl UserProfileUpdated {
    /// What is left of it when the user is gone.
    pub(crate) fn forgotten(user_id: UserId) -> Self {
        Self {
            user_id,
            name: "Deleted user".to_owned(),
            avatar_url: None,
            locale: None,
            time_zone: None,
        }
    }

    pub(crate) fn of(profile: &Profile) -> Self {
        Self {
            user_id: profile.id,
            name: profile.name.clone(),
            avatar_url: profile.avatar_url.clone(),
            locale: profile.locale.clone(),
            time_zone: profile.time_zone.clone(),
        }
    }
}

macro_rules! of_role {
    ($($payload:ident, $kind:literal;)+) => {$(
        impl Payload for $payload {
            const KIND: &'static str = $kind;

            fn subject(&self) -> String {
                self.role_id.to_string()
            }

            fn tenant(&self) -> Option<TenantId> {
                Some(self.tenant_id)
            }

            fn permission(&self) -> Option<String> {
                Some(access::READ.to_string())
            }
        }
    )+};
}

of_role! {
    RoleCreated, "role.created";
    RoleUpdated, "role.updated";
    RoleDeleted, "role.deleted";
}

impl Payload for UserProfileUpdated {
    const KIND: &'static str = "user.profile_updated";

    fn subject(&self) -> String {
        self.user_id.to_string()
    }

    fn tenant(&self) -> Option<TenantId> {
        None
    }
}

/// The kinds of event that this subgraph announces.
pub fn event_types() -> Vec<EventType> {
    vec![
        EventType::of::<RoleCreated>(),
        EventType::of::<RoleUpdated>(),
        EventType::of::<RoleDeleted>(),
        EventType::of::<UserProfileUpdated>(),
    ]
}
