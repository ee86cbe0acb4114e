//! The authenticated caller, resolved once at the edge and checked first by every operation.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::id::{ApiKeyId, SessionId, TenantId, UserId};
use crate::permission::{Denied, Grants, Permission};

/// For how long a proof of who somebody is counts as fresh.
pub const RECENT: TimeDelta = TimeDelta::minutes(10);

/// Who asks: a user, with a credential, in at most one current tenant, with the grants held there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// The signed-in user. For a key that belongs to a tenant, an id of the key's own, which no
    /// person has: what the key does is on record under it.
    pub user: UserId,
    /// What the request was sent with.
    pub credential: Credential,
    /// The current tenant, if one is chosen and the user still belongs to it.
    pub tenant: Option<TenantId>,
    /// Grants in the current tenant, and those of the platform.
    pub grants: Grants,
}

/// What a request is sent with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Credential {
    /// An access token.
    Session {
        /// The session that the token belongs to.
        id: SessionId,
        /// When its user last proved who they are.
        authenticated_at: DateTime<Utc>,
    },
    /// An API key of the user.
    UserKey(ApiKeyId),
    /// An API key of the current tenant.
    TenantKey(ApiKeyId),
}

impl Viewer {
    /// The session, or a refusal for API keys.
    pub fn session(&self) -> Result<SessionId, Denied> {
        match self.credential {
            Credential::Session { id, .. } => Ok(id),
            Credential::UserKey(_) | Credential::TenantKey(_) => Err(Denied::NoSession),
        }
    }

    /// The session, provided that its user proved who they are not long ago. What cannot be undone
    /// or opens further doors asks for it.
    pub fn require_recent(&self, now: DateTime<Utc>) -> Result<SessionId, Denied> {
        match self.credential {
            Credential::Session {
                id,
                authenticated_at,
            } if now - authenticated_at <= RECENT => Ok(id),
            Credential::Session { .. } => Err(Denied::NotRecent),
            Credential::UserKey(_) | Credential::TenantKey(_) => Err(Denied::NoSession),
        }
    }

    /// The current tenant, or a refusal that says how to choose one.
    pub fn tenant(&self) -> Result<TenantId, Denied> {
        self.tenant.ok_or(Denied::NoTenant)
    }

    /// Whether what the viewer presents is good in a tenant, given that they belong to it: a session
    /// everywhere, a key only where it was made.
    pub fn reaches(&self, tenant: TenantId) -> bool {
        self.session().is_ok() || self.tenant == Some(tenant)
    }

    /// Refuses unless the permission is granted.
    pub fn require(&self, permission: Permission) -> Result<(), Denied> {
        match self.allows(permission.0) {
            true => Ok(()),
            false => Err(Denied::Lacks(permission.0.to_owned())),
        }
    }

    /// The current tenant, provided that the permission is granted there.
    pub fn require_in_tenant(&self, permission: Permission) -> Result<TenantId, Denied> {
        let tenant = self.tenant()?;
        self.require(permission)?;
        Ok(tenant)
    }

    /// Whether a permission is granted.
    pub fn allows(&self, permission: &str) -> bool {
        self.grants.allow(permission)
    }
}

/// Where a request came from, as the connection says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Client {
    /// Address of the peer, unless the request came from inside the process.
    pub address: Option<IpAddr>,
    /// What the client calls itself, cut to 256 characters.
    pub agent: Option<String>,
}

/// Users whose profile the rest of one request may show although nobody is signed in: whoever has
/// just proven a password by `login` sees who that is. Clones share the list.
#[derive(Debug, Clone, Default)]
pub struct Revealed(Arc<Mutex<Vec<UserId>>>);

impl Revealed {
    /// Lets the rest of the request show a user.
    pub fn add(&self, user: UserId) {
        self.0.lock().expect("no panic while it is held").push(user);
    }

    /// Whom the request may show, for the process that goes on with it.
    pub fn users(&self) -> Vec<UserId> {
        self.0.lock().expect("no panic while it is held").clone()
    }

    /// Whether the request may show a user.
    pub fn contains(&self, user: UserId) -> bool {
        self.0
            .lock()
            .expect("no panic while it is held")
            .contains(&user)
    }
}

/// The cookies of a browser that wants its refresh token kept in one. Only there if it asked for
/// that, from a page that may. Clones share what is set.
#[derive(Clone, Default)]
pub struct Cookies {
    refresh_token: Option<Arc<str>>,
    set: Arc<Mutex<Vec<String>>>,
}

impl Cookies {
    /// The cookies of a request, of which this is the refresh token.
    pub fn new(refresh_token: Option<&str>) -> Self {
        Self {
            refresh_token: refresh_token.map(Arc::from),
            set: Arc::default(),
        }
    }

    /// The refresh token that the browser sent.
    pub fn refresh_token(&self) -> Option<&str> {
        self.refresh_token.as_deref()
    }

    /// Lets the browser keep or drop one: a value of `Set-Cookie`.
    pub fn set(&self, cookie: String) {
        self.set
            .lock()
            .expect("no panic while it is held")
            .push(cookie);
    }

    /// What the browser is to keep or drop, in the order in which it was set.
    pub fn to_set(&self) -> Vec<String> {
        self.set.lock().expect("no panic while it is held").clone()
    }
}

impl fmt::Debug for Cookies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cookies([hidden])")
    }
}
