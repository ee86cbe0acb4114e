//! What this subgraph keeps of others' announcements. It announces nothing itself.

use kit::App;
use kit::event::{Handler, Payload};
use kit::id::{TenantId, UserId};
use serde::{Deserialize, Serialize};

use crate::store::{Membership, Profile};

/// The handler that keeps who there is.
pub(crate) const PROFILES: &str = "user.profiles";
/// The handler that keeps who belongs to which tenant.
pub(crate) const MEMBERSHIPS: &str = "user.memberships";

/// As much of `user.registered` as a profile needs.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct UserRegistered {
    pub(crate) user_id: UserId,
    pub(crate) name: String,
    pub(crate) email: String,
}

impl Payload for UserRegistered {
    const KIND: &'static str = "user.registered";

    fn subject(&self) -> String {
        self.user_id.to_string()
    }

    fn tenant(&self) -> Option<TenantId> {
        None
    }
}

/// As much of `tenant.member_added` as is needed to tell who shares a tenant.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct MemberAdded {
    pub(crate) tenant_id: TenantId,
    pub(crate) user_id: UserId,
    pub(crate) role: String,
}

impl Payload for MemberAdded {
    const KIND: &'static str = "tenant.member_added";

    fn subject(&self) -> String {
        self.user_id.to_string()
    }

    fn tenant(&self) -> Option<TenantId> {
        Some(self.tenant_id)
    }
}

/// What this subgraph does when something happened elsewhere.
pub fn handlers(_: &App) -> Vec<Handler> {
    let profiles = Handler::new(PROFILES, &[UserRegistered::KIND], |conn, event| {
        Box::pin(async move {
            let registered: UserRegistered = event.payload()?;
            let profile = Profile {
                id: registered.user_id,
                name: registered.name,
                email: registered.email,
                created_at: event.time,
            };
            Ok(profile.save(conn).await?)
        })
    });
    let memberships = Handler::new(MEMBERSHIPS, &[MemberAdded::KIND], |conn, event| {
        Box::pin(async move {
            let added: MemberAdded = event.payload()?;
            let membership = Membership {
                tenant_id: added.tenant_id,
                user_id: added.user_id,
                role: added.role,
            };
            Ok(membership.save(conn).await?)
        })
    });
    vec![profiles, memberships]
}
