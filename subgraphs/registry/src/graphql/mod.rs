//! The API of this subgraph.

mod endpoint;
mod foreign;
mod health;
mod input;
mod scalar;
mod service;

use async_graphql::{Context, ID, Object, Subscription as SubscriptionRoot};
use futures::{Stream, StreamExt as _};
use kit::id::{EndpointId, InvalidId, ServiceId, TenantId};
use kit::page::PageArgs;
use kit::{ApiError, ContextExt as _, Denied};

use crate::config::HealthConfig;
use crate::health::CheckDesk;
use crate::import::{Desk, import};
use crate::loaders::Loaders;
use crate::store::Usage;
use endpoint::Endpoint;
use foreign::{MenuItem, ServiceKey, Tenant};
use health::ServiceHealth;
use input::{
    AddEndpointInput, AddEndpointPayload, CheckServiceHealthInput, CheckServiceHealthPayload,
    ImportOpenApiInput, ImportOpenApiPayload, RegisterServiceInput, RegisterServicePayload,
};
use service::{Service, ServiceConnection, ServiceFilter};

/// The queries of this subgraph.
pub struct Query;

/// Entry points for reading.
#[Object]
impl Query {
    /// The services that the current tenant sees: its own and those that are public.
    async fn services(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which services; all if absent.")] filter: Option<ServiceFilter>,
        #[graphql(desc = "How many from the front, 1 to 100; 25 if absent.")] first: Option<i32>,
        #[graphql(desc = "Only services after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only services before this cursor.")] before: Option<String>,
    ) -> Result<ServiceConnection, ApiError> {
        service::list(
            ctx,
            filter,
            PageArgs {
                first,
                after,
                last,
                before,
            },
        )
        .await
    }

    /// A service that the current tenant sees; absent if there is none with this id.
    async fn service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The service's id.")] id: ID,
    ) -> Result<Option<Service>, ApiError> {
        let loaders = loaders(ctx)?;
        let id = parse(id, "/id")?;
        Ok(loaders.services.load(id).await?.map(Service))
    }

    /// A service by its short name: the current tenant's own before a public one.
    async fn service_by_slug(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The service's short name.")] slug: String,
        #[graphql(desc = "Its version; the one registered last if absent.")] version: Option<
            String,
        >,
    ) -> Result<Option<Service>, ApiError> {
        let found =
            crate::service::find_by_slug(ctx.app(), ctx.viewer()?, &slug, version.as_deref())
                .await?;
        Ok(found.map(Service))
    }

    /// A service by its key.
    #[graphql(entity)]
    async fn find_service_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The service's id.")] id: ID,
    ) -> Result<Option<Service>, ApiError> {
        let (Ok(id), Ok(loaders)) = (ServiceId::try_from(id), loaders(ctx)) else {
            return Ok(None);
        };
        Ok(loaders.services.load(id).await?.map(Service))
    }

    /// An endpoint by its key.
    #[graphql(entity)]
    async fn find_endpoint_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The endpoint's id.")] id: ID,
    ) -> Result<Option<Endpoint>, ApiError> {
        let (Ok(id), Ok(loaders)) = (EndpointId::try_from(id), loaders(ctx)) else {
            return Ok(None);
        };
        Ok(loaders.endpoints.load(id).await?.map(Endpoint))
    }

    /// A tenant by its key. What is shown of it, only the current one shows.
    #[graphql(entity)]
    async fn find_tenant_by_id(
        &self,
        #[graphql(desc = "The tenant's id.")] id: ID,
    ) -> Option<Tenant> {
        TenantId::try_from(id).ok().map(Tenant::new)
    }

    /// A menu item by its key, with the service that it leads to.
    #[graphql(entity)]
    async fn find_menu_item_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(key, desc = "The menu item's id.")] id: ID,
        #[graphql(desc = "The service that it leads to.")] service: Option<ServiceKey>,
    ) -> Result<MenuItem, ApiError> {
        let claimed = service.and_then(|service| ServiceId::try_from(service.id).ok());
        let service = match (claimed, loaders(ctx)) {
            (Some(id), Ok(loaders)) => loaders.services.load(id).await?.map(Service),
            _ => None,
        };
        Ok(MenuItem { id, service })
    }
}

