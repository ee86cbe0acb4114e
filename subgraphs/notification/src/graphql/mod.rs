//! The API of this subgraph.

mod notification;
mod user;

use async_graphql::{Context, ID, Object, Subscription as SubscriptionRoot};
use futures::{Stream, StreamExt as _};
use kit::{ApiError, ContextExt as _};

use crate::ids::NotificationId;
use crate::inbox;
use crate::loaders::Notifications;
use notification::Notification;
use user::User;

/// The queries of this subgraph.
pub struct Query;

/// Entry points for reading.
#[Object]
impl Query {
    /// A notification of your current tenant; null if there is none with this id, or you may not
    /// see it.
    async fn notification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The notification's id.")] id: ID,
    ) -> Option<Result<Notification, ApiError>> {
        async {
            ctx.viewer()?;
            let id = NotificationId::try_from(id).map_err(|err| ApiError::from(err).at("/id"))?;
            load(ctx, id).await
        }
        .await
        .transpose()
    }

    /// A notification by its key.
    #[graphql(entity)]
    async fn find_notification_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The notification's id.")] id: ID,
    ) -> Result<Option<Notification>, ApiError> {
        match NotificationId::try_from(id) {
            Ok(id) => load(ctx, id).await,
            Err(_) => Ok(None),
        }
    }

    /// What a user was told, by the user's key.
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

async fn load(ctx: &Context<'_>, id: NotificationId) -> Result<Option<Notification>, ApiError> {
    ctx.viewer()?;
    let found = ctx.data_unchecked::<Notifications>().load(id).await?;
    Ok(found.map(Notification::from))
}

/// The subscriptions of this subgraph.
pub struct Subscription;

/// Entry points for following.
#[SubscriptionRoot]
impl Subscription {
    /// The notifications that you may see in your current tenant, as they arrive.
    async fn notification_received(
        &self,
        ctx: &Context<'_>,
    ) -> Result<impl Stream<Item = Result<Notification, ApiError>> + use<>, ApiError> {
        let received = inbox::follow(ctx.app(), ctx.viewer()?)?;
        Ok(received.map(|row| Ok(Notification::from(row?))))
    }
}
