//! What this subgraph keeps of others' announcements.

use kit::App;
use kit::event::Handler;
use kit::id::{TenantId, UserId};
use kit::role::{BuiltIn, RoleId};
use serde::Deserialize;

pub(crate) use crate::announcement::{RoleCreated, RoleDeleted, RoleUpdated, UserProfileUpdated};
use crate::store::{Membership, Profile, memberships};

/// The handler that keeps who there is.
pub(crate) const PROFILES: &str = "user.profiles";
/// The handler that keeps who belongs to which tenant, in which roles.
pub(crate) const MEMBERSHIPS: &str = "user.memberships";

/// As much of `user.registered` as a profile needs.
#[derive(Debug, Deserialize)]
struct UserRegistered {
    user_id: UserId,
    name: String,
    email: String,
    #[serde(default)]
    locale: Option<String>,
}

/// As much of `tenant.member_added` and `tenant.member_updated` as is needed to tell who shares a
/// tenant and holds a role.
#[derive(Debug, Deserialize)]
struct MemberPlaced {
    tenant_id: TenantId,
    user_id: UserId,
    /// The only role, in events of the version before.
    #[serde(default)]
    role: String,
    #[serde(default)]
    role_ids: Vec<RoleId>,
}

/// As much of `user.email_changed` as a profile needs.
#[derive(Debug, Deserialize)]
struct EmailChanged {
    user_id: UserId,
    email: String,
}

#[derive(Debug, Deserialize)]
struct MemberRemoved {
    tenant_id: TenantId,
    user_id: UserId,
}

/// What this subgraph does when something happened elsewhere.
pub fn handlers(_: &App) -> Vec<Handler> {
    vec![keep_profiles(), keep_memberships()]
}

fn keep_profiles() -> Handler {
    const EMAIL_CHANGED: &str = "user.email_changed";
    Handler::new(
        PROFILES,
        &["user.registered", EMAIL_CHANGED],
        |conn, event| {
            Box::pin(async move {
                if event.kind == EMAIL_CHANGED {
                    let changed = EmailChanged::deserialize(&event.data)?;
                    return Ok(Profile::set_email(conn, changed.user_id, &changed.email).await?);
                }
                let registered = UserRegistered::deserialize(&event.data)?;
                let profile = Profile {
                    id: registered.user_id,
                    name: registered.name,
                    email: registered.email,
                    created_at: event.time,
                    avatar_url: None,
                    locale: registered.locale,
                    time_zone: None,
                    updated_at: None,
                };
                Ok(profile.save(conn).await?)
            })
        },
    )
}

fn keep_memberships() -> Handler {
    const REMOVED: &str = "tenant.member_removed";
    const KINDS: &[&str] = &["tenant.member_added", "tenant.member_updated", REMOVED];
    Handler::new(MEMBERSHIPS, KINDS, |conn, event| {
        Box::pin(async move {
            if event.kind == REMOVED {
                let removed = MemberRemoved::deserialize(&event.data)?;
                return Ok(memberships::delete(conn, removed.tenant_id, removed.user_id).await?);
            }
            let placed = MemberPlaced::deserialize(&event.data)?;
            let only = BuiltIn::find_by_slug(&placed.role).map(|role| role.id);
            let roles = match placed.role_ids.is_empty() {
                true => only.into_iter().collect(),
                false => placed.role_ids,
            };
            let membership = Membership {
                tenant_id: placed.tenant_id,
                user_id: placed.user_id,
                role: placed.role,
            };
            Ok(membership.save(conn, &roles).await?)
        })
    })
}