/// The mutations of this subgraph.
pub struct Mutation;

/// Entry points for writing.
#[Object]
impl Mutation {
    /// Registers a service by hand, for the current tenant. Needs the permission `service:register`.
    async fn register_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The service.")] input: RegisterServiceInput,
    ) -> Result<RegisterServicePayload, ApiError> {
        let service =
            crate::service::register(ctx.app(), ctx.viewer()?, quota(ctx), input.into()).await?;
        Ok(RegisterServicePayload {
            service: Service(service),
        })
    }

    /// Registers a service from its OpenAPI document, with all of its endpoints or not at all. What
    /// the document says about an endpoint and cannot be taken over becomes a warning at the
    /// endpoint. Needs the permission `service:register`.
    async fn import_open_api(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The document, and what goes before what it says.")]
        input: ImportOpenApiInput,
    ) -> Result<ImportOpenApiPayload, ApiError> {
        let viewer = ctx.viewer()?;
        let (source, overrides) = input.split(ctx)?;
        let desk = ctx.data_unchecked::<Desk>();
        let imported = import(ctx.app(), desk, viewer, quota(ctx), source, overrides).await?;
        Ok(ImportOpenApiPayload {
            endpoint_count: imported.service.endpoint_count,
            service: Service(imported.service),
            warnings: imported.warnings.into_iter().map(Into::into).collect(),
            warning_count: i32::try_from(imported.warning_count).unwrap_or(i32::MAX),
        })
    }

    /// Adds an endpoint to a service of the current tenant. Needs the permission `service:manage`.
    async fn add_endpoint(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The endpoint.")] input: AddEndpointInput,
    ) -> Result<AddEndpointPayload, ApiError> {
        let viewer = ctx.viewer()?;
        let by_hand = input.by_hand()?;
        let endpoint = crate::endpoint::add(ctx.app(), viewer, quota(ctx), by_hand).await?;
        Ok(AddEndpointPayload {
            endpoint: Endpoint(endpoint),
        })
    }

    /// Checks the health of a service of the current tenant now, unless it was checked a second ago.
    /// Needs the permission `service:manage`.
    async fn check_service_health(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The service.")] input: CheckServiceHealthInput,
    ) -> Result<CheckServiceHealthPayload, ApiError> {
        let viewer = ctx.viewer()?;
        let id = parse(input.service_id, "/serviceId")?;
        let desk = ctx.data_unchecked::<CheckDesk>();
        let service = crate::health::check_now(ctx.app(), desk, viewer, id).await?;
        Ok(CheckServiceHealthPayload {
            service: Service(service),
        })
    }
}

/// The subscriptions of this subgraph.
pub struct Subscription;

/// Entry points for following.
#[SubscriptionRoot]
impl Subscription {
    /// The health of a service that the current tenant sees: as it is now, then whenever its state
    /// changes.
    async fn service_health(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The service's id.")] service_id: ID,
    ) -> Result<impl Stream<Item = Result<ServiceHealth, ApiError>> + use<>, ApiError> {
        let viewer = ctx.viewer()?;
        let id = parse(service_id, "/serviceId")?;
        let health = crate::health::watch(ctx.app(), viewer, id).await?;
        Ok(health.map(|health| Ok(ServiceHealth(health?))))
    }
}

/// An id that the client gave in this argument or field of the input.
fn parse<T: TryFrom<ID, Error = InvalidId>>(id: ID, field: &str) -> Result<T, ApiError> {
    T::try_from(id).map_err(|err| ApiError::from(err).at(field))
}

/// What one tenant can have.
fn quota(ctx: &Context<'_>) -> Usage {
    ctx.data_unchecked::<HealthConfig>().quota()
}

/// The loaders of the request, or a refusal when nobody is signed in to a tenant.
fn loaders<'c>(ctx: &'c Context<'_>) -> Result<&'c Loaders, Denied> {
    ctx.viewer()?.tenant()?;
    Ok(ctx.data_unchecked::<Loaders>())
}
