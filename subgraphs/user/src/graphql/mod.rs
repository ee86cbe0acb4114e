//! The API of this subgraph.

mod object;

use async_graphql::{Context, ID, Object};
use kit::id::{TenantId, UserId};
use kit::page::{Page, PageArgs, Paged};
use kit::{ApiError, ContextExt as _};

use crate::loaders::{Tenants, Users};
use crate::role::{self, RoleId};
use crate::user;
use object::{Role, Tenant, User};

/// The queries of this subgraph.
pub struct Query;

/// Entry points for reading.
#[Object]
impl Query {
    /// The signed-in user.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
        let viewer = ctx.viewer()?;
        find_user(ctx, viewer.user).await
    }

    /// A user by id: oneself, or with the permission `user:read` somebody who shares the current
    /// tenant. Null for everybody else.
    async fn user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] id: ID,
    ) -> Result<Option<User>, ApiError> {
        ctx.viewer()?;
        find_user(ctx, UserId::try_from(id)?).await
    }

    /// The people of the current tenant, in the order of their registration. Needs the permission
    /// `user:read`.
    async fn users(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "How many from the front, 1 to 100; 25 if neither `first` nor `last` is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<UserId, User>, ApiError> {
        let viewer = ctx.viewer()?;
        let page = Page::<UserId>::new(PageArgs {
            first,
            after,
            last,
            before,
        })?;
        let counted = ctx.look_ahead().field("totalCount").exists();
        let (rows, total) = user::list(ctx.app(), viewer, &page, counted).await?;
        let node = |row| User::seen_by(viewer, row);
        Ok(page.connection(rows, total, |row| row.id, node))
    }

    /// The roles that a member of a tenant can have.
    async fn roles(&self, ctx: &Context<'_>) -> Result<Vec<Role>, ApiError> {
        ctx.viewer()?;
        Ok(Role::all())
    }

    #[graphql(entity)]
    async fn find_user_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<User>, ApiError> {
        match UserId::try_from(id) {
            Ok(id) => find_user(ctx, id).await,
            Err(_) => Ok(None),
        }
    }

    #[graphql(entity)]
    async fn find_role_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Role>, ApiError> {
        let role = RoleId::try_from(id).ok().and_then(role::Role::find);
        Ok(role.filter(|_| ctx.viewer().is_ok()).map(Role::from))
    }

    #[graphql(entity)]
    async fn find_role_by_slug(
        &self,
        ctx: &Context<'_>,
        slug: String,
    ) -> Result<Option<Role>, ApiError> {
        let role = role::Role::find_by_slug(&slug);
        Ok(role.filter(|_| ctx.viewer().is_ok()).map(Role::from))
    }

    #[graphql(entity)]
    async fn find_tenant_by_id(
        &self,
        ctx: &Context<'_>,
        id: ID,
    ) -> Result<Option<Tenant>, ApiError> {
        let (Some(tenants), Ok(id)) = (ctx.data_opt::<Tenants>(), TenantId::try_from(id)) else {
            return Ok(None);
        };
        Ok(tenants.load(id).await?.map(Tenant::from))
    }
}

/// The user with this id, if the viewer may see them or the request has just signed them in.
async fn find_user(ctx: &Context<'_>, id: UserId) -> Result<Option<User>, ApiError> {
    if ctx.revealed().contains(id) {
        return Ok(user::revealed(ctx.app(), id).await?.map(User::whole));
    }
    let (Some(users), Ok(viewer)) = (ctx.data_opt::<Users>(), ctx.viewer()) else {
        return Ok(None);
    };
    let found = users.load(id).await?;
    Ok(found.map(|profile| User::seen_by(viewer, profile)))
}
