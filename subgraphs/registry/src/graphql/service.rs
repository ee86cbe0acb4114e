//! Services.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::{DateTime, Utc};
use kit::id::{EndpointId, ServiceId};
use kit::page::{Page, PageArgs, Paged};
use kit::{ApiError, ContextExt as _};

use super::endpoint::{Endpoint, EndpointFilter};
use super::foreign::Tenant;
use super::health::ServiceHealth;
use super::scalar::WebUrl;
use crate::error::RegistryError;
use crate::loaders::EndpointPageKey;
use crate::{service, store};

pub(crate) type ServiceConnection = Paged<ServiceId, Service>;
pub(crate) type EndpointConnection = Paged<EndpointId, Endpoint>;

/// Who can see a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "service::Visibility")]
pub(crate) enum ServiceVisibility {
    /// Only the tenant that registered it.
    Private,
    /// Every tenant of the platform.
    Public,
}

/// Which services to list; all conditions hold at once.
#[derive(Debug, Clone, Default, InputObject)]
pub(crate) struct ServiceFilter {
    /// Only those whose name or slug contains this text.
    search: Option<String>,
    /// Only those with this visibility.
    visibility: Option<ServiceVisibility>,
    /// Only those that the current tenant registered.
    #[graphql(default)]
    own: bool,
}

impl From<ServiceFilter> for store::ServiceFilter {
    fn from(filter: ServiceFilter) -> Self {
        Self {
            search: filter.search,
            visibility: filter.visibility.map(Into::into),
            own: filter.own,
        }
    }
}

/// A service that users of the platform can use.
pub(crate) struct Service(pub(crate) store::Service);

/// A service that users of the platform can use: its endpoints become forms and menu items.
#[Object]
impl Service {
    /// Unique id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Short name, part of its permissions; unique in the tenant for one version.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Version, as the service itself counts.
    async fn version(&self) -> &str {
        &self.0.version
    }

    /// What it is for. May hold Markdown.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// Where it answers. Shown to the tenant that registered it.
    async fn base_url(&self, ctx: &Context<'_>) -> Result<Option<WebUrl>, ApiError> {
        let own = self.is_own(ctx)?;
        Ok(WebUrl::of_text(&self.0.base_url).filter(|_| own))
    }

    /// Who can see it.
    async fn visibility(&self) -> ServiceVisibility {
        self.0.visibility.into()
    }

    /// Its icon: a name or an address.
    async fn icon(&self) -> Option<&str> {
        self.0.icon.as_deref()
    }

    /// The tenant that registered it, if that is the current one.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Option<Tenant>, ApiError> {
        Ok(self.is_own(ctx)?.then(|| Tenant::new(self.0.tenant_id)))
    }

    /// When it was registered.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at.and_utc()
    }

    /// How it is doing.
    async fn health(&self, ctx: &Context<'_>) -> Result<ServiceHealth, ApiError> {
        let health = self.find_health(ctx).await?;
        Ok(health.ok_or(RegistryError::NotFound(self.0.id))?)
    }

    /// Its endpoints, those that the viewer may use, in the order of the service's own description.
    async fn endpoints(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which endpoints; all if absent.")] filter: Option<EndpointFilter>,
        #[graphql(desc = "How many from the front, 1 to 100; 25 if absent.")] first: Option<i32>,
        #[graphql(desc = "Only endpoints after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only endpoints before this cursor.")] before: Option<String>,
    ) -> Result<EndpointConnection, ApiError> {
        let page = Page::<EndpointId>::new(PageArgs {
            first,
            after,
            last,
            before,
        })?;
        let key = EndpointPageKey {
            service: self.0.id,
            filter: filter.unwrap_or_default().into(),
            after: page.after,
            before: page.before,
            backward: page.backward,
            size: page.size,
            counted: ctx.look_ahead().field("totalCount").exists(),
        };
        let found = super::loaders(ctx)?.endpoint_pages.load(key).await?;
        let (rows, total) = found
            .map(|found| (found.rows.clone(), found.total))
            .unwrap_or_default();
        Ok(page.connection(rows, total, |row| row.id, Endpoint))
    }
}

impl Service {
    pub(crate) async fn find_health(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Option<ServiceHealth>, ApiError> {
        let health = super::loaders(ctx)?.health.load(self.0.id).await?;
        Ok(health.map(ServiceHealth))
    }

    fn is_own(&self, ctx: &Context<'_>) -> Result<bool, ApiError> {
        Ok(ctx.viewer()?.tenant == Some(self.0.tenant_id))
    }
}

/// A page of the services that the viewer's tenant sees.
pub(crate) async fn list(
    ctx: &Context<'_>,
    filter: Option<ServiceFilter>,
    args: PageArgs,
) -> Result<ServiceConnection, ApiError> {
    let page = Page::<ServiceId>::new(args)?;
    let counted = ctx.look_ahead().field("totalCount").exists();
    let filter = filter.unwrap_or_default().into();
    let (rows, total) = service::list(ctx.app(), ctx.viewer()?, &filter, &page, counted).await?;
    Ok(page.connection(rows, total, |row| row.id, Service))
}
