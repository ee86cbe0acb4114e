//! What menus know of a service.

use async_graphql::{Context, ID, Object};
use kit::id::ServiceId;
use kit::{ApiError, ContextExt as _};

use super::item::MenuItem;
use crate::loaders::Menus;

/// A service, of which only the key is known here.
pub(crate) struct Service {
    pub(crate) id: ServiceId,
}

/// A registered service.
#[Object]
impl Service {
    /// Its id.
    async fn id(&self) -> ID {
        self.id.to_string().into()
    }

    /// What you may reach of it: groups of endpoints first, then endpoints without a group. Null if
    /// you do not see the service.
    async fn menu(&self, ctx: &Context<'_>) -> Result<Option<Vec<MenuItem>>, ApiError> {
        ctx.viewer()?;
        let Some(visible) = ctx.data_unchecked::<Menus>().load(self.id).await? else {
            return Ok(None);
        };
        let below = visible
            .map(|tree| tree.children.clone())
            .unwrap_or_default();
        Ok(Some(below.into_iter().map(MenuItem).collect()))
    }
}
