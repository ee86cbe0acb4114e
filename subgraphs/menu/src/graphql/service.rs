//! What menus know of a service.

use async_graphql::{Context, ID, Object};
use kit::id::ServiceId;
use kit::{ApiError, ContextExt as _};

use super::item::MenuItem;
use crate::loaders::Menus;
use crate::menu::Visible;

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
    async fn menu(&self, ctx: &Context<'_>) -> Option<Result<Vec<MenuItem>, ApiError>> {
        async {
            ctx.viewer()?;
            let visible = ctx.data_unchecked::<Menus>().load(self.id).await?;
            Ok(visible.map(below))
        }
        .await
        .transpose()
    }
}

fn below(visible: Visible) -> Vec<MenuItem> {
    let children = visible.map(|tree| tree.children.clone());
    children
        .unwrap_or_default()
        .into_iter()
        .map(MenuItem)
        .collect()
}
