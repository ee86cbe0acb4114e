//! Types of other subgraphs, and what this one adds to them.

use async_graphql::{ComplexObject, Context, ID, InputObject, SimpleObject};
use kit::id::TenantId;
use kit::page::PageArgs;
use kit::{ApiError, ContextExt as _};

use super::health::ServiceHealth;
use super::service::{Service, ServiceConnection, ServiceFilter, list};
use crate::error::RegistryError;

/// An isolated customer of the platform.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Tenant {
    /// Unique id.
    pub(crate) id: ID,
}

impl Tenant {
    pub(crate) fn new(id: TenantId) -> Self {
        Self { id: id.into() }
    }
}

#[ComplexObject]
impl Tenant {
    /// The services that this tenant can subscribe to: its own and those that are public. Shown in
    /// the tenant itself only.
    async fn available_services(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which services; all if absent.")] filter: Option<ServiceFilter>,
        #[graphql(desc = "How many from the front, 1 to 100; 25 if absent.")] first: Option<i32>,
        #[graphql(desc = "Only services after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only services before this cursor.")] before: Option<String>,
    ) -> Option<Result<ServiceConnection, ApiError>> {
        let page = PageArgs {
            first,
            after,
            last,
            before,
        };
        Some(self.list_available(ctx, filter, page).await)
    }
}

impl Tenant {
    async fn list_available(
        &self,
        ctx: &Context<'_>,
        filter: Option<ServiceFilter>,
        page: PageArgs,
    ) -> Result<ServiceConnection, ApiError> {
        // A key is a claim: only the current tenant's list is ever shown.
        let tenant = TenantId::try_from(&self.id)?;
        if Some(tenant) != ctx.viewer()?.tenant {
            return Err(RegistryError::NotCurrent(tenant).into());
        }
        list(ctx, filter, page).await
    }
}

/// An entry of a menu.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct MenuItem {
    /// Unique id.
    pub(crate) id: ID,
    /// The service that it belongs to.
    #[graphql(external)]
    pub(crate) service: Option<Service>,
}

/// The key of a service, as the router passes it on.
#[derive(InputObject)]
pub(crate) struct ServiceKey {
    /// Unique id.
    pub(crate) id: ID,
}

#[ComplexObject]
impl MenuItem {
    /// How the service that it belongs to is doing: the same for the item of the service, for each
    /// group of its endpoints and for each endpoint. Null if you do not see the service.
    #[graphql(requires = "service { id }")]
    async fn health(&self, ctx: &Context<'_>) -> Result<Option<ServiceHealth>, ApiError> {
        match &self.service {
            Some(service) => service.find_health(ctx).await,
            None => Ok(None),
        }
    }
}
