//! What menus know of a user.

use async_graphql::{Context, ID, Object};
use kit::id::UserId;
use kit::{ApiError, ContextExt as _};

use super::item::{Menu, MenuItem};
use crate::error::MenuError;
use crate::menu::of_viewer;

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

    /// What you can reach in your current tenant: the endpoints of the services that it subscribes
    /// to, as far as your roles permit. Empty without a current tenant. Shown to yourself only.
    async fn menu(&self, ctx: &Context<'_>) -> Option<Result<Menu, ApiError>> {
        Some(self.load_menu(ctx).await)
    }
}

impl User {
    async fn load_menu(&self, ctx: &Context<'_>) -> Result<Menu, ApiError> {
        let viewer = ctx.viewer()?;
        if viewer.user != self.id {
            return Err(MenuError::NotYourself.into());
        }
        let trees = of_viewer(ctx.app(), viewer).await?;
        let items = trees.into_iter().map(MenuItem).collect();
        Ok(Menu { items })
    }
}
