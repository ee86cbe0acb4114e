//! What sign-in knows of a user.

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use kit::id::{ApiKeyId, UserId};
use kit::page::{Page, PageArgs, Paged};
use kit::{ApiError, ContextExt as _, Viewer};

use super::api_key::ApiKey;
use crate::{api_key, second_factor};

/// A person who can sign in.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct User {
    /// The user's id.
    pub(crate) id: ID,
}

/// The second factor of an account.
#[derive(SimpleObject)]
pub(crate) struct TwoFactor {
    /// Whether signing in takes a code of the authenticator app besides the first step.
    enabled: bool,
    /// Since when; null while it is off.
    since: Option<DateTime<Utc>>,
    /// How many recovery codes are left. Make new ones with `regenerateRecoveryCodes` before there
    /// are none.
    recovery_codes_left: i64,
}

#[ComplexObject]
impl User {
    /// The second factor. Shown to yourself only, null for everybody else; an API key cannot see it.
    async fn two_factor(&self, ctx: &Context<'_>) -> Option<Result<TwoFactor, ApiError>> {
        let viewer = self.themselves(ctx)?;
        let status = async {
            let status = second_factor::status(ctx.app(), viewer).await?;
            Ok(TwoFactor {
                enabled: status.since.is_some(),
                since: status.since,
                recovery_codes_left: status.recovery_codes_left,
            })
        };
        Some(status.await)
    }

    /// The API keys of the user, the oldest first, with those that were revoked or have expired
    /// within the last 90 days. Shown to yourself only, null for everybody else; an API key cannot
    /// see them.
    async fn api_keys(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the front, 1 to 100; 25 if absent.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100; not together with `first`.")]
        last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Option<Result<Paged<ApiKeyId, ApiKey>, ApiError>> {
        let viewer = self.themselves(ctx)?;
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        let listed = async {
            let page = Page::new(args)?;
            let counted = ctx.look_ahead().field("totalCount").exists();
            let (keys, total) = api_key::list_own(ctx.app(), viewer, &page, counted).await?;
            Ok(page.connection(keys, total, |key| key.id, ApiKey::from))
        };
        Some(listed.await)
    }
}

impl User {
    /// The viewer, if it is this user who asks.
    fn themselves<'a>(&self, ctx: &Context<'a>) -> Option<&'a Viewer> {
        let viewer = ctx.data_opt::<Viewer>()?;
        (self.id == ID::from(viewer.user)).then_some(viewer)
    }
}

/// Reading what sign-in knows of users.
#[derive(Default)]
pub(super) struct UserQuery;

#[Object]
impl UserQuery {
    #[graphql(entity)]
    async fn find_user_by_id(&self, ctx: &Context<'_>, id: ID) -> Option<User> {
        let viewer = ctx.viewer().ok()?;
        let id = UserId::try_from(id).ok()?;
        (viewer.user == id).then(|| User { id: id.into() })
    }
}
