//! What identity knows of a user. Shown to the user themselves only.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use kit::id::{ApiKeyId, SessionId, UserId};
use kit::page::{Page, PageArgs, Paged};
use kit::{ApiError, ContextExt as _, Viewer};

use super::activity::AuthActivity;
use super::api_key::ApiKey;
use super::oauth::Identity;
use super::payload::Session;
use crate::activity::{self, ActivityId};
use crate::error::AuthError;
use crate::store::identity::Identity as Row;
use crate::{api_key, second_factor, session};

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

/// A user, of whom only the key is known here.
pub(crate) struct User {
    pub(crate) id: UserId,
}

/// A person who can sign in.
#[Object]
impl User {
    /// The user's id.
    async fn id(&self) -> ID {
        self.id.into()
    }

    /// The devices and programs that are signed in as you, newest first. Shown to yourself only,
    /// and not to API keys.
    async fn sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the front, 1 to 100; 25 if absent.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100; not together with `first`.")]
        last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Option<Result<Paged<SessionId, Session>, ApiError>> {
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        let listed = async {
            let viewer = self.require_self(ctx)?;
            let page = Page::new(args)?;
            let counted = ctx.look_ahead().field("totalCount").exists();
            let (rows, total) = session::list(ctx.app(), viewer, &page, counted).await?;
            Ok(page.connection(rows, total, |row| row.id, Session::from))
        };
        Some(listed.await)
    }

    /// What happened to your account and your sessions, newest first: every success and every
    /// failure. Shown to yourself only, and not to API keys.
    async fn activity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the front, 1 to 100; 25 if absent.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100; not together with `first`.")]
        last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Option<Result<Paged<ActivityId, AuthActivity>, ApiError>> {
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        let listed = async {
            let viewer = self.require_self(ctx)?;
            let page = Page::new(args)?;
            let counted = ctx.look_ahead().field("totalCount").exists();
            let (rows, total) = activity::list(ctx.app(), viewer, &page, counted).await?;
            Ok(page.connection(rows, total, |row| row.id, AuthActivity::from))
        };
        Some(listed.await)
    }

    /// The second factor. Shown to yourself only, and not to API keys.
    async fn two_factor(&self, ctx: &Context<'_>) -> Option<Result<TwoFactor, ApiError>> {
        let status = async {
            let viewer = self.require_self(ctx)?;
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
    /// within the last 90 days. Shown to yourself only, and not to API keys.
    async fn api_keys(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the front, 1 to 100; 25 if absent.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100; not together with `first`.")]
        last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Option<Result<Paged<ApiKeyId, ApiKey>, ApiError>> {
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        let listed = async {
            let viewer = self.require_self(ctx)?;
            let page = Page::new(args)?;
            let counted = ctx.look_ahead().field("totalCount").exists();
            let (keys, total) = api_key::list_own(ctx.app(), viewer, &page, counted).await?;
            Ok(page.connection(keys, total, |key| key.id, ApiKey::from))
        };
        Some(listed.await)
    }

    /// Who you are at other providers, in the order in which they were linked. Shown to yourself
    /// only, and not to API keys.
    async fn identities(&self, ctx: &Context<'_>) -> Option<Result<Vec<Identity>, ApiError>> {
        let listed = async {
            let viewer = self.require_self(ctx)?;
            viewer.session()?;
            let mut conn = ctx.app().db.read().await?;
            let rows = Row::list(&mut conn, viewer.user).await?;
            Ok(rows.into_iter().map(Identity::from).collect())
        };
        Some(listed.await)
    }
}

impl User {
    fn require_self<'a>(&self, ctx: &'a Context<'_>) -> Result<&'a Viewer, ApiError> {
        let viewer = ctx.viewer()?;
        match viewer.user == self.id {
            true => Ok(viewer),
            false => Err(AuthError::NotYourself.into()),
        }
    }
}

/// Users by key.
#[derive(Default)]
pub(super) struct UserQuery;

#[Object]
impl UserQuery {
    #[graphql(entity)]
    async fn find_user_by_id(&self, id: ID) -> Option<User> {
        UserId::try_from(id).ok().map(|id| User { id })
    }
}
