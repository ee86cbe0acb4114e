//! The types of this subgraph.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use kit::id::TenantId;
use kit::permission::Entry;
use kit::scalar::EmailAddress;
use kit::{ApiError, Viewer};

use crate::loaders::RolesOfTenants;
use crate::role;
use crate::store::Profile;
use crate::user::{READ, READ_ALL};

/// A person who can sign in.
#[derive(SimpleObject)]
pub(crate) struct User {
    /// The user's id.
    id: ID,
    /// What the user is called.
    name: String,
    /// The address that the user signs in with. Others see it with the permission `user:read` only.
    email: Option<EmailAddress>,
    /// Address of a picture of the user; null if there is none.
    avatar_url: Option<String>,
    /// The language that the user prefers, as a tag of BCP 47; null if they did not say.
    locale: Option<String>,
    /// Where the user's clock runs, as a name of the IANA database; null if they did not say.
    time_zone: Option<String>,
    /// When the user registered.
    created_at: DateTime<Utc>,
    /// When the profile last changed.
    updated_at: DateTime<Utc>,
    /// Since when the user cannot sign in, because an administrator of the platform has decided so;
    /// null if they can. Others see it with the permission `user:read` only.
    deactivated_at: Option<DateTime<Utc>>,
}

impl User {
    /// All of a person, as they see themselves.
    pub(super) fn whole(profile: Profile) -> Self {
        Self {
            email: EmailAddress::parse(&profile.email),
            id: profile.id.into(),
            name: profile.name,
            avatar_url: profile.avatar_url,
            locale: profile.locale,
            time_zone: profile.time_zone,
            created_at: profile.created_at.and_utc(),
            updated_at: profile.updated_at.unwrap_or(profile.created_at).and_utc(),
            deactivated_at: profile.deactivated_at.map(|at| at.and_utc()),
        }
    }

    /// As much of a person as the viewer may see.
    pub(super) fn seen_by(viewer: &Viewer, profile: Profile) -> Self {
        let is_shown =
            profile.id == viewer.user || viewer.allows(READ.0) || viewer.allows(READ_ALL.0);
        let user = Self::whole(profile);
        Self {
            email: user.email.filter(|_| is_shown),
            deactivated_at: user.deactivated_at.filter(|_| is_shown),
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
    #[graphql(shareable)]
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

impl From<role::Role> for Role {
    fn from(role: role::Role) -> Self {
        Self {
            id: role.id.into(),
            slug: role.slug,
            name: role.name,
            description: role.description,
            built_in: role.tenant.is_none(),
            permissions: role.permissions,
        }
    }
}

/// Something that can be granted.
#[derive(SimpleObject)]
pub(crate) struct Permission {
    /// Its name, as roles grant it. With a `*` where there is one for each service: grant
    /// `service.*:read`, or `service.billing:read` for the service `billing` alone.
    pub(super) name: &'static str,
    /// What it lets somebody do.
    pub(super) description: &'static str,
    /// What it is about; to show those together that belong together.
    pub(super) group: &'static str,
    /// The subgraph whose operations ask for it.
    pub(super) subgraph: &'static str,
}

impl From<&Entry> for Permission {
    fn from(entry: &Entry) -> Self {
        Self {
            name: entry.described.permission.0,
            description: entry.described.description,
            group: entry.described.group,
            subgraph: entry.subgraph,
        }
    }
}

/// A tenant that the viewer belongs to.
pub(crate) struct Tenant(pub(super) TenantId);

/// An isolated customer of the platform.
#[Object]
impl Tenant {
    /// The tenant's id.
    async fn id(&self) -> ID {
        self.0.into()
    }

    /// The roles that a member of the tenant can have: the built-in ones first, then those that the
    /// tenant has defined, oldest first.
    async fn roles(&self, ctx: &Context<'_>) -> Result<Vec<Role>, ApiError> {
        let loaded = ctx.data_unchecked::<RolesOfTenants>().load(self.0).await?;
        let roles = loaded.unwrap_or_default().into_iter();
        Ok(roles.map(Role::from).collect())
    }
}
