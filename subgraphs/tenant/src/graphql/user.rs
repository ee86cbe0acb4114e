//! What tenants know of a user.

use async_graphql::{Context, ID, Object};
use kit::id::UserId;
use kit::{ApiError, ContextExt as _, Viewer};

use super::load;
use super::member::Membership;
use super::tenant::Tenant;
use crate::error::TenantError;
use crate::member::LISTED_MAX;
use crate::store::members;

/// A user, of whom only the key is known here.
pub(crate) struct User {
    pub(crate) id: UserId,
}

/// A person who can sign in.
#[Object]
impl User {
    /// Their id.
    async fn id(&self) -> ID {
        self.id.to_string().into()
    }

    /// The tenant that your session is in; null until one is chosen with `switchTenant`. Shown to
    /// yourself only.
    async fn current_tenant(&self, ctx: &Context<'_>) -> Option<Result<Tenant, ApiError>> {
        async {
            match self.require_self(ctx)?.tenant {
                Some(tenant) => load(ctx, tenant).await,
                None => Ok(None),
            }
        }
        .await
        .transpose()
    }

    /// The tenants that you belong to, and as what; at most 500. Shown to yourself only; an API key
    /// sees the one that it works in.
    async fn memberships(&self, ctx: &Context<'_>) -> Option<Result<Vec<Membership>, ApiError>> {
        let found = async {
            let viewer = self.require_self(ctx)?;
            let mut conn = ctx.app().db.read().await?;
            let rows = members::list_of_user(&mut conn, viewer.user, LISTED_MAX).await?;
            let rows = rows.into_iter().filter(|row| viewer.reaches(row.tenant_id));
            Ok(rows.map(Membership).collect())
        };
        Some(found.await)
    }
}

impl User {
    fn require_self<'a>(&self, ctx: &'a Context<'_>) -> Result<&'a Viewer, ApiError> {
        let viewer = ctx.viewer()?;
        match viewer.user == self.id {
            true => Ok(viewer),
            false => Err(TenantError::NotYourself.into()),
        }
    }
}
