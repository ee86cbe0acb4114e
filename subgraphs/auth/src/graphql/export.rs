//! Taking one's own data along.

use async_graphql::{Context, ID, Json, Object, SimpleObject};
use chrono::{DateTime, Utc};
use kit::id::UserId;
use kit::{ApiError, ContextExt as _, Viewer};
use serde_json::Value;

use crate::error::AuthError;
use crate::export;

/// All that the platform keeps of you, part by part. Select what you want to have; each part is a
/// document of its own. Times are in UTC.
pub(crate) struct PersonalData {
    user: UserId,
}

/// All that the platform keeps of you, part by part. Select what you want to have; each part is a
/// document of its own. Times are in UTC.
#[Object]
impl PersonalData {
    /// Whose data it is.
    async fn user_id(&self) -> ID {
        self.user.into()
    }

    /// When it was put together.
    async fn time(&self, ctx: &Context<'_>) -> DateTime<Utc> {
        ctx.app().clock.now()
    }

    /// The account: address, language, identities at other providers, API keys, and whether there
    /// are a password and a second factor. Nothing in it lets anybody sign in.
    async fn account(&self, ctx: &Context<'_>) -> Option<Result<Json<Value>, ApiError>> {
        let found = async { Ok(export::account(ctx.app(), self.of(ctx)?).await?) };
        Some(found.await)
    }

    /// The sessions, the newest first, with those that have ended within the last 30 days; at most
    /// 10,000.
    async fn sessions(&self, ctx: &Context<'_>) -> Option<Result<Json<Value>, ApiError>> {
        let found = async { Ok(export::sessions(ctx.app(), self.of(ctx)?).await?) };
        Some(found.await)
    }

    /// What happened to the account and was recorded, the newest first; at most 10,000 entries.
    async fn activity(&self, ctx: &Context<'_>) -> Option<Result<Json<Value>, ApiError>> {
        let found = async { Ok(export::activity(ctx.app(), self.of(ctx)?).await?) };
        Some(found.await)
    }
}

impl PersonalData {
    /// The viewer, if it is their data.
    fn of<'a>(&self, ctx: &'a Context<'_>) -> Result<&'a Viewer, ApiError> {
        let viewer = ctx.viewer()?;
        match viewer.user == self.user {
            true => Ok(viewer),
            false => Err(AuthError::NotYourself.into()),
        }
    }
}

/// What `exportMyData` answers.
#[derive(SimpleObject)]
pub(crate) struct ExportMyDataPayload {
    /// Your data.
    data: PersonalData,
}

/// Finding a user's data by key.
#[derive(Default)]
pub(super) struct ExportQuery;

#[Object]
impl ExportQuery {
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

/// Taking data along.
#[derive(Default)]
pub(super) struct ExportMutation;

#[Object]
impl ExportMutation {
    /// Puts together all that the platform keeps of you, to take it along (GDPR, article 20). What
    /// you have sent to the services of a tenant is the tenant's, and not in it. Needs a fresh proof
    /// of who you are, see `reauthenticate`; it is on record in your activity.
    async fn export_my_data(&self, ctx: &Context<'_>) -> Result<ExportMyDataPayload, ApiError> {
        let user = export::begin(ctx.app(), ctx.viewer()?, &ctx.client()).await?;
        Ok(ExportMyDataPayload {
            data: PersonalData { user },
        })
    }
}
