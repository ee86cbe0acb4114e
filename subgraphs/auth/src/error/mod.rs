//! Everything that an operation on accounts and sessions can refuse or fail to do.

mod code;

use kit::db::ConnectError;
use kit::error::StorageError;
use kit::id::{ApiKeyId, InvalidId, SessionId, TenantId, UserId};
use kit::secret::SecretError;
use kit::{Coded as _, Denied};

use crate::oauth::ProviderError;
use crate::password::{LENGTH_MAX, LENGTH_MIN};

/// Why an operation did not happen.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// The viewer may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// An id is malformed.
    #[error(transparent)]
    InvalidId(#[from] InvalidId),
    /// Unknown account or wrong password; which of the two is nobody's business.
    #[error("wrong e-mail address or password")]
    WrongCredentials,
    /// The account was closed for its user, who has proven to be that.
    #[error("this account is deactivated; ask an administrator")]
    Deactivated,
    /// Too many failed attempts on this account or from this address.
    #[error("too many failed attempts; try again in {seconds} s")]
    Locked {
        /// Until then.
        seconds: i64,
    },
    /// Too many attempts within a minute, successful or not.
    #[error("too many requests of this kind; try again in {seconds} s")]
    TooFast {
        /// Until then.
        seconds: i64,
    },
    /// Too many passwords wait to be checked.
    #[error("too many people are signing in; try again in a moment")]
    Busy,
    /// Not an access token that we issued for ourselves.
    #[error("this is no valid access token; sign in with `login`")]
    InvalidAccessToken,
    /// An access token whose time is over.
    #[error("the access token has expired; get a new one with `refreshSession`")]
    ExpiredAccessToken,
    /// The session was signed out, replayed or is too old.
    #[error("this session has ended; sign in with `login`")]
    SessionEnded,
    /// Not a refresh token that is good for anything.
    #[error("this refresh token is unknown, spent or expired; sign in with `login`")]
    InvalidRefreshToken,
    /// Neither in the input nor in a cookie.
    #[error(
        "there is no refresh token: give `refreshToken`, or send `X-Portico-Session: cookie` from the browser that signed in so"
    )]
    NoRefreshToken,
    /// Accounts are created by an administrator.
    #[error("registration is closed; ask an administrator for an account")]
    RegistrationClosed,
    /// Another account has the address.
    #[error("there is an account with this e-mail address; sign in with `login`")]
    EmailTaken,
    /// The same, to whoever makes an account for somebody else.
    #[error(
        "there is an account with this e-mail address; `users(filter: {{ everywhere: true }})` finds it"
    )]
    UserExists,
    /// Not an address.
    #[error("this is no e-mail address")]
    InvalidEmail,
    /// Not a name.
    #[error("a name has 1 to {max} characters and no control characters", max = crate::person::NAME_MAX)]
    InvalidName,
    /// Too short or too long.
    #[error("a password has {LENGTH_MIN} to {LENGTH_MAX} characters, and this one has {0}")]
    PasswordLength(usize),
    /// Too easy to guess, and what would help.
    #[error("this password is too easy to guess: {0}")]
    WeakPassword(String),
    /// Absent, or a tenant that the viewer does not belong to.
    #[error("tenant {0} does not exist")]
    UnknownTenant(TenantId),
    /// Absent, ended, or another user's.
    #[error("you have no session {0}; `viewer {{ sessions }}` lists yours")]
    UnknownSession(SessionId),
    /// Not a name of a session.
    #[error("a session's name has at most {max} characters and no control characters", max = crate::session::NAME_MAX)]
    InvalidSessionName,
    /// Absent.
    #[error("user {0} does not exist")]
    UnknownUser(UserId),
    /// Closing the account that one is signed in with.
    #[error(
        "this is your own account; have another administrator deactivate it, or delete it with `deleteUser`"
    )]
    OwnAccount,
    /// Without the user, a tenant that others are in has no owner.
    #[error(
        "tenant {0} has no other owner; make another member an owner first, in the tenant, with `updateTenantMember`"
    )]
    LastOwner(TenantId),
    /// Asking about another user.
    #[error("this is shown to yourself only")]
    NotYourself,
    /// Reading or writing rows failed.
    #[error("identity storage failed")]
    Storage(#[from] StorageError),
    /// A sealed secret cannot be opened.
    #[error("a sealed secret cannot be opened")]
    Secret(#[from] SecretError),
    /// A password could not be hashed or a stored hash could not be read.
    #[error("a password cannot be hashed: {0}")]
    Hash(argon2::password_hash::Error),
    /// A token could not be signed.
    #[error("an access token cannot be signed")]
    Signing(#[source] jsonwebtoken::errors::Error),
    /// A stored key cannot be read.
    #[error("the signing key {0} is unreadable")]
    Key(String),
    /// The second factor is in use already.
    #[error("the second factor is on; turn it off with `disableTwoFactor` to set up another")]
    TwoFactorOn,
    /// There is no second factor.
    #[error("the second factor is off; turn it on with `setupTwoFactor`")]
    TwoFactorOff,
    /// Nothing waits to be confirmed.
    #[error("no second factor waits to be confirmed; begin with `setupTwoFactor`")]
    NoPendingTwoFactor,
    /// Not a code that is good now.
    #[error("this code is wrong, too old or was used already; wait for the next one of your app")]
    WrongCode,
    /// Not a recovery code that is left.
    #[error("this recovery code is wrong or was used already")]
    WrongRecoveryCode,
    /// A code and a recovery code at once.
    #[error("give `code` or `recoveryCode`, not both")]
    TwoCodes,
    /// A second factor is needed and was not given.
    #[error("this needs a code of your authenticator app, or a recovery code")]
    MissingCode,
    /// The password is needed and was not given.
    #[error("this needs the password of your account")]
    MissingPassword,
    /// Password or code are wrong; which of them is nobody's business.
    #[error("the password or the code is wrong")]
    WrongProof,
    /// Neither password nor second factor.
    #[error("your account has no password and no second factor; sign in anew instead")]
    NothingToProve,
    /// Not a challenge that can be met.
    #[error(
        "this sign-in is unknown, too old, completed or had too many attempts; begin again with `login`"
    )]
    InvalidChallenge,
    /// Not a key of ours.
    #[error("this is no valid API key; make one with `createApiKey`")]
    InvalidApiKey,
    /// A key that was revoked.
    #[error("this API key was revoked; make another with `createApiKey`")]
    RevokedApiKey,
    /// A key whose time is over.
    #[error("this API key has expired; make another with `createApiKey`")]
    ExpiredApiKey,
    /// Absent, or a key that the viewer may not manage.
    #[error("API key {0} does not exist")]
    UnknownApiKey(ApiKeyId),
    /// Not a name of a key.
    #[error("a key's name has 1 to {max} characters and no control characters", max = crate::person::NAME_MAX)]
    InvalidKeyName,
    /// No scopes, or too many.
    #[error("a key has 1 to {max} scopes", max = crate::api_key::SCOPES_MAX)]
    ScopeCount,
    /// Not a pattern of permissions.
    #[error(
        "`{0}` is no scope: write `resource:action`, where `*` stands for a whole segment, such as `service.*:read`"
    )]
    MalformedScope(String),
    /// A scope of a tenant's key that its maker does not hold.
    #[error(
        "you cannot give the scope `{0}` to a key of the tenant, because your roles do not grant all of it"
    )]
    ScopeNotGranted(String),
    /// In the past, or too far in the future.
    #[error("a key expires in the future, and within five years")]
    InvalidExpiry,
    /// The owner has as many keys as it can have.
    #[error("a user or a tenant can have at most {0} API keys; revoke one that is no longer used")]
    TooManyApiKeys(i64),
    /// Not a provider of the configuration.
    #[error("there is no such provider; `oauthProviders` lists those that there are")]
    UnknownProvider,
    /// A page that a sign-in must not end at.
    #[error(
        "a sign-in ends at a path of this platform such as `/welcome`, or at an address of an origin \
         in the setting `auth.oauth.return_origins`"
    )]
    InvalidReturn,
    /// The callback ends a sign-in and cannot link.
    #[error("`LINK` and `handOver` do not go together: to link takes the session that asks for it")]
    LinkHandedOver,
    /// A state that is good for nothing.
    #[error("this sign-in is unknown, ended or too old; begin again with `oauthAuthorization`")]
    UnknownFlow,
    /// The one who ends a sign-in is not the one who began it.
    #[error("this sign-in was begun in another browser or session; begin again in this one")]
    OtherBrowser,
    /// The state of one provider came back from another one.
    #[error("this sign-in was begun at another provider; begin again")]
    OtherProvider,
    /// The provider refused, or its answer is not good enough. Why is in the log.
    #[error("{provider} did not confirm who you are; begin again")]
    ProviderRefused {
        /// Its name for people.
        provider: String,
    },
    /// The provider is away.
    #[error("{provider} cannot be reached at the moment; try again later")]
    ProviderUnavailable {
        /// Its name for people.
        provider: String,
    },
    /// The provider names no address that it has found to be the user's.
    #[error(
        "{provider} does not say that your e-mail address is yours; confirm it there, or sign in with \
         your password and link {provider} to your account"
    )]
    AddressUnverified {
        /// Its name for people.
        provider: String,
    },
    /// Another account is linked to this identity.
    #[error("this is linked to another account; unlink it there first")]
    IdentityTaken,
    /// The account has an identity of the same provider.
    #[error("your account is linked to somebody else at this provider; unlink that first")]
    ProviderLinked,
    /// Without it nobody could sign in.
    #[error(
        "this is the only way to sign in to your account; set a password or link another provider first"
    )]
    LastWayIn,
    /// Absent, or another's.
    #[error("your account has no such identity; `User.identities` lists those that it has")]
    UnknownIdentity,
    /// A code that is good for nothing.
    #[error("this code is unknown, redeemed or too old; sign in again")]
    InvalidHandOver,
    /// A link or a code that is good for nothing, whatever the reason.
    #[error("this link or code is unknown, used or too old; ask for a new one")]
    InvalidProof,
    /// Neither a link nor a code, or both.
    #[error("send either `token`, or `email` and `code`")]
    NoProof,
    /// The same where an access token says whose the code is.
    #[error("send either `token`, or `code` with an access token")]
    NoOwnProof,
    /// Not the password of the viewer's account.
    #[error("this is not the password of your account")]
    WrongPassword,
    /// Not a language tag.
    #[error("a locale is a language tag of at most 16 characters, such as `en` or `id-ID`")]
    InvalidLocale,
    /// Something that an operation takes under another name.
    #[error("{source}")]
    At {
        /// A JSON pointer into the input.
        field: &'static str,
        /// What is wrong with it.
        source: Box<AuthError>,
    },
}

impl AuthError {
    /// What a client reads of a provider's failure.
    pub(crate) fn of_provider(provider: &str, err: ProviderError) -> Self {
        let provider = provider.to_owned();
        match err.is_outage() {
            true => Self::ProviderUnavailable { provider },
            false => Self::ProviderRefused { provider },
        }
    }

    /// The same for a wrong code as for a wrong password.
    pub(crate) fn hide_which_proof(self) -> Self {
        match self {
            Self::WrongCode | Self::WrongRecoveryCode => Self::WrongProof,
            other => other,
        }
    }

    /// The same about another field of the input.
    pub(crate) fn at(self, field: &'static str) -> Self {
        match self.field() {
            Some(_) => Self::At {
                field,
                source: Box::new(self),
            },
            None => self,
        }
    }
}

impl From<diesel::result::Error> for AuthError {
    fn from(err: diesel::result::Error) -> Self {
        Self::Storage(err.into())
    }
}

impl From<ConnectError> for AuthError {
    fn from(err: ConnectError) -> Self {
        Self::Storage(err.into())
    }
}
