//! Defining roles.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use kit::permission::Catalogue;
use kit::{ApiError, ContextExt as _};

use super::object::{Role, Tenant};
use super::parse;
use crate::definition::{self, NewRole, Redefinition};

/// Entry points for changing roles.
#[derive(Default)]
pub(super) struct RoleMutation;

/// Entry points for changing.
#[Object]
impl RoleMutation {
    /// Defines a role in the current tenant. Needs the permission `tenant.role:manage`, and all that
    /// the role grants: nobody grants what they do not have. A tenant has at most 100 roles of its
    /// own; beyond it the code is `QUOTA_EXCEEDED`.
    async fn create_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role to define.")] input: CreateRoleInput,
    ) -> Result<CreateRolePayload, ApiError> {
        let (app, viewer) = (ctx.app(), ctx.viewer()?);
        let new = NewRole {
            slug: input.slug,
            name: input.name,
            description: input.description.unwrap_or_default(),
            permissions: input.permissions,
        };
        let catalogue = ctx.data_unchecked::<Catalogue>();
        let role = definition::create(app, catalogue, viewer, new).await?;
        Ok(CreateRolePayload {
            tenant: role.tenant.map(Tenant),
            role: role.into(),
        })
    }

    /// Changes a role that the current tenant has defined. Whoever holds it may do what it says from
    /// the next request on. Needs the permission `tenant.role:manage`, and all that the role grants
    /// more or denies less than before.
    async fn update_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role, and what it becomes.")] input: UpdateRoleInput,
    ) -> Result<UpdateRolePayload, ApiError> {
        let (app, viewer) = (ctx.app(), ctx.viewer()?);
        let id = parse(input.role_id, "/roleId")?;
        let new = Redefinition {
            name: input.name,
            description: input.description,
            permissions: input.permissions,
        };
        let catalogue = ctx.data_unchecked::<Catalogue>();
        let role = definition::update(app, catalogue, viewer, id, new).await?;
        Ok(UpdateRolePayload { role: role.into() })
    }

    /// Deletes a role that the current tenant has defined and that nobody holds; if somebody does,
    /// the code is `CONFLICT` and the message says how many. Needs the permission
    /// `tenant.role:manage`.
    async fn delete_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role to delete.")] input: DeleteRoleInput,
    ) -> Result<DeleteRolePayload, ApiError> {
        let (app, viewer) = (ctx.app(), ctx.viewer()?);
        let id = parse(input.role_id, "/roleId")?;
        let role = definition::delete(app, viewer, id).await?;
        Ok(DeleteRolePayload {
            deleted_role_id: role.id.into(),
            tenant: role.tenant.map(Tenant),
        })
    }
}

/// A role to define.
#[derive(InputObject)]
struct CreateRoleInput {
    /// Its name in inputs, for good: 2 to 40 characters of a-z, 0-9 and `-`; unique in the tenant.
    slug: String,
    /// What people call it: 1 to 100 characters.
    name: String,
    /// What it is for; at most 500 characters.
    description: Option<String>,
    /// What it grants: 1 to 200 patterns `resource(.sub)*:action`, such as `service.billing:read`.
    /// A `*` stands for a whole segment, and at the end of the resource for one or more. A pattern
    /// that begins with `!` takes away what it covers, whatever other roles grant. `permissions`
    /// lists what there is.
    permissions: Vec<String>,
}

/// What `createRole` answers.
#[derive(SimpleObject)]
struct CreateRolePayload {
    /// The new role.
    role: Role,
    /// The tenant that has it.
    tenant: Option<Tenant>,
}

/// A role to change; what is absent or null stays as it is.
#[derive(InputObject)]
struct UpdateRoleInput {
    /// The role.
    role_id: ID,
    /// What people call it from now on: 1 to 100 characters.
    name: Option<String>,
    /// What it is for; at most 500 characters.
    description: Option<String>,
    /// What it grants from now on, all of it: 1 to 200 patterns as in `createRole`.
    permissions: Option<Vec<String>>,
}

/// What `updateRole` answers.
#[derive(SimpleObject)]
struct UpdateRolePayload {
    /// The role as it is now.
    role: Role,
}

/// A role to delete.
#[derive(InputObject)]
struct DeleteRoleInput {
    /// The role.
    role_id: ID,
}

/// What `deleteRole` answers.
#[derive(SimpleObject)]
struct DeleteRolePayload {
    /// The id of the role that was deleted.
    deleted_role_id: ID,
    /// The tenant that had it.
    tenant: Option<Tenant>,
}
