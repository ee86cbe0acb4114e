//! The second factor and the fresh proof in the API.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use kit::{ApiError, ContextExt as _};

use super::payload::{LoginSuccess, Session};
use crate::error::AuthError;
use crate::second_factor::{self, Challenge, Proof};
use crate::{Auth, reauthentication};

/// The first factor is proven, and the account has a second one: go on with `completeTwoFactor`.
#[derive(SimpleObject)]
pub(crate) struct TwoFactorChallenge {
    /// Stands for the first factor in `completeTwoFactor`. Good for one sign-in and five attempts.
    challenge_token: String,
    /// What can be sent as the second factor.
    methods: Vec<TwoFactorMethod>,
    /// When the challenge ends: five minutes after it was made.
    expires_at: DateTime<Utc>,
}

/// What proves a second factor.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TwoFactorMethod {
    /// The code that the authenticator app shows now.
    Code,
    /// One of the recovery codes.
    RecoveryCode,
}

impl From<Challenge> for TwoFactorChallenge {
    fn from(challenge: Challenge) -> Self {
        let mut methods = vec![TwoFactorMethod::Code];
        if challenge.has_recovery_codes {
            methods.push(TwoFactorMethod::RecoveryCode);
        }
        Self {
            challenge_token: challenge.token,
            methods,
            expires_at: challenge.expires_at,
        }
    }
}

/// The code that shows the secret to be in the app.
#[derive(InputObject)]
pub(crate) struct ConfirmTwoFactorInput {
    /// The six digits that the app shows now.
    #[graphql(secret)]
    code: String,
}

/// The second factor of a sign-in: give `code` or `recoveryCode`.
#[derive(InputObject)]
pub(crate) struct CompleteTwoFactorInput {
    /// The token of the challenge.
    #[graphql(secret)]
    challenge_token: String,
    /// The six digits that the app shows now.
    #[graphql(secret)]
    code: Option<String>,
    /// A recovery code that was not used.
    #[graphql(secret)]
    recovery_code: Option<String>,
}

/// A proof of the second factor that is to be turned off: give `code` or `recoveryCode`.
#[derive(InputObject)]
pub(crate) struct DisableTwoFactorInput {
    /// The six digits that the app shows now.
    #[graphql(secret)]
    code: Option<String>,
    /// A recovery code that was not used.
    #[graphql(secret)]
    recovery_code: Option<String>,
}

/// A proof of the second factor.
#[derive(InputObject)]
pub(crate) struct RegenerateRecoveryCodesInput {
    /// The six digits that the app shows now.
    #[graphql(secret)]
    code: String,
}

/// A fresh proof of who you are.
#[derive(InputObject)]
pub(crate) struct ReauthenticateInput {
    /// The password, if the account has one.
    #[graphql(secret)]
    password: Option<String>,
    /// The six digits that the app shows now, if the second factor is on.
    #[graphql(secret)]
    code: Option<String>,
    /// A recovery code that was not used, in the place of `code`.
    #[graphql(secret)]
    recovery_code: Option<String>,
}

/// A secret for your authenticator app, which it gets by any of the three ways. Shown once.
#[derive(SimpleObject)]
pub(crate) struct SetupTwoFactorPayload {
    /// The secret in base32, to be typed.
    secret: String,
    /// The secret as a link that opens the app.
    otpauth_uri: String,
    /// The link as a QR code, an SVG image.
    qr_svg: String,
    /// Until when `confirmTwoFactor` takes a code of it.
    expires_at: DateTime<Utc>,
}

/// The second factor is on.
#[derive(SimpleObject)]
pub(crate) struct ConfirmTwoFactorPayload {
    /// Ten codes, each of which does once what a code of the app does. Shown now and never again:
    /// keep them where you find them without the app.
    recovery_codes: Vec<String>,
}

/// The second factor is off.
#[derive(SimpleObject)]
pub(crate) struct DisableTwoFactorPayload {
    /// The session, which stays.
    session: Option<Session>,
}

/// The new recovery codes.
#[derive(SimpleObject)]
pub(crate) struct RegenerateRecoveryCodesPayload {
    /// Ten codes. Those before are good for nothing.
    recovery_codes: Vec<String>,
}

/// The proof is good for ten minutes.
#[derive(SimpleObject)]
pub(crate) struct ReauthenticatePayload {
    /// The session, with the time of the proof.
    session: Session,
}

/// Setting up, using and ending the second factor.
#[derive(Default)]
pub(super) struct FactorMutation;

