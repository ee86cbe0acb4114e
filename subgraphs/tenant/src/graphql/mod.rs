//! The API of this subgraph.

mod entity;
mod invitation;
mod inviting;
mod member;
mod personal_data;
mod plan;
mod subscription;
mod tenant;
mod user;

use async_graphql::{Context, ID, InputObject, MergedObject, Object, SimpleObject};
use kit::id::{InvalidId, TenantId};
use kit::page::{Page, PageArgs, Paged};
use kit::{ApiError, ContextExt as _, Viewer};

use crate::config::TenantConfig;
use crate::error::TenantError;
use crate::loaders::Tenants;
use crate::member::{self as members, Place};
use crate::store::tenants as rows;
use member::Membership;
use subscription::TenantService;
use tenant::Tenant;
use user::User;

/// Entry points for reading.
#[derive(MergedObject, Default)]
pub struct Query(TenantQuery, inviting::InvitationQuery, entity::EntityQuery);

/// Entry points for writing.
#[derive(MergedObject, Default)]
pub struct Mutation(TenantMutation, inviting::InvitationMutation);

/// Entry points for whoever belongs to a tenant.
#[derive(Default)]
struct TenantQuery;

/// Entry points for reading.
#[Object]
impl TenantQuery {
    /// The tenants that you belong to, in the order in which they were created. An API key sees the
    /// one that it works in.
    async fn tenants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the front, 1 to 100; 25 if absent.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100; not together with `first`.")]
        last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<Paged<TenantId, Tenant>, ApiError> {
        let viewer = ctx.viewer()?;
        let page = Page::new(PageArgs {
            first,
            after,
            last,
            before,
        })?;
        let mut conn = ctx.app().db.read().await?;
        let within = viewer.tenant.filter(|_| viewer.session().is_err());
        let found = rows::list(&mut conn, viewer.user, within, &page).await?;
        let total = match ctx.look_ahead().field("totalCount").exists() {
            true => rows::count(&mut conn, viewer.user, within).await?,
            false => 0,
        };
        Ok(page.connection(found, total, |row| row.id, Tenant))
    }

    /// A tenant that you belong to; null if there is none with this id.
    async fn tenant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tenant's id.")] id: ID,
    ) -> Option<Result<Tenant, ApiError>> {
        async { load(ctx, TenantId::try_from(id)?).await }
            .await
            .transpose()
    }

    /// A tenant that you belong to; null if there is none with this slug.
    async fn tenant_by_slug(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tenant's slug.")] slug: String,
    ) -> Option<Result<Tenant, ApiError>> {
        async {
            let viewer = ctx.viewer()?;
            let mut conn = ctx.app().db.read().await?;
            let found = rows::find_by_slug(&mut conn, viewer.user, &slug).await?;
            Ok(found.filter(|row| viewer.reaches(row.id)).map(Tenant))
        }
        .await
        .transpose()
    }
}

/// Entry points for tenants, their members and what they subscribe to.
#[derive(Default)]
struct TenantMutation;

