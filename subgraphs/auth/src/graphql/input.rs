//! What the mutations take.

use async_graphql::{ID, InputObject};
use kit::scalar::Email;

/// Who registers.
#[derive(InputObject)]
pub(crate) struct RegisterInput {
    /// What the user is called, 1 to 100 characters.
    pub(crate) name: String,
    /// The address that the user will sign in with. Upper and lower case are the same.
    pub(crate) email: Email,
    /// 8 to 256 characters that are hard to guess. No rules about digits or signs: several uncommon
    /// words do well, and a password that is easy to guess is refused with advice.
    #[graphql(secret)]
    pub(crate) password: String,
    /// The language of the letters to the user, as a tag such as `en` or `id-ID`. English without
    /// one, or if there are no letters in it.
    pub(crate) locale: Option<String>,
}

/// What a letter brought: send either `token`, or `email` and `code`.
#[derive(InputObject)]
pub(crate) struct VerifyEmailInput {
    /// The token of the letter's link.
    #[graphql(secret)]
    pub(crate) token: Option<String>,
    /// The address that the letter went to.
    pub(crate) email: Option<Email>,
    /// The six digits of the letter. After five wrong ones the letter is good for its link only.
    #[graphql(secret)]
    pub(crate) code: Option<String>,
}

/// Who needs another letter.
#[derive(InputObject)]
pub(crate) struct ResendVerificationInput {
    /// The address that was registered.
    pub(crate) email: Email,
}

/// Who has forgotten the password.
#[derive(InputObject)]
pub(crate) struct RequestPasswordResetInput {
    /// The address of the account.
    pub(crate) email: Email,
}

/// What a letter brought, and the new password: send either `token`, or `email` and `code`.
#[derive(InputObject)]
pub(crate) struct ResetPasswordInput {
    /// The token of the letter's link.
    #[graphql(secret)]
    pub(crate) token: Option<String>,
    /// The address that the letter went to.
    pub(crate) email: Option<Email>,
    /// The six digits of the letter. After five wrong ones the letter is good for its link only.
    #[graphql(secret)]
    pub(crate) code: Option<String>,
    /// 8 to 256 characters that are hard to guess.
    #[graphql(secret)]
    pub(crate) new_password: String,
}

/// The old and the new password.
#[derive(InputObject)]
pub(crate) struct ChangePasswordInput {
    /// The password until now.
    #[graphql(secret)]
    pub(crate) current_password: String,
    /// 8 to 256 characters that are hard to guess.
    #[graphql(secret)]
    pub(crate) new_password: String,
}

/// Which address is wanted.
#[derive(InputObject)]
pub(crate) struct RequestEmailChangeInput {
    /// The address to sign in with. It stays the old one until this is confirmed.
    pub(crate) new_email: Email,
}

/// What the letter to the new address brought: send either `token` or `code`.
#[derive(InputObject)]
pub(crate) struct ConfirmEmailChangeInput {
    /// The token of the letter's link. Nobody needs to be signed in.
    #[graphql(secret)]
    pub(crate) token: Option<String>,
    /// The six digits of the letter, for whoever is signed in to the account. After five wrong ones
    /// the letter is good for its link only.
    #[graphql(secret)]
    pub(crate) code: Option<String>,
}

/// Who signs in.
#[derive(InputObject)]
pub(crate) struct LoginInput {
    /// The address of the account. Upper and lower case are the same.
    pub(crate) email: Email,
    /// The password of the account.
    #[graphql(secret)]
    pub(crate) password: String,
}

/// Which session goes on.
#[derive(InputObject)]
pub(crate) struct RefreshSessionInput {
    /// The refresh token that was returned last. Left out by a browser that keeps it in a cookie and
    /// sends `X-Portico-Session: cookie`.
    #[graphql(secret)]
    pub(crate) refresh_token: Option<String>,
}

/// Which session gets which name.
#[derive(InputObject)]
pub(crate) struct RenameSessionInput {
    /// The session.
    pub(crate) session_id: ID,
    /// At most 100 characters; null or blank takes the name away.
    pub(crate) name: Option<String>,
}

/// Which session ends.
#[derive(InputObject)]
pub(crate) struct RevokeSessionInput {
    /// The session.
    pub(crate) session_id: ID,
}

/// Which sessions end.
#[derive(InputObject)]
pub(crate) struct LogoutEverywhereInput {
    /// Whether the session of this request goes on.
    #[graphql(default)]
    pub(crate) keep_current: bool,
}

/// Where to go.
#[derive(InputObject)]
pub(crate) struct SwitchTenantInput {
    /// The tenant to work in.
    pub(crate) tenant_id: ID,
}
