//! What this subgraph keeps of others' announcements.

use chrono::NaiveDateTime;
use kit::App;
use kit::event::{self, Handler};
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

/// As much of `user.deactivated`, `user.reactivated` and `user.deleted` as a profile needs.
#[derive(Debug, Deserialize)]
struct UserChanged {
    user_id: UserId,
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
    const KINDS: &[&str] = &[
        "user.registered",
        "user.email_changed",
        "user.deactivated",
        "user.reactivated",
        "user.deleted",
    ];
    Handler::new(PROFILES, KINDS, |conn, event| {
        Box::pin(async move {
            match event.kind.as_str() {
                "user.registered" => {
                    let registered = UserRegistered::deserialize(&event.data)?;
                    registered.profile(event.time).save(conn).await?;
                }
                "user.email_changed" => {
                    let changed = EmailChanged::deserialize(&event.data)?;
                    Profile::set_email(conn, changed.user_id, &changed.email).await?;
                }
                "user.deleted" => {
                    let user = UserChanged::deserialize(&event.data)?.user_id;
                    Profile::delete(conn, user).await?;
                    event::rewrite(conn, &UserProfileUpdated::forgotten(user)).await?;
                }
                kind => {
                    let user = UserChanged::deserialize(&event.data)?.user_id;
                    let since = (kind == "user.deactivated").then_some(event.time);
                    Profile::set_deactivated(conn, user, since).await?;
                }
            }
            Ok(())
        })
    })
}

impl UserRegistered {
    fn profile(self, created_at: NaiveDateTime) -> Profile {
        Profile {
            id: self.user_id,
            name: self.name,
            email: self.email,
            created_at,
            avatar_url: None,
            locale: self.locale,
            time_zone: None,
            updated_at: None,
            deactivated_at: None,
        }
    }
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
