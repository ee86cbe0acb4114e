//! The two kinds of token. Neither passes for the other: an access token is signed and says what it
//! is, a refresh token is a random secret that only its digest is kept of.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, Header};
use kit::id::{SessionId, TenantId, UserId};
use kit::{secret, typed_id};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::config::AuthConfig;
use crate::store::session::Session;

typed_id!(
    /// One access token.
    TokenId, "tok");

/// What an access token's header says that it is (RFC 9068).
pub(crate) const ACCESS_TOKEN_TYPE: &str = "at+jwt";
/// What every refresh token begins with, for those who search leaked secrets.
const REFRESH_PREFIX: &str = "prt_";

/// What an access token says. It carries no permission and nothing personal: those change while the
/// token is on its way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Claims {
    pub(crate) iss: String,
    pub(crate) aud: String,
    pub(crate) sub: UserId,
    pub(crate) sid: SessionId,
    pub(crate) jti: TokenId,
    pub(crate) iat: i64,
    pub(crate) exp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tid: Option<TenantId>,
    /// How many factors opened the session.
    #[serde(default = "one_factor")]
    pub(crate) aal: i16,
    pub(crate) auth_time: i64,
}

const fn one_factor() -> i16 {
    1
}

impl Claims {
    /// The claims of a token for a session, issued now.
    pub(crate) fn of(config: &AuthConfig, session: &Session, now: DateTime<Utc>) -> Self {
        let end = session.expires_at.and_utc();
        Self {
            iss: config.issuer.clone(),
            aud: config.audience.clone(),
            sub: session.user,
            sid: session.id,
            jti: TokenId::new(),
            iat: now.timestamp(),
            exp: (now + config.access_token_ttl()).min(end).timestamp(),
            tid: session.tenant,
            aal: session.aal,
            auth_time: session.authenticated_at.and_utc().timestamp(),
        }
    }
}

/// The header of an access token.
pub(crate) fn header(kid: String) -> Header {
    Header {
        typ: Some(ACCESS_TOKEN_TYPE.to_owned()),
        kid: Some(kid),
        ..Header::new(Algorithm::EdDSA)
    }
}

/// A refresh token. It is shown to the client and kept by nobody else.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RefreshToken(String);

impl RefreshToken {
    /// A new random token.
    pub(crate) fn new() -> Self {
        Self(format!("{REFRESH_PREFIX}{}", secret::random_text::<32>()))
    }

    /// Reads a token, which says nothing about whether it is known.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let secret = text.strip_prefix(REFRESH_PREFIX)?;
        let bytes = (secret.len() == 43).then(|| URL_SAFE_NO_PAD.decode(secret))?;
        bytes.is_ok().then(|| Self(text.to_owned()))
    }

    /// What it is known by.
    pub(crate) fn digest(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.0))
    }

    /// The token itself, for the client alone.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshToken([hidden])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_token_reads_back() {
        let token = RefreshToken::new();
        assert_eq!(RefreshToken::parse(token.reveal()), Some(token.clone()));
        assert_eq!(token.digest().len(), 43);
        assert!(!format!("{token:?}").contains(token.reveal()));
    }

    #[test]
    fn nothing_else_is_a_refresh_token() {
        let good = RefreshToken::new();
        for text in [
            "",
            "prt_",
            "eyJhbGciOiJFZERTQSJ9.e30.AAAA",
            &good.reveal()[..46],
            &format!("{}A", good.reveal()),
            &good.reveal().replacen("prt_", "ptk_", 1),
            &format!("prt_{}", "*".repeat(43)),
        ] {
            assert_eq!(RefreshToken::parse(text), None, "{text}");
        }
    }
}
