//! Passwords in the API: choosing another one.

use async_graphql::{Context, Object};
use kit::{ApiError, ContextExt as _};

use super::input::{ChangePasswordInput, RequestPasswordResetInput, ResetPasswordInput};
use super::payload::{ChangePasswordPayload, LetterPayload, ResetPasswordPayload, User};
use crate::proof::Proof;
use crate::{Auth, password_change, reset};

/// Choosing another password.
#[derive(Default)]
pub(super) struct PasswordMutation;

#[Object]
impl PasswordMutation {
    /// Sends a letter by which a new password can be chosen, if the address has an account. The
    /// answer is the same for every address. A lock after failed sign-ins is no obstacle. One
    /// address gets five letters an hour at most, of all kinds together; whoever asks for more is
    /// answered as before, and no letter is sent.
    async fn request_password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who has forgotten the password.")] input: RequestPasswordResetInput,
    ) -> Result<LetterPayload, ApiError> {
        let (auth, client) = (ctx.data_unchecked::<Auth>(), ctx.client());
        reset::request(ctx.app(), auth, &client, &input.email.0).await?;
        Ok(LetterPayload { email: input.email })
    }

    /// Chooses a new password by what the letter brought. That ends all sessions, voids other such
    /// letters, lifts a lock after failed sign-ins, and proves the address. Nobody is signed in by
    /// it: go on with `login`, where a second factor is still asked for.
    ///
    /// Link and code are good for one use and for one hour. What is used, too old or unknown is
    /// answered alike, with the code `BAD_USER_INPUT`.
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the letter brought, and the new password.")]
        input: ResetPasswordInput,
    ) -> Result<ResetPasswordPayload, ApiError> {
        let (auth, client) = (ctx.data_unchecked::<Auth>(), ctx.client());
        let proof = Proof::new(input.token, input.email.map(|email| email.0), input.code)?;
        let id = reset::reset(ctx.app(), auth, &client, proof, input.new_password).await?;
        ctx.revealed().add(id);
        Ok(ResetPasswordPayload {
            user: Some(User { id }),
        })
    }

    /// Replaces one's own password. The session goes on, all others end, and a letter tells the
    /// user. A wrong current password counts as a failed sign-in.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The old and the new password.")] input: ChangePasswordInput,
    ) -> Result<ChangePasswordPayload, ApiError> {
        let (auth, client, viewer) = (ctx.data_unchecked::<Auth>(), ctx.client(), ctx.viewer()?);
        let (current, new) = (input.current_password, input.new_password);
        password_change::change(ctx.app(), auth, viewer, &client, current, new).await?;
        Ok(ChangePasswordPayload {
            user: Some(User { id: viewer.user }),
        })
    }
}
