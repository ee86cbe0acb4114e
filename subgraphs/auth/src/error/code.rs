//! The code of each refusal, and the input that is at fault.

use kit::{Code, Coded};

use super::AuthError;

impl Coded for AuthError {
    fn code(&self) -> Code {
        match self {
            Self::Denied(denied) => denied.code(),
            Self::InvalidId(invalid) => invalid.code(),
            Self::WrongCredentials
            | Self::InvalidAccessToken
            | Self::ExpiredAccessToken
            | Self::SessionEnded
            | Self::InvalidRefreshToken
            | Self::NoRefreshToken
            | Self::InvalidChallenge
            | Self::InvalidApiKey
            | Self::RevokedApiKey
            | Self::ExpiredApiKey => Code::Unauthenticated,
            Self::Locked { .. } | Self::TooFast { .. } | Self::Busy => Code::RateLimited,
            Self::RegistrationClosed
            | Self::Deactivated
            | Self::NotYourself
            | Self::ScopeNotGranted(_)
            | Self::OtherBrowser
            | Self::OtherProvider
            | Self::AddressUnverified { .. } => Code::Forbidden,
            Self::EmailTaken
            | Self::UserExists
            | Self::TwoFactorOn
            | Self::TwoFactorOff
            | Self::NoPendingTwoFactor
            | Self::NothingToProve
            | Self::IdentityTaken
            | Self::ProviderLinked
            | Self::OwnAccount
            | Self::LastOwner(_)
            | Self::LastWayIn => Code::Conflict,
            Self::UnknownFlow | Self::ProviderRefused { .. } | Self::InvalidHandOver => {
                Code::Unauthenticated
            }
            Self::ProviderUnavailable { .. } => Code::RateLimited,
            Self::InvalidReturn | Self::LinkHandedOver => Code::BadUserInput,
            Self::UnknownProvider | Self::UnknownIdentity | Self::UnknownUser(_) => Code::NotFound,
            Self::UnknownTenant(_) | Self::UnknownSession(_) => Code::NotFound,
            Self::UnknownApiKey(_) => Code::NotFound,
            Self::InvalidEmail
            | Self::InvalidName
            | Self::InvalidSessionName
            | Self::PasswordLength(_)
            | Self::WeakPassword(_)
            | Self::WrongCode
            | Self::WrongRecoveryCode
            | Self::TwoCodes
            | Self::MissingCode
            | Self::MissingPassword
            | Self::WrongProof
            | Self::InvalidKeyName
            | Self::ScopeCount
            | Self::MalformedScope(_)
            | Self::InvalidExpiry
            | Self::InvalidProof
            | Self::NoProof
            | Self::NoOwnProof
            | Self::WrongPassword
            | Self::InvalidLocale => Code::BadUserInput,
            Self::At { source, .. } => source.code(),
            Self::TooManyApiKeys(_) => Code::QuotaExceeded,
            Self::Storage(_)
            | Self::Secret(_)
            | Self::Hash(_)
            | Self::Signing(_)
            | Self::Key(_) => Code::Internal,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::EmailTaken | Self::UserExists | Self::InvalidEmail => Some("/email"),
            Self::InvalidName | Self::InvalidSessionName | Self::InvalidKeyName => Some("/name"),
            Self::UnknownSession(_) => Some("/sessionId"),
            Self::UnknownUser(_) | Self::OwnAccount => Some("/userId"),
            Self::PasswordLength(_) | Self::WeakPassword(_) | Self::MissingPassword => {
                Some("/password")
            }
            Self::WrongCode | Self::MissingCode => Some("/code"),
            Self::WrongRecoveryCode | Self::TwoCodes => Some("/recoveryCode"),
            Self::InvalidChallenge => Some("/challengeToken"),
            Self::UnknownApiKey(_) => Some("/apiKeyId"),
            Self::ScopeCount | Self::MalformedScope(_) | Self::ScopeNotGranted(_) => {
                Some("/scopes")
            }
            Self::InvalidExpiry => Some("/expiresAt"),
            Self::InvalidRefreshToken | Self::NoRefreshToken => Some("/refreshToken"),
            Self::WrongPassword => Some("/currentPassword"),
            Self::InvalidLocale => Some("/locale"),
            Self::At { field, .. } => Some(field),
            Self::UnknownTenant(_) | Self::InvalidId(_) => Some("/tenantId"),
            Self::UnknownProvider => Some("/provider"),
            Self::InvalidReturn => Some("/returnTo"),
            Self::LinkHandedOver => Some("/handOver"),
            Self::UnknownFlow => Some("/state"),
            Self::UnknownIdentity => Some("/identityId"),
            Self::InvalidHandOver => Some("/code"),
            _ => None,
        }
    }
}
