//! The types of this subgraph.

use async_graphql::{ID, SimpleObject};
use chrono::{DateTime, Utc};
use kit::Viewer;
use kit::id::TenantId;
use kit::scalar::EmailAddress;

use crate::role::{self, BUILT_IN};
use crate::store::Profile;
use crate::user::READ;

/// A person who can sign in.
#[derive(SimpleObject)]
pub(crate) struct User {
    /// The user's id.
    id: ID,
    /// What the user is called.
    name: String,
    /// The address that the user signs in with. Others see it with the permission `user:read` only.
    email: Option<EmailAddress>,
    /// When the user registered.
    created_at: DateTime<Utc>,
}

impl User {
    /// All of a person, as they see themselves.
    pub(super) fn whole(profile: Profile) -> Self {
        Self {
            email: EmailAddress::parse(&profile.email),
            id: profile.id.into(),
            name: profile.name,
            created_at: profile.created_at.and_utc(),
        }
    }

    /// As much of a person as the viewer may see.
    pub(super) fn seen_by(viewer: &Viewer, profile: Profile) -> Self {
        let is_shown = profile.id == viewer.user || viewer.allows(READ.0);
        let user = Self::whole(profile);
        Self {
            email: user.email.filter(|_| is_shown),
            ..user
        }
    }
}

/// What a member of a tenant may do there.
#[derive(SimpleObject)]
pub(crate) struct Role {
    /// The role's id.
    id: ID,
    /// The role's name in inputs, such as `member`.
    slug: String,
    /// What the role is called.
    name: String,
    /// What the role is for.
    description: String,
    /// Whether the role comes with the platform and is the same in every tenant.
    built_in: bool,
    /// The permissions that the role grants, as patterns `resource(.sub)*:action`. A `*` stands for
    /// whole segments: `service.*:read` grants `service.billing:read`. A pattern that begins with
    /// `!` takes away what it covers.
    permissions: Vec<String>,
}

impl Role {
    /// Every role that there is.
    pub(super) fn all() -> Vec<Self> {
        BUILT_IN.map(Self::from).into()
    }
}

impl From<role::Role> for Role {
    fn from(role: role::Role) -> Self {
        let permissions = role.permissions.iter();
        Self {
            id: role.id.into(),
            slug: role.slug.to_owned(),
            name: role.name.to_owned(),
            description: role.description.to_owned(),
            built_in: true,
            permissions: permissions.map(|&pattern| pattern.to_owned()).collect(),
        }
    }
}

/// An isolated customer of the platform.
#[derive(SimpleObject)]
pub(crate) struct Tenant {
    /// The tenant's id.
    id: ID,
    /// The roles that a member of the tenant can have.
    roles: Vec<Role>,
}

impl From<TenantId> for Tenant {
    fn from(id: TenantId) -> Self {
        Self {
            id: id.into(),
            roles: Role::all(),
        }
    }
}
