//! What this subgraph knows, by key.

use async_graphql::{Context, ID, Object};
use kit::id::TenantId;
use kit::{ApiError, ContextExt as _};

use super::invitation::{self, Invitation};
use super::load;
use super::personal_data::PersonalData;
use super::subscription::TenantService;
use super::tenant::Tenant;
use super::user::User;
use crate::ids::{InvitationId, SubscriptionId};
use crate::loaders::Subscriptions;

/// Resolves keys.
#[derive(Default)]
pub(super) struct EntityQuery;

#[Object]
impl EntityQuery {
    /// A tenant by its key.
    #[graphql(entity)]
    async fn find_tenant_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tenant's id.")] id: ID,
    ) -> Result<Option<Tenant>, ApiError> {
        match TenantId::try_from(id) {
            Ok(id) => load(ctx, id).await,
            Err(_) => Ok(None),
        }
    }

    /// A subscription of the current tenant by its key.
    #[graphql(entity)]
    async fn find_tenant_service_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The subscription's id.")] id: ID,
    ) -> Result<Option<TenantService>, ApiError> {
        ctx.viewer()?;
        let Ok(id) = SubscriptionId::try_from(id) else {
            return Ok(None);
        };
        let found = ctx.data_unchecked::<Subscriptions>().load(id).await?;
        Ok(found.map(TenantService::from))
    }

    /// The viewer's own data, by their key.
    #[graphql(entity)]
    async fn find_personal_data_by_user_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: ID,
    ) -> Option<PersonalData> {
        let viewer = ctx.viewer().ok()?;
        let user = user_id.parse().ok()?;
        (viewer.user == user).then(|| PersonalData::of(user))
    }

    /// An invitation of the current tenant by its key.
    #[graphql(entity)]
    async fn find_invitation_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invitation's id.")] id: ID,
    ) -> Result<Option<Invitation>, ApiError> {
        match InvitationId::try_from(id) {
            Ok(id) => invitation::find(ctx, id).await,
            Err(_) => Ok(None),
        }
    }

    /// What tenants know of a user, by the user's key.
    #[graphql(entity)]
    async fn find_user_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] id: ID,
    ) -> Result<Option<User>, ApiError> {
        ctx.viewer()?;
        Ok(id.parse().ok().map(|id| User { id }))
    }
}