/// Entry points for writing.
#[Object]
impl TenantMutation {
    /// Creates a tenant with a database of its own; you become its owner. Answers when the tenant
    /// is ready: look at its `state`. Enter it with `switchTenant`. One user can create a limited
    /// number of tenants, 20 unless the operator chose another; beyond it the code is
    /// `QUOTA_EXCEEDED`. An API key cannot create one.
    async fn create_tenant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tenant to create.")] input: CreateTenantInput,
    ) -> Result<CreateTenantPayload, ApiError> {
        let (app, viewer) = (ctx.app(), ctx.viewer()?);
        let config = ctx.data_unchecked::<TenantConfig>();
        let tenant = crate::tenant::create(app, config, viewer, &input.name, input.slug).await?;
        Ok(CreateTenantPayload {
            tenant: Tenant(tenant),
        })
    }

    /// Tries once more to make the database of a tenant of yours whose `state` is FAILED.
    async fn retry_tenant_provisioning(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tenant to try again.")] input: RetryTenantProvisioningInput,
    ) -> Result<RetryTenantProvisioningPayload, ApiError> {
        let (app, viewer) = (ctx.app(), ctx.viewer()?);
        let id = parse(input.tenant_id, "/tenantId")?;
        let tenant = crate::tenant::retry(app, viewer, id).await?;
        Ok(RetryTenantProvisioningPayload {
            tenant: Tenant(tenant),
        })
    }

    /// Adds a user to the current tenant. Needs the permission `tenant.member:manage`, and all that
    /// the roles grant; only an owner can add an owner, after a fresh proof of who they are (see
    /// `reauthenticate`).
    async fn add_tenant_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who is added, and as what.")] input: AddTenantMemberInput,
    ) -> Result<AddTenantMemberPayload, ApiError> {
        let (app, viewer) = (ctx.app(), ctx.viewer()?);
        let place = Place {
            tenant: parse(input.tenant_id, "/tenantId")?,
            user: parse(input.user_id, "/userId")?,
            roles: match (input.roles, input.role) {
                (Some(roles), None) => roles,
                (None, Some(role)) => vec![role],
                _ => return Err(TenantError::RoleCount.into()),
            },
        };
        let membership = members::add(app, viewer, place).await?;
        Ok(AddTenantMemberPayload {
            membership: Membership(membership),
        })
    }

    /// Replaces the roles of a member of the current tenant; from the next request on the member
    /// has these and no others. Needs the permission `tenant.member:manage`, and all that the
    /// member is granted by it. Only an owner can change an owner, after a fresh proof of who
    /// they are, and a tenant keeps its last one.
    async fn update_tenant_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The member, and the roles.")] input: UpdateTenantMemberInput,
    ) -> Result<UpdateTenantMemberPayload, ApiError> {
        let (app, viewer) = (ctx.app(), ctx.viewer()?);
        let place = Place {
            tenant: parse(input.tenant_id, "/tenantId")?,
            user: parse(input.user_id, "/userId")?,
            roles: input.roles,
        };
        let membership = members::update(app, viewer, place).await?;
        Ok(UpdateTenantMemberPayload {
            membership: Membership(membership),
        })
    }

    /// Takes a member out of the current tenant: from the next request on, what the user sends is
    /// outside of the tenant. Needs the permission `tenant.member:manage`, except to leave oneself.
    /// Only an owner can remove an owner, after a fresh proof of who they are, and a tenant keeps its
    /// last one.
    async fn remove_tenant_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The member.")] input: RemoveTenantMemberInput,
    ) -> Result<RemoveTenantMemberPayload, ApiError> {
        let (app, viewer) = (ctx.app(), ctx.viewer()?);
        let tenant = parse(input.tenant_id, "/tenantId")?;
        let user = parse(input.user_id, "/userId")?;
        let removed = members::remove(app, viewer, tenant, user).await?;
        Ok(RemoveTenantMemberPayload {
            removed_membership_id: removed.id.to_string().into(),
            user: Some(User { id: user }),
            tenant: load(ctx, tenant).await?,
        })
    }

    /// Subscribes the current tenant to a service: its endpoints appear in the tenant's menu, its
    /// forms can be submitted, and its outages are notified. Doing it again changes nothing. Needs
    /// the permission `service:subscribe`.
    async fn subscribe_to_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The service to subscribe to.")] input: SubscribeToServiceInput,
    ) -> Result<SubscribeToServicePayload, ApiError> {
        let (app, viewer) = (ctx.app(), ctx.viewer()?);
        let service = parse(input.service_id, "/serviceId")?;
        let subscription = crate::subscription::subscribe(app, viewer, service).await?;
        let tenant = load(ctx, subscription.tenant_id).await?;
        Ok(SubscribeToServicePayload {
            tenant_service: subscription.into(),
            tenant,
        })
    }
}

