//! E-mail addresses in the API: proving and changing them.

use async_graphql::{Context, Object};
use kit::{ApiError, ContextExt as _};

use super::input::{
    ConfirmEmailChangeInput, RequestEmailChangeInput, ResendVerificationInput, VerifyEmailInput,
};
use super::payload::{ConfirmEmailChangePayload, LetterPayload, User, VerifyEmailPayload};
use crate::proof::Proof;
use crate::{Auth, email_change, verification};

/// Proving and changing addresses.
#[derive(Default)]
pub(super) struct EmailMutation;

#[Object]
impl EmailMutation {
    /// Proves that the address of a new account is one's own, by what the letter brought. Nobody is
    /// signed in by it: go on with `login`.
    ///
    /// Link and code are good for one use and for one day. What is used, too old or unknown is
    /// answered alike, with the code `BAD_USER_INPUT`.
    async fn verify_email(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the letter brought.")] input: VerifyEmailInput,
    ) -> Result<VerifyEmailPayload, ApiError> {
        let (auth, client) = (ctx.data_unchecked::<Auth>(), ctx.client());
        let proof = Proof::new(input.token, input.email.map(|email| email.0), input.code)?;
        let id = verification::verify(ctx.app(), auth, &client, proof).await?;
        ctx.revealed().add(id);
        Ok(VerifyEmailPayload {
            user: Some(User { id }),
        })
    }

    /// Sends another letter to an address that was registered and is not yet proven; earlier ones
    /// are void then. The answer is the same for every address. One address gets five letters an
    /// hour at most, of all kinds together; whoever asks for more is answered as before, and no
    /// letter is sent.
    async fn resend_verification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who needs another letter.")] input: ResendVerificationInput,
    ) -> Result<LetterPayload, ApiError> {
        let (auth, client) = (ctx.data_unchecked::<Auth>(), ctx.client());
        verification::resend(ctx.app(), auth, &client, &input.email.0).await?;
        Ok(LetterPayload { email: input.email })
    }

    /// Asks for another address to sign in with. A letter goes to that address, whose link or code
    /// `confirmEmailChange` takes within an hour, and a notice to the present one, which stays until
    /// then. Needs a proof of who one is that is not older than ten minutes.
    ///
    /// An address that has another account is answered alike; a letter tells its owner.
    async fn request_email_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which address is wanted.")] input: RequestEmailChangeInput,
    ) -> Result<LetterPayload, ApiError> {
        let (auth, client, viewer) = (ctx.data_unchecked::<Auth>(), ctx.client(), ctx.viewer()?);
        let email = &input.new_email.0;
        email_change::request(ctx.app(), auth, viewer, &client, email).await?;
        Ok(LetterPayload {
            email: input.new_email,
        })
    }

    /// Gives the account its new address, by what the letter to it brought. Sessions stay; the old
    /// address gets a notice.
    async fn confirm_email_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the letter brought.")] input: ConfirmEmailChangeInput,
    ) -> Result<ConfirmEmailChangePayload, ApiError> {
        let (auth, client) = (ctx.data_unchecked::<Auth>(), ctx.client());
        let viewer = ctx.viewer().ok();
        let brought = (input.token, input.code);
        let id = email_change::confirm(ctx.app(), auth, viewer, &client, brought).await?;
        ctx.revealed().add(id);
        Ok(ConfirmEmailChangePayload {
            user: Some(User { id }),
        })
    }
}
