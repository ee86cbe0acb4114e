//! The authenticated caller, resolved once at the edge and checked first by every operation.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use crate::id::{SessionId, TenantId, UserId};
use crate::permission::{Denied, Grants, Permission};

/// Who asks: a user, in a session, in at most one current tenant, with the grants held there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// The signed-in user.
    pub user: UserId,
    /// The session that the credential belongs to.
    pub session: SessionId,
    /// The current tenant, if one is chosen and the user still belongs to it.
    pub tenant: Option<TenantId>,
    /// Grants in the current tenant, and those of the platform.
    pub grants: Grants,
}

impl Viewer {
    /// The current tenant, or a refusal that says how to choose one.
    pub fn tenant(&self) -> Result<TenantId, Denied> {
        self.tenant.ok_or(Denied::NoTenant)
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
