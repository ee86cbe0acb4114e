//! What tenants know of a person, for themselves to take along.

use async_graphql::{Context, ID, Json, Object};
use kit::id::UserId;
use kit::{ApiError, ContextExt as _};
use serde_json::Value;

use crate::member;

/// All that the platform keeps of you, of which the memberships are kept here.
pub(crate) struct PersonalData {
    user: UserId,
}

impl PersonalData {
    pub(super) fn of(user: UserId) -> Self {
        Self { user }
    }
}

/// All that the platform keeps of you, part by part.
#[Object]
impl PersonalData {
    /// Whose data it is.
    async fn user_id(&self) -> ID {
        self.user.to_string().into()
    }

    /// The tenants that you belong to, since when and in which roles; at most 500.
    async fn memberships(&self, ctx: &Context<'_>) -> Option<Result<Json<Value>, ApiError>> {
        let found = async { Ok(Json(member::export(ctx.app(), ctx.viewer()?).await?)) };
        Some(found.await)
    }
}
