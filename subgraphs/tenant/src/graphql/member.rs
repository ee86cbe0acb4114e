//! Memberships, as clients see them.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use kit::{ApiError, ContextExt as _};

use super::tenant::Tenant;
use super::user::User;
use crate::loaders::Tenants;
use crate::store;

/// A membership that the viewer may see.
pub(crate) struct Membership(pub(crate) store::Membership);

/// One user's place in one tenant.
#[Object]
impl Membership {
    /// Its id.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The tenant, if you belong to it too.
    async fn tenant(&self, ctx: &Context<'_>) -> Result<Option<Tenant>, ApiError> {
        ctx.viewer()?;
        let tenants = ctx.data_unchecked::<Tenants>();
        Ok(tenants.load(self.0.tenant_id).await?.map(Tenant))
    }

    /// The member.
    async fn user(&self) -> Option<User> {
        Some(User { id: self.0.user_id })
    }

    /// The role that the member has in the tenant.
    async fn role(&self) -> Option<Role> {
        Some(Role {
            slug: self.0.role.clone(),
        })
    }

    /// When the user became a member.
    async fn joined_at(&self) -> DateTime<Utc> {
        self.0.joined_at.and_utc()
    }
}

/// A set of permissions that members are given by name.
#[derive(SimpleObject)]
#[graphql(unresolvable = "slug")]
struct Role {
    /// Its short name, for example `owner`.
    slug: String,
}
