//! Accounts in the API.

use async_graphql::{Context, Object};
use kit::{ApiError, ContextExt as _};

use super::input::RegisterInput;
use super::payload::{RegisterPayload, User};
use crate::Auth;
use crate::account::{self, NewUser};

/// Changing accounts.
#[derive(Default)]
pub(super) struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Registers an account. Nobody is signed in by it: go on with `login`. If the operator has
    /// closed registration, administrators of the platform still register others.
    ///
    /// An address that already has an account is answered with the code `CONFLICT`. That tells
    /// whoever asks that the account exists, and is slowed down after some attempts. It will change
    /// when addresses are confirmed by mail: then the answer is the same for every address, and the
    /// mail tells its owner which of the two it was.
    async fn register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who registers.")] input: RegisterInput,
    ) -> Result<RegisterPayload, ApiError> {
        let auth = ctx.data_unchecked::<Auth>();
        let user = NewUser {
            name: input.name,
            email: input.email.0,
            password: input.password,
        };
        let client = ctx.client();
        let viewer = ctx.viewer().ok();
        let id = account::register(ctx.app(), auth, viewer, &client, user).await?;
        ctx.revealed().add(id);
        Ok(RegisterPayload {
            user: Some(User { id: id.into() }),
        })
    }
}