#[Object]
impl FactorMutation {
    /// Begins to set up a second factor: makes a secret for your authenticator app (TOTP, RFC 6238).
    /// Nothing changes until `confirmTwoFactor`. Doing it again makes another secret, and the one
    /// before is good for nothing. Needs a fresh proof of who you are: see `reauthenticate`.
    async fn setup_two_factor(&self, ctx: &Context<'_>) -> Result<SetupTwoFactorPayload, ApiError> {
        let enrolment = second_factor::set_up(ctx.app(), ctx.viewer()?, &ctx.client()).await?;
        Ok(SetupTwoFactorPayload {
            secret: enrolment.secret,
            otpauth_uri: enrolment.uri,
            qr_svg: enrolment.qr_svg,
            expires_at: enrolment.expires_at,
        })
    }

    /// Turns the second factor on, by a code which shows that the secret is in your app. Returns the
    /// recovery codes. Your other sessions stay; end them if you do not trust them.
    async fn confirm_two_factor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code.")] input: ConfirmTwoFactorInput,
    ) -> Result<ConfirmTwoFactorPayload, ApiError> {
        let (app, viewer, client) = (ctx.app(), ctx.viewer()?, ctx.client());
        let recovery_codes = second_factor::confirm(app, viewer, &client, &input.code).await?;
        Ok(ConfirmTwoFactorPayload { recovery_codes })
    }

    /// Completes a sign-in that led to a `TwoFactorChallenge`, and opens a session.
    ///
    /// A code is good for one use. After some wrong ones the account takes none for a time that
    /// doubles with each further one; the code is then `REQUEST_RATE_LIMITED`. Signing in anew gives
    /// a new challenge and no new attempts.
    async fn complete_two_factor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The challenge, and what meets it.")] input: CompleteTwoFactorInput,
    ) -> Result<LoginSuccess, ApiError> {
        let proof = required(input.code, input.recovery_code)?;
        let (auth, client) = (ctx.data_unchecked::<Auth>(), ctx.client());
        let token = &input.challenge_token;
        let signed_in = second_factor::complete(ctx.app(), auth, &client, token, &proof).await?;
        ctx.revealed().add(signed_in.session.user);
        Ok(LoginSuccess::of(ctx, signed_in))
    }

    /// Turns the second factor off, and makes the recovery codes good for nothing. Needs a fresh
    /// proof of who you are, see `reauthenticate`, and a code or a recovery code besides.
    async fn disable_two_factor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code or the recovery code.")] input: DisableTwoFactorInput,
    ) -> Result<DisableTwoFactorPayload, ApiError> {
        let (app, viewer, client) = (ctx.app(), ctx.viewer()?, ctx.client());
        let proof = required(input.code, input.recovery_code)?;
        second_factor::disable(app, viewer, &client, &proof).await?;
        Ok(DisableTwoFactorPayload {
            session: super::session::find(ctx, viewer.session()?).await?,
        })
    }

    /// Makes ten new recovery codes in the place of those before. Needs a fresh proof of who you are,
    /// see `reauthenticate`, and a code besides.
    async fn regenerate_recovery_codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code.")] input: RegenerateRecoveryCodesInput,
    ) -> Result<RegenerateRecoveryCodesPayload, ApiError> {
        let (app, viewer, client) = (ctx.app(), ctx.viewer()?, ctx.client());
        let recovery_codes = second_factor::regenerate(app, viewer, &client, input.code).await?;
        Ok(RegenerateRecoveryCodesPayload { recovery_codes })
    }

    /// Proves again who you are, within your session. Some operations ask for it when the last proof
    /// is more than ten minutes old; their code is then `REAUTHENTICATION_REQUIRED`.
    ///
    /// Takes the password if the account has one, and a code if the second factor is on. An account
    /// that has neither signs in anew instead. Wrong ones are counted like those of `login`.
    async fn reauthenticate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The proof.")] input: ReauthenticateInput,
    ) -> Result<ReauthenticatePayload, ApiError> {
        let proof = Proof::new(input.code, input.recovery_code)?;
        let (auth, viewer, client) = (ctx.data_unchecked::<Auth>(), ctx.viewer()?, ctx.client());
        let app = ctx.app();
        let session =
            reauthentication::reauthenticate(app, auth, viewer, &client, input.password, proof);
        Ok(ReauthenticatePayload {
            session: session.await?.into(),
        })
    }
}

fn required(code: Option<String>, recovery_code: Option<String>) -> Result<Proof, AuthError> {
    Proof::new(code, recovery_code)?.ok_or(AuthError::MissingCode)
}
