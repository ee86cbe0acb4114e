//! Everything that an operation on accounts and sessions can refuse or fail to do.

use kit::db::ConnectError;
use kit::error::StorageError;
use kit::id::{InvalidId, TenantId};
use kit::secret::SecretError;
use kit::{Code, Coded, Denied};

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
    /// Accounts are created by an administrator.
    #[error("registration is closed; ask an administrator for an account")]
    RegistrationClosed,
    /// Another account has the address.
    #[error("there is an account with this e-mail address; sign in with `login`")]
    EmailTaken,
    /// Not an address.
    #[error("this is no e-mail address")]
    InvalidEmail,
    /// Not a name.
    #[error("a name has 1 to {max} characters and no control characters", max = crate::account::NAME_MAX)]
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

impl Coded for AuthError {
    fn code(&self) -> Code {
        match self {
            Self::Denied(denied) => denied.code(),
            Self::InvalidId(invalid) => invalid.code(),
            Self::WrongCredentials
            | Self::InvalidAccessToken
            | Self::ExpiredAccessToken
            | Self::SessionEnded
            | Self::InvalidRefreshToken => Code::Unauthenticated,
            Self::Locked { .. } | Self::TooFast { .. } | Self::Busy => Code::RateLimited,
            Self::RegistrationClosed => Code::Forbidden,
            Self::EmailTaken => Code::Conflict,
            Self::InvalidEmail
            | Self::InvalidName
            | Self::PasswordLength(_)
            | Self::WeakPassword(_) => Code::BadUserInput,
            Self::UnknownTenant(_) => Code::NotFound,
            Self::Storage(_)
            | Self::Secret(_)
            | Self::Hash(_)
            | Self::Signing(_)
            | Self::Key(_) => Code::Internal,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::EmailTaken | Self::InvalidEmail => Some("/email"),
            Self::InvalidName => Some("/name"),
            Self::PasswordLength(_) | Self::WeakPassword(_) => Some("/password"),
            Self::InvalidRefreshToken => Some("/refreshToken"),
            Self::UnknownTenant(_) | Self::InvalidId(_) => Some("/tenantId"),
            _ => None,
        }
    }
}
