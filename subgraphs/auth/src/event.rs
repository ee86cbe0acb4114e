//! What this subgraph announces, and what it needs of others' announcements.

use kit::App;
use kit::event::{EventType, Handler, Payload};
use kit::id::{TenantId, UserId};
use kit::role::{OWNER, RoleId};
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
    /// The language that they prefer (BCP 47), if it is not English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) locale: Option<String>,
}

impl UserRegistered {
    /// The announcement of an account with this name.
    pub(crate) fn of(user_id: UserId, name: String, email: &str, locale: &str) -> Self {
        Self {
            user_id,
            name,
            email: email.to_owned(),
            locale: (locale != DEFAULT_LOCALE).then(|| locale.to_owned()),
        }
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

/// Nobody can sign in as somebody any more, because an administrator of the platform has decided so.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct UserDeactivated {
    /// Who cannot.
    pub(crate) user_id: UserId,
    /// Who has decided it.
    pub(crate) deactivated_by: UserId,
}

/// Somebody who was deactivated can sign in again.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct UserReactivated {
    /// Who can.
    pub(crate) user_id: UserId,
    /// Who has decided it.
    pub(crate) reactivated_by: UserId,
}

/// Somebody has no account any more. What is on record names them by their id alone from now on.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct UserDeleted {
    /// Who it was.
    pub(crate) user_id: UserId,
    /// Who has decided it: themselves, or an administrator of the platform.
    pub(crate) deleted_by: UserId,
}

macro_rules! of_user {
    ($($payload:ident, $kind:literal;)+) => {$(
        impl Payload for $payload {
            const KIND: &'static str = $kind;

            fn subject(&self) -> String {
                self.user_id.to_string()
            }

            fn tenant(&self) -> Option<TenantId> {
                None
            }
        }
    )+};
}

of_user! {
    UserRegistered, "user.registered";
    EmailChanged, "user.email_changed";
    UserDeactivated, "user.deactivated";
    UserReactivated, "user.reactivated";
    UserDeleted, "user.deleted";
}

/// As much of what tenants announce of their members as identity needs.
#[derive(Debug, Deserialize)]
struct MemberPlaced {
    tenant_id: TenantId,
    user_id: UserId,
    #[serde(default)]
    role_ids: Vec<RoleId>,
}

/// As much of `user.profile_updated` as writing letters needs.
#[derive(Debug, Deserialize)]
struct ProfileUpdated {
    user_id: UserId,
    locale: Option<String>,
}

/// What this subgraph does when something happened elsewhere.
pub fn handlers(_: &App) -> Vec<Handler> {
    const KINDS: &[&str] = &[
        "tenant.member_added",
        "tenant.member_updated",
        MEMBER_REMOVED,
    ];
    let memberships = Handler::new(MEMBERSHIPS, KINDS, |conn, event| {
        Box::pin(async move {
            let member = MemberPlaced::deserialize(&event.data)?;
            let (user, tenant) = (member.user_id, member.tenant_id);
            let owns = member.role_ids.contains(&OWNER.id);
            match event.kind == MEMBER_REMOVED {
                true => membership::delete(conn, user, tenant).await?,
                false => membership::save(conn, user, tenant, owns).await?,
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
        EventType::of::<UserDeactivated>(),
        EventType::of::<UserReactivated>(),
        EventType::of::<UserDeleted>(),
    ]
}
