//! What sign-in knows of a tenant.

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};
use kit::id::{ApiKeyId, TenantId};
use kit::page::{Page, PageArgs, Paged};
use kit::{ApiError, ContextExt as _, Viewer};

use super::api_key::ApiKey;
use crate::api_key;

/// An isolated customer of the platform.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Tenant {
    /// The tenant's id.
    pub(crate) id: ID,
}

#[ComplexObject]
impl Tenant {
    /// The API keys of the tenant, the oldest first, with those that were revoked or have expired
    /// within the last 90 days. Shown in the current tenant only, null in others. Needs the
    /// permission `tenant.api_key:manage`; an API key cannot see them.
    async fn api_keys(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the front, 1 to 100; 25 if absent.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100; not together with `first`.")]
        last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Option<Result<Paged<ApiKeyId, ApiKey>, ApiError>> {
        let viewer = ctx.data_opt::<Viewer>()?;
        let id = TenantId::try_from(&self.id).ok()?;
        if viewer.tenant != Some(id) {
            return None;
        }
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        let listed = async {
            let page = Page::new(args)?;
            let counted = ctx.look_ahead().field("totalCount").exists();
            let (keys, total) = api_key::list_of_tenant(ctx.app(), viewer, &page, counted).await?;
            Ok(page.connection(keys, total, |key| key.id, ApiKey::from))
        };
        Some(listed.await)
    }
}

/// Reading what sign-in knows of tenants.
#[derive(Default)]
pub(super) struct TenantQuery;

#[Object]
impl TenantQuery {
    #[graphql(entity)]
    async fn find_tenant_by_id(&self, ctx: &Context<'_>, id: ID) -> Option<Tenant> {
        let viewer = ctx.viewer().ok()?;
        let id = TenantId::try_from(id).ok()?;
        (viewer.tenant == Some(id)).then(|| Tenant { id: id.into() })
    }
}
