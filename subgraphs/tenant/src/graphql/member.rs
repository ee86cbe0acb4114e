//! Memberships, as clients see them.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use kit::id::TenantId;
use kit::page::{Page, PageArgs, Paged};
use kit::{ApiError, ContextExt as _};

use super::tenant::Tenant;
use super::user::User;
use super::{load, require_current};
use crate::ids::MembershipId;
use crate::store::{self, HeldRole, members};

/// A membership that the viewer may see.
pub(crate) struct Membership(pub(crate) store::Membership);

/// A page of the members of the current tenant.
pub(super) async fn list(
    ctx: &Context<'_>,
    tenant: TenantId,
    args: PageArgs,
) -> Result<Paged<MembershipId, Membership>, ApiError> {
    require_current(ctx, tenant)?.require(crate::member::READ)?;
    let page = Page::new(args)?;
    let mut conn = ctx.app().db.read().await?;
    let rows = members::list(&mut conn, tenant, &page).await?;
    let total = match ctx.look_ahead().field("totalCount").exists() {
        true => members::count(&mut conn, tenant).await?,
        false => 0,
    };
    Ok(page.connection(rows, total, |row| row.id, Membership))
}

/// One user's place in one tenant.
#[Object]
impl Membership {
    /// Its id.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The tenant, if you belong to it too.
    async fn tenant(&self, ctx: &Context<'_>) -> Option<Result<Tenant, ApiError>> {
        load(ctx, self.0.tenant_id).await.transpose()
    }

    /// The member.
    async fn user(&self) -> Option<User> {
        Some(User { id: self.0.user_id })
    }

    /// The roles that the member has in the tenant, the built-in ones first. What one of them
    /// grants, all grant; what one of them denies, all deny.
    async fn roles(&self) -> Option<Vec<Role>> {
        Some(self.0.roles.iter().map(Role::from).collect())
    }

    /// The first of the roles that the member has in the tenant.
    #[graphql(deprecation = "A member can have several roles: use `roles`.")]
    async fn role(&self) -> Option<Role> {
        self.0.roles.first().map(Role::from)
    }

    /// When the user became a member.
    async fn joined_at(&self) -> DateTime<Utc> {
        self.0.joined_at.and_utc()
    }
}

/// A set of permissions that members are given by name.
#[derive(SimpleObject)]
#[graphql(unresolvable = "id")]
pub(super) struct Role {
    /// Its id.
    id: ID,
    /// Its short name, for example `owner`.
    #[graphql(shareable)]
    slug: String,
}

impl From<&HeldRole> for Role {
    fn from(role: &HeldRole) -> Self {
        Self {
            id: role.id.to_string().into(),
            slug: role.slug.clone(),
        }
    }
}
