//! What this subgraph announces, and what it needs of others' announcements.

use kit::App;
use kit::event::{EventType, Handler, Payload};
use kit::id::{TenantId, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::store::membership;

/// The handler that keeps who belongs to which tenant.
pub(crate) const MEMBERSHIPS: &str = "auth.memberships";

/// Somebody registered an account.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct UserRegistered {
    /// The new user.
    pub(crate) user_id: UserId,
    /// What they are called.
    pub(crate) name: String,
    /// Their e-mail address.
    #[schemars(extend("format" = "email"))]
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

/// As much of `tenant.member_added` as signing in needs.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct MemberAdded {
    pub(crate) tenant_id: TenantId,
    pub(crate) user_id: UserId,
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
    let memberships = Handler::new(MEMBERSHIPS, &[MemberAdded::KIND], |conn, event| {
        Box::pin(async move {
            let added: MemberAdded = event.payload()?;
            Ok(membership::insert(conn, added.user_id, added.tenant_id).await?)
        })
    });
    vec![memberships]
}

/// The kinds of event that this subgraph announces.
pub fn event_types() -> Vec<EventType> {
    vec![EventType::of::<UserRegistered>()]
}
