//! Finding roles, and what there is to grant.

use async_graphql::{Context, ID, InputObject, Object};
use kit::id::TenantId;
use kit::permission::Catalogue;
use kit::role::RoleId;
use kit::{ApiError, ContextExt as _};

use super::object::{Permission, Role, Tenant};
use crate::loaders::{Roles, Tenants};
use crate::role;

/// Entry points for reading about roles.
#[derive(Default)]
pub(super) struct RoleQuery;

/// Entry points for reading.
#[Object]
impl RoleQuery {
    /// The roles that a member of the current tenant can have: the built-in ones first, then those
    /// that the tenant has defined, oldest first.
    async fn roles(&self, ctx: &Context<'_>) -> Result<Vec<Role>, ApiError> {
        let roles = role::list(ctx.app(), ctx.viewer()?).await?;
        Ok(roles.into_iter().map(Role::from).collect())
    }

    /// A role by id: a built-in one, or one of a tenant that you belong to. Null for all others.
    async fn role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role's id.")] id: ID,
    ) -> Result<Option<Role>, ApiError> {
        ctx.viewer()?;
        find_role(ctx, RoleId::try_from(id)?).await
    }

    /// What there is to grant, in alphabetical order: the permissions that the operations of the
    /// platform ask for, and the patterns of those that come with each registered service.
    async fn permissions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only permissions that are like this.")] filter: Option<PermissionFilter>,
    ) -> Result<Vec<Permission>, ApiError> {
        ctx.viewer()?;
        let entries = ctx.data_unchecked::<Catalogue>().entries().iter();
        let permissions = entries.map(Permission::from);
        Ok(match filter {
            Some(filter) => permissions.filter(|it| filter.lets(it)).collect(),
            None => permissions.collect(),
        })
    }

    #[graphql(entity)]
    async fn find_role_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Role>, ApiError> {
        match RoleId::try_from(id) {
            Ok(id) => find_role(ctx, id).await,
            Err(_) => Ok(None),
        }
    }

    #[graphql(entity)]
    async fn find_role_by_slug(
        &self,
        ctx: &Context<'_>,
        slug: String,
    ) -> Result<Option<Role>, ApiError> {
        let Ok(viewer) = ctx.viewer() else {
            return Ok(None);
        };
        let found = role::find_by_slug(ctx.app(), viewer, &slug).await?;
        Ok(found.map(Role::from))
    }

    #[graphql(entity)]
    async fn find_permission_by_name(
        &self,
        ctx: &Context<'_>,
        name: String,
    ) -> Result<Option<Permission>, ApiError> {
        let found = ctx.data_unchecked::<Catalogue>().find(&name);
        let found = found.filter(|_| ctx.viewer().is_ok());
        Ok(found.map(Permission::from))
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
        Ok(tenants.load(id).await?.map(Tenant))
    }
}

/// Which permissions to list.
#[derive(InputObject)]
struct PermissionFilter {
    /// Those whose name or description contains this, in capitals or not.
    search: Option<String>,
    /// Those that operations of this subgraph ask for.
    subgraph: Option<String>,
}

impl PermissionFilter {
    fn lets(&self, permission: &Permission) -> bool {
        let of_subgraph = |name: &String| permission.subgraph == name.as_str();
        let contains = |search: &String| {
            let search = search.to_lowercase();
            let texts = [permission.name, permission.description];
            texts.iter().any(|it| it.to_lowercase().contains(&search))
        };
        self.subgraph.as_ref().is_none_or(of_subgraph) && self.search.as_ref().is_none_or(contains)
    }
}

/// The role with this id, if the viewer may see it.
async fn find_role(ctx: &Context<'_>, id: RoleId) -> Result<Option<Role>, ApiError> {
    let Some(roles) = ctx.data_opt::<Roles>() else {
        return Ok(None);
    };
    Ok(roles.load(id).await?.map(Role::from))
}
