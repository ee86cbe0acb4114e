//! What a user was told.

use async_graphql::{Context, ID, Object};
use kit::id::UserId;
use kit::page::{Page, PageArgs, Paged};
use kit::{ApiError, ContextExt as _};

use super::notification::Notification;
use crate::error::NotificationError;
use crate::ids::NotificationId;
use crate::inbox;

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

    /// What you were told in your current tenant, newest first, as far as your roles permit. Empty
    /// without a current tenant. Shown to yourself only; kept for 90 days.
    async fn notifications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the front, 1 to 100; 25 if absent.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100; not together with `first`.")]
        last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Option<Result<Paged<NotificationId, Notification>, ApiError>> {
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        Some(self.list(ctx, args).await)
    }
}

impl User {
    async fn list(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
    ) -> Result<Paged<NotificationId, Notification>, ApiError> {
        let viewer = ctx.viewer()?;
        if viewer.user != self.id {
            return Err(NotificationError::NotYourself.into());
        }
        let page = Page::new(args)?;
        let with_total = ctx.look_ahead().field("totalCount").exists();
        let listed = inbox::list(ctx.app(), viewer, &page, with_total).await?;
        Ok(page.connection(listed.rows, listed.total, |row| row.id, Notification::from))
    }
}
