//! Finding people.

use async_graphql::{Context, ID, InputObject, Object};
use kit::id::UserId;
use kit::page::{Page, PageArgs, Paged};
use kit::{ApiError, ContextExt as _};

use super::find_user;
use super::object::User;
use crate::user::{self, Filter};

/// Entry points for reading about people.
#[derive(Default)]
pub(super) struct PeopleQuery;

/// Entry points for reading.
#[Object]
impl PeopleQuery {
    /// The signed-in user.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
        let viewer = ctx.viewer()?;
        find_user(ctx, viewer.user).await
    }

    /// A user by id: oneself, with the permission `user:read` somebody who shares the current
    /// tenant, and with `platform.account:read` anybody. Null for everybody else.
    async fn user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] id: ID,
    ) -> Result<Option<User>, ApiError> {
        ctx.viewer()?;
        find_user(ctx, UserId::try_from(id)?).await
    }

    /// The people of the current tenant, in the order of their registration. Needs the permission
    /// `user:read`.
    async fn users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only people who are like this.")] filter: Option<UserFilter>,
        #[graphql(
            desc = "How many from the front, 1 to 100; 25 if neither `first` nor `last` is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<UserId, User>, ApiError> {
        let viewer = ctx.viewer()?;
        let page = Page::<UserId>::new(PageArgs {
            first,
            after,
            last,
            before,
        })?;
        let filter = filter.map(Filter::from).unwrap_or_default();
        let counted = ctx.look_ahead().field("totalCount").exists();
        let (rows, total) = user::list(ctx.app(), viewer, filter, &page, counted).await?;
        let node = |row| User::seen_by(viewer, row);
        Ok(page.connection(rows, total, |row| row.id, node))
    }

    #[graphql(entity)]
    async fn find_user_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<User>, ApiError> {
        match UserId::try_from(id) {
            Ok(id) => find_user(ctx, id).await,
            Err(_) => Ok(None),
        }
    }
}

/// Which people to list.
#[derive(InputObject)]
struct UserFilter {
    /// Those whose name or address contains this, in capitals or not; at most 100 characters.
    search: Option<String>,
    /// Those who hold the role with this slug in the current tenant.
    role: Option<String>,
    /// Everybody who has an account, not only the people of the current tenant. Needs the
    /// permission `platform.account:read`, and no `role`.
    #[graphql(default)]
    everywhere: bool,
}

impl From<UserFilter> for Filter {
    fn from(filter: UserFilter) -> Self {
        Self {
            search: filter.search,
            role: filter.role,
            everywhere: filter.everywhere,
        }
    }
}
