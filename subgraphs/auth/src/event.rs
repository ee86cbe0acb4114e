//! What this subgraph announces, and what it needs of others' announcements.

use kit::App;
use kit::event::{EventType, Handler, Payload};
use kit::id::{TenantId, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::store::account::Account;
use crate::store::membership;

/// The handler that keeps who belongs to which tenant.
pub(crate) const MEMBERSHIPS: &str = "auth.memberships";
/// The handler that keeps the languages of letters.
pub(crate) const LOCALES: &str = "auth.locales";
/// The language of letters to whoever did not say.
pub(crate) const DEFAULT_LOCALE: &str = "en";
const MEMBER_REMOVED: &str = "tenant.member_removed";

/// Somebody has an account from now on: registered it and, where the operator wants that, proved
/// that the e-mail address is theirs.
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

/// Somebody proved that another e-mail address is theirs, and signs in with it from now on.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct EmailChanged {
    /// Whose it is.
    pub(crate) user_id: UserId,
    /// The new address.
    #[schemars(extend("format" = "email"))]
    pub(crate) email: String,
}

impl Payload for EmailChanged {
    const KIND: &'static str = "user.email_changed";

    fn subject(&self) -> String {
        self.user_id.to_string()
    }

    fn tenant(&self) -> Option<TenantId> {
        None
    }
}

/// As much of `tenant.member_added` and `tenant.member_removed` as signing in needs.
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

/// As much of `user.profile_updated` as writing letters needs.
#[derive(Debug, Deserialize)]
struct ProfileUpdated {
    user_id: UserId,
    locale: Option<String>,
}

/// What this subgraph does when something happened elsewhere.
pub fn handlers(_: &App) -> Vec<Handler> {
    const KINDS: &[&str] = &[MemberAdded::KIND, MEMBER_REMOVED];
    let memberships = Handler::new(MEMBERSHIPS, KINDS, |conn, event| {
        Box::pin(async move {
            let member = MemberAdded::deserialize(&event.data)?;
            let (user, tenant) = (member.user_id, member.tenant_id);
            match event.kind == MEMBER_REMOVED {
                true => membership::delete(conn, user, tenant).await?,
                false => membership::insert(conn, user, tenant).await?,
            }
            Ok(())
        })
    });
    let locales = Handler::new(LOCALES, &["user.profile_updated"], |conn, event| {
        Box::pin(async move {
            let updated = ProfileUpdated::deserialize(&event.data)?;
            let locale = updated.locale.as_deref().unwrap_or(DEFAULT_LOCALE);
            Ok(Account::set_locale(conn, updated.user_id, locale).await?)
        })
    });
    vec![memberships, locales]
}

/// The kinds of event that this subgraph announces.
pub fn event_types() -> Vec<EventType> {
    vec![
        EventType::of::<UserRegistered>(),
        EventType::of::<EmailChanged>(),
    ]
}
