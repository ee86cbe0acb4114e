//! What is known of a person, for themselves to take along.

use async_graphql::{Context, ID, Json, Object};
use kit::id::UserId;
use kit::{ApiError, ContextExt as _};
use serde_json::Value;

use crate::profile;

/// All that the platform keeps of you, of which the profile is kept here.
pub(crate) struct PersonalData {
    user: UserId,
}

/// All that the platform keeps of you, part by part.
#[Object]
impl PersonalData {
    /// Whose data it is.
    async fn user_id(&self) -> ID {
        self.user.into()
    }

    /// The profile: what you are called, your address, picture, language and time zone.
    async fn profile(&self, ctx: &Context<'_>) -> Option<Result<Json<Value>, ApiError>> {
        let found = async { Ok(Json(profile::export(ctx.app(), ctx.viewer()?).await?)) };
        Some(found.await)
    }
}

/// Finding a user's data by key.
#[derive(Default)]
pub(super) struct PersonalDataQuery;

#[Object]
impl PersonalDataQuery {
    #[graphql(entity)]
    async fn find_personal_data_by_user_id(
        &self,
        ctx: &Context<'_>,
        user_id: ID,
    ) -> Option<PersonalData> {
        let user = UserId::try_from(user_id).ok()?;
        let viewer = ctx.viewer().ok()?;
        (viewer.user == user).then_some(PersonalData { user })
    }
}
