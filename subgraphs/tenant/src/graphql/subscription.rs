//! Subscriptions to services, as clients see them.

use async_graphql::{Context, ID, SimpleObject};
use chrono::{DateTime, Utc};
use kit::id::TenantId;
use kit::page::{Page, PageArgs, Paged};
use kit::{ApiError, ContextExt as _};

use super::require_current;
use crate::ids::SubscriptionId;
use crate::store::{Subscription, subscriptions};

/// A tenant's subscription to a service.
#[derive(SimpleObject)]
pub(crate) struct TenantService {
    /// Its id.
    id: ID,
    /// The service.
    service: Option<Service>,
    /// When the tenant subscribed.
    subscribed_at: DateTime<Utc>,
}

/// A registered service.
#[derive(SimpleObject)]
#[graphql(unresolvable = "id")]
struct Service {
    /// Its id.
    id: ID,
}

/// A page of the subscriptions of the current tenant.
pub(super) async fn list(
    ctx: &Context<'_>,
    tenant: TenantId,
    args: PageArgs,
) -> Result<Paged<SubscriptionId, TenantService>, ApiError> {
    require_current(ctx, tenant)?;
    let page = Page::new(args)?;
    let mut conn = ctx.app().db.read().await?;
    let rows = subscriptions::list(&mut conn, tenant, &page).await?;
    let total = match ctx.look_ahead().field("totalCount").exists() {
        true => subscriptions::count(&mut conn, tenant).await?,
        false => 0,
    };
    Ok(page.connection(rows, total, |row| row.id, TenantService::from))
}

impl From<Subscription> for TenantService {
    fn from(row: Subscription) -> Self {
        Self {
            id: row.id.to_string().into(),
            service: Some(Service {
                id: row.service_id.to_string().into(),
            }),
            subscribed_at: row.subscribed_at.and_utc(),
        }
    }
}
