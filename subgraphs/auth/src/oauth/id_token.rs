//! ID tokens (OpenID Connect Core 1.0, section 3.1.3.7): who an issuer says came, in a form that
//! nobody else can make.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256, Sha512};

/// Longer texts are no tokens of an issuer that we want.
const BYTES_MAX: usize = 16 * 1024;
/// How far clocks may be apart.
const SKEW: TimeDelta = TimeDelta::seconds(60);
/// A token was made for this sign-in, which takes ten minutes at most.
const AGE_MAX: TimeDelta = TimeDelta::minutes(15);
const SUBJECT_MAX: usize = 255;
const ALGORITHMS: [Algorithm; 4] = [
    Algorithm::RS256,
    Algorithm::PS256,
    Algorithm::ES256,
    Algorithm::EdDSA,
];

/// What a token must say.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    /// The access token that came with it.
    pub(super) access_token: &'a str,
    pub(super) now: DateTime<Utc>,
}

/// What is read from a token whose signature holds.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    iss: String,
    pub(super) sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nonce: Option<String>,
    at_hash: Option<String>,
    #[serde(flatten)]
    pub(super) person: Person,
}

/// What an issuer says of a person, in a token or by its user info endpoint.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Person {
    pub(super) email: Option<String>,
    /// Some issuers write it as a text.
    email_verified: Option<Value>,
    pub(super) name: Option<String>,
    pub(super) locale: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Why a token is refused.
#[derive(Debug, thiserror::Error)]
#[error("the ID token is refused: {0}")]
pub(crate) struct Refused(&'static str);

impl Person {
    pub(super) fn is_verified(&self) -> bool {
        match &self.email_verified {
            Some(Value::Bool(verified)) => *verified,
            Some(Value::String(text)) => text == "true",
            _ => false,
        }
    }
}

/// The header of a token, if it is one that we would verify.
pub(super) fn header(token: &str) -> Result<Header, Refused> {
    if token.len() > BYTES_MAX {
        return Err(Refused("it is too long"));
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| Refused("it is malformed"))?;
    match ALGORITHMS.contains(&header.alg) && header.crit.is_none() {
        true => Ok(header),
        false => Err(Refused("its algorithm is none that we accept")),
    }
}

/// Verifies a token by the key that its header names.
pub(super) fn verify(
    token: &str,
    header: &Header,
    key: &DecodingKey,
    expected: &Expected<'_>,
) -> Result<Claims, Refused> {
    let mut validation = Validation::new(header.alg);
    // The library reads the system's clock and knows fewer rules; the claims are checked below.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let decoded = jsonwebtoken::decode::<Claims>(token, key, &validation);
    let claims =
        decoded.map_err(|_| Refused("its signature does not hold, or a claim is missing"))?;
    let claims = claims.claims;
    claims.check(header.alg, expected)?;
    Ok(claims)
}

impl Claims {
    fn check(&self, algorithm: Algorithm, expected: &Expected<'_>) -> Result<(), Refused> {
        let rules = [
            (self.iss == expected.issuer, "another issuer"),
            (self.is_for(expected.client_id), "another audience"),
            (
                self.nonce.as_deref() == Some(expected.nonce),
                "another nonce",
            ),
            (self.is_in_time(expected.now), "its time"),
            (
                (1..=SUBJECT_MAX).contains(&self.sub.len()) && self.sub.is_ascii(),
                "its subject",
            ),
            (
                self.belongs_to(expected.access_token, algorithm),
                "another access token",
            ),
        ];
        match rules.into_iter().find(|(holds, _)| !holds) {
            Some((_, rule)) => Err(Refused(rule)),
            None => Ok(()),
        }
    }

    /// A token for others besides us names us as the one whom it was issued to.
    fn is_for(&self, client_id: &str) -> bool {
        let (is_among, is_alone) = match &self.aud {
            Audience::One(one) => (one == client_id, true),
            Audience::Many(many) => (many.iter().any(|one| one == client_id), many.len() == 1),
        };
        let is_party = match &self.azp {
            Some(party) => party == client_id,
            None => is_alone,
        };
        is_among && is_party
    }

    fn is_in_time(&self, now: DateTime<Utc>) -> bool {
        let at = |seconds| DateTime::from_timestamp(seconds, 0);
        let (Some(expires), Some(issued)) = (at(self.exp), at(self.iat)) else {
            return false;
        };
        expires > now - SKEW && issued <= now + SKEW && issued > now - AGE_MAX
    }

    /// `at_hash` is the left half of the access token's hash, where it is given (section 3.1.3.6).
    fn belongs_to(&self, access_token: &str, algorithm: Algorithm) -> bool {
        let Some(given) = &self.at_hash else {
            return true;
        };
        let half = match algorithm {
            Algorithm::EdDSA => Sha512::digest(access_token)[..32].to_vec(),
            _ => Sha256::digest(access_token)[..16].to_vec(),
        };
        *given == URL_SAFE_NO_PAD.encode(half)
    }
}
