//! What administrators of the platform do with accounts, and everybody with their own.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use kit::id::UserId;
use kit::scalar::Email;
use kit::{ApiError, ContextExt as _};

use super::payload::User;
use super::session::drop_cookie;
use crate::person::Person;
use crate::{Auth, creation, deletion, status};

/// Somebody to make an account for.
#[derive(InputObject)]
struct CreateUserInput {
    /// What the user is called, 1 to 100 characters.
    name: String,
    /// The address that the user will sign in with. Upper and lower case are the same.
    email: Email,
    /// The language of the letters to the user, as a tag such as `en` or `id-ID`. English without
    /// one, or if there are no letters in it.
    locale: Option<String>,
}

/// What `createUser` answers.
#[derive(SimpleObject)]
struct CreateUserPayload {
    /// The new user.
    user: Option<User>,
}

/// Whose account to close.
#[derive(InputObject)]
struct DeactivateUserInput {
    /// The user: somebody else.
    user_id: ID,
}

/// What `deactivateUser` answers.
#[derive(SimpleObject)]
struct DeactivateUserPayload {
    /// The user, who cannot sign in any more.
    user: Option<User>,
}

/// Whose account to open again.
#[derive(InputObject)]
struct ReactivateUserInput {
    /// The user.
    user_id: ID,
}

/// What `reactivateUser` answers.
#[derive(SimpleObject)]
struct ReactivateUserPayload {
    /// The user, who can sign in again.
    user: Option<User>,
}

/// Whose account to delete.
#[derive(InputObject)]
struct DeleteUserInput {
    /// The user. Name yourself to delete your own account: nothing is deleted by leaving something
    /// out.
    user_id: ID,
}

/// What `deleteUser` answers.
#[derive(SimpleObject)]
struct DeleteUserPayload {
    /// The id of who is gone. It stays on record, and nobody has it again.
    deleted_user_id: ID,
}

/// Making, closing, opening and deleting accounts.
#[derive(Default)]
pub(super) struct PeopleMutation;

#[Object]
impl PeopleMutation {
    /// Makes an account for somebody else. A letter to the address lets its reader choose a
    /// password, within seven days or after `requestPasswordReset`; until then nobody can sign in.
    /// The code is `CONFLICT` if the address has an account. Needs the permission
    /// `platform.account:create`.
    async fn create_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who gets an account.")] input: CreateUserInput,
    ) -> Result<CreateUserPayload, ApiError> {
        let (auth, viewer) = (ctx.data_unchecked::<Auth>(), ctx.viewer()?);
        let person = Person::new(&input.name, &input.email.0, input.locale)?;
        let client = ctx.client();
        let id = creation::create(ctx.app(), auth, viewer, &client, person).await?;
        ctx.revealed().add(id);
        Ok(CreateUserPayload {
            user: Some(User { id }),
        })
    }

    /// Closes somebody's account until it is opened again: all sessions end within seconds, API keys
    /// rest, letters with links are void, and nobody can sign in. Memberships stay. Doing it again
    /// changes nothing. Needs the permission `platform.account:deactivate`.
    async fn deactivate_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose account.")] input: DeactivateUserInput,
    ) -> Result<DeactivateUserPayload, ApiError> {
        let (viewer, id) = (ctx.viewer()?, user_id(input.user_id)?);
        status::deactivate(ctx.app(), viewer, &ctx.client(), id).await?;
        ctx.revealed().add(id);
        Ok(DeactivateUserPayload {
            user: Some(User { id }),
        })
    }

    /// Opens an account that was closed. Its user signs in anew, and the API keys that have not
    /// ended work again. Needs the permission `platform.account:deactivate`.
    async fn reactivate_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose account.")] input: ReactivateUserInput,
    ) -> Result<ReactivateUserPayload, ApiError> {
        let (viewer, id) = (ctx.viewer()?, user_id(input.user_id)?);
        status::reactivate(ctx.app(), viewer, &ctx.client(), id).await?;
        ctx.revealed().add(id);
        Ok(ReactivateUserPayload {
            user: Some(User { id }),
        })
    }

    /// Deletes an account for good, with all that is known of its user: profile, sessions, keys,
    /// memberships. The record of what happened stays under the user's id, without addresses. Your
    /// own account needs a fresh proof of who you are, see `reauthenticate`; that of somebody else
    /// the permission `platform.account:delete` besides. The code is `CONFLICT` as long as the user
    /// is the only owner of a tenant that others are in.
    async fn delete_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose account.")] input: DeleteUserInput,
    ) -> Result<DeleteUserPayload, ApiError> {
        let (viewer, id) = (ctx.viewer()?, user_id(input.user_id)?);
        deletion::delete(ctx.app(), viewer, &ctx.client(), id).await?;
        if id == viewer.user {
            drop_cookie(ctx);
        }
        Ok(DeleteUserPayload {
            deleted_user_id: id.into(),
        })
    }
}

fn user_id(id: ID) -> Result<UserId, ApiError> {
    UserId::try_from(id).map_err(|err| ApiError::from(err).at("/userId"))
}
