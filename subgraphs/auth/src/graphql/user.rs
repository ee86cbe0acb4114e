//! What signing in knows of a user.

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};
use kit::id::UserId;
use kit::{ApiError, ContextExt as _};

use super::oauth::Identity;
use crate::store::identity::Identity as Row;

/// A person who can sign in.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct User {
    /// The user's id.
    pub(crate) id: ID,
}

#[ComplexObject]
impl User {
    /// Who you are at other providers, in the order in which they were linked. Null for anybody else.
    async fn identities(&self, ctx: &Context<'_>) -> Result<Option<Vec<Identity>>, ApiError> {
        let Ok(viewer) = ctx.viewer() else {
            return Ok(None);
        };
        if self.id.parse() != Ok(viewer.user) || viewer.session().is_err() {
            return Ok(None);
        }
        let mut conn = ctx.app().db.read().await?;
        let rows = Row::list(&mut conn, viewer.user).await?;
        Ok(Some(rows.into_iter().map(Identity::from).collect()))
    }
}

/// Finding users by their key.
#[derive(Default)]
pub(super) struct UserQuery;

#[Object]
impl UserQuery {
    #[graphql(entity)]
    async fn find_user_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] id: ID,
    ) -> Option<User> {
        let own = ctx.viewer().ok()?.user;
        (id.parse::<UserId>() == Ok(own)).then_some(User { id })
    }
}
