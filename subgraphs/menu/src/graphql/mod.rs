//! The API of this subgraph.

mod item;
mod service;
mod user;

use async_graphql::{Context, ID, Object};
use kit::id::ServiceId;
use kit::{ApiError, ContextExt as _};

use crate::ids::MenuItemId;
use crate::loaders::{Menus, Services};
use crate::tree::find;
use item::MenuItem;
use service::Service;
use user::User;

/// The queries of this subgraph.
pub struct Query;

/// Entry points for reading.
#[Object]
impl Query {
    /// A line of a menu, with what you see below it; null if there is none with this id, or you may
    /// not see it.
    async fn menu_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The item's id.")] id: ID,
    ) -> Option<Result<MenuItem, ApiError>> {
        async {
            ctx.viewer()?;
            let id = MenuItemId::try_from(id).map_err(|err| ApiError::from(err).at("/id"))?;
            load(ctx, id).await
        }
        .await
        .transpose()
    }

    /// A line of a menu by its key.
    #[graphql(entity)]
    async fn find_menu_item_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The item's id.")] id: ID,
    ) -> Result<Option<MenuItem>, ApiError> {
        match MenuItemId::try_from(id) {
            Ok(id) => load(ctx, id).await,
            Err(_) => Ok(None),
        }
    }

    /// What menus know of a service, by the service's key.
    #[graphql(entity)]
    async fn find_service_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The service's id.")] id: ID,
    ) -> Result<Option<Service>, ApiError> {
        ctx.viewer()?;
        let Ok(id) = ServiceId::try_from(id) else {
            return Ok(None);
        };
        let visible = ctx.data_unchecked::<Menus>().load(id).await?;
        Ok(visible.map(|_| Service { id }))
    }

    /// What menus know of a user, by the user's key.
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

/// An item in what the viewer sees of its service.
async fn load(ctx: &Context<'_>, id: MenuItemId) -> Result<Option<MenuItem>, ApiError> {
    ctx.viewer()?;
    let Some(service) = ctx.data_unchecked::<Services>().load(id).await? else {
        return Ok(None);
    };
    let visible = ctx.data_unchecked::<Menus>().load(service).await?;
    let found = visible.flatten().and_then(|tree| find(&tree, id));
    Ok(found.map(MenuItem))
}