/// A tenant to create.
#[derive(InputObject)]
struct CreateTenantInput {
    /// What people call it: 1 to 100 characters.
    name: String,
    /// Its short name in addresses: 2 to 40 characters of a-z, 0-9 and `-`. Made of the name if
    /// absent.
    slug: Option<String>,
}

/// What `createTenant` answers.
#[derive(SimpleObject)]
struct CreateTenantPayload {
    /// The new tenant.
    tenant: Tenant,
}

/// A tenant to try again.
#[derive(InputObject)]
struct RetryTenantProvisioningInput {
    /// The tenant, of which you are an owner.
    tenant_id: ID,
}

/// What `retryTenantProvisioning` answers.
#[derive(SimpleObject)]
struct RetryTenantProvisioningPayload {
    /// The tenant after the attempt.
    tenant: Tenant,
}

/// A member to add.
#[derive(InputObject)]
struct AddTenantMemberInput {
    /// The tenant: the current one.
    tenant_id: ID,
    /// The user who becomes a member.
    user_id: ID,
    /// Slugs of the member's roles, 1 to 10: `admin`, `member`, `viewer` and those that the tenant
    /// has defined in any combination, or `owner` alone.
    roles: Option<Vec<String>>,
    /// Slug of the member's only role. Give `roles` instead, not both.
    #[graphql(deprecation = "A member can have several roles: use `roles`.")]
    role: Option<String>,
}

/// The roles that a member is to have.
#[derive(InputObject)]
struct UpdateTenantMemberInput {
    /// The tenant: the current one.
    tenant_id: ID,
    /// The member.
    user_id: ID,
    /// Slugs of the member's roles, 1 to 10: `admin`, `member`, `viewer` and those that the tenant
    /// has defined in any combination, or `owner` alone.
    roles: Vec<String>,
}

/// What `updateTenantMember` answers.
#[derive(SimpleObject)]
struct UpdateTenantMemberPayload {
    /// The membership with its new roles.
    membership: Membership,
}

/// A member to take out.
#[derive(InputObject)]
struct RemoveTenantMemberInput {
    /// The tenant: the current one.
    tenant_id: ID,
    /// The member.
    user_id: ID,
}

/// What `removeTenantMember` answers.
#[derive(SimpleObject)]
struct RemoveTenantMemberPayload {
    /// The id of the membership that has ended.
    removed_membership_id: ID,
    /// Who is out of the tenant.
    user: Option<User>,
    /// The tenant; null after leaving it oneself.
    tenant: Option<Tenant>,
}

/// What `addTenantMember` answers.
#[derive(SimpleObject)]
struct AddTenantMemberPayload {
    /// The new membership.
    membership: Membership,
}

/// A service to subscribe to.
#[derive(InputObject)]
struct SubscribeToServiceInput {
    /// The service: one of the current tenant's own, or a public one.
    service_id: ID,
}

/// What `subscribeToService` answers.
#[derive(SimpleObject)]
struct SubscribeToServicePayload {
    /// The subscription.
    tenant_service: TenantService,
    /// The tenant that is subscribed now.
    tenant: Option<Tenant>,
}

/// A tenant that the viewer belongs to.
async fn load(ctx: &Context<'_>, id: TenantId) -> Result<Option<Tenant>, ApiError> {
    ctx.viewer()?;
    Ok(ctx.data_unchecked::<Tenants>().load(id).await?.map(Tenant))
}

/// Reads an id out of an input, and says which one if it is malformed.
fn parse<T: TryFrom<ID, Error = InvalidId>>(id: ID, field: &str) -> Result<T, ApiError> {
    T::try_from(id).map_err(|err| ApiError::from(err).at(field))
}

/// Refuses what is shown in a tenant only, unless it is the current one.
fn require_current<'a>(ctx: &'a Context<'_>, tenant: TenantId) -> Result<&'a Viewer, ApiError> {
    let viewer = ctx.viewer()?;
    match viewer.tenant == Some(tenant) {
        true => Ok(viewer),
        false => Err(TenantError::Elsewhere(tenant).into()),
    }
}
