//! Accounts in the API.

use async_graphql::{Context, Object};
use kit::scalar::Email;
use kit::{ApiError, ContextExt as _};

use super::input::RegisterInput;
use super::payload::{RegisterPayload, User};
use crate::Auth;
use crate::account::{self, NewUser, Registered};

/// Changing accounts.
#[derive(Default)]
pub(super) struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Registers an account. Nobody is signed in by it: go on with `login`. If the operator has
    /// closed registration, administrators of the platform still register others.
    ///
    /// By default a letter goes to the address, and its link or its code (`verifyEmail`) must be
    /// answered before anybody can sign in. The answer is then the same for every address: the
    /// letter tells its reader whether the address has an account already. If an address is
    /// registered again before it is proven, earlier letters are void, no password is kept, and the
    /// letter lets its reader choose one (`resetPassword`): nobody can plant theirs.
    ///
    /// Where the operator does without that, the account can be used at once, and an address that
    /// already has an account is answered with the code `CONFLICT`.
    async fn register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who registers.")] input: RegisterInput,
    ) -> Result<RegisterPayload, ApiError> {
        let auth = ctx.data_unchecked::<Auth>();
        let email = input.email.0.clone();
        let user = NewUser {
            name: input.name,
            email: input.email.0,
            password: input.password,
            locale: input.locale,
        };
        let client = ctx.client();
        let viewer = ctx.viewer().ok();
        let registered = account::register(ctx.app(), auth, viewer, &client, user).await?;
        let user = match registered {
            Registered::Ready(id) => {
                ctx.revealed().add(id);
                Some(User { id })
            }
            Registered::Asked => None,
        };
        Ok(RegisterPayload {
            email: Email(email.trim().to_owned()),
            verification_required: user.is_none(),
            user,
        })
    }
}
