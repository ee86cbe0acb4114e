//! Types of other subgraphs, and what this one adds to them.

use async_graphql::{ComplexObject, Context, ID, InputObject, SimpleObject};
use kit::id::TenantId;
use kit::page::PageArgs;
use kit::{ApiError, ContextExt as _, Denied};

use super::health::ServiceHealth;
use super::service::{Service, ServiceConnection, ServiceFilter, list};

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
    /// The services that this tenant can subscribe to: its own and those that are public.
    async fn available_services(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which services; all if absent.")] filter: Option<ServiceFilter>,
        #[graphql(desc = "How many from the front, 1 to 100; 25 if absent.")] first: Option<i32>,
        #[graphql(desc = "Only services after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only services before this cursor.")] before: Option<String>,
    ) -> Result<ServiceConnection, ApiError> {
        // A key is a claim: only the current tenant's list is ever shown.
        if TenantId::try_from(&self.id)? != ctx.viewer()?.tenant()? {
            return Err(Denied::NoTenant.into());
        }
        list(
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
}

/// An entry of a menu.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct MenuItem {
    /// Unique id.
    pub(crate) id: ID,
    /// The service that it leads to.
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
    /// How the service that it leads to is doing; absent if it leads to none.
    #[graphql(requires = "service { id }")]
    async fn health(&self, ctx: &Context<'_>) -> Result<Option<ServiceHealth>, ApiError> {
        match &self.service {
            Some(service) => service.find_health(ctx).await,
            None => Ok(None),
        }
    }
}
