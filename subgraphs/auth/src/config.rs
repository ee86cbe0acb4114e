//! The settings of signing in.

use std::num::NonZeroU32;

use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use url::Url;

use crate::oauth::OAuthConfig;

/// A lost reply is asked for again at once; a longer window would only help a thief.
const GRACE_MAX_S: u32 = 10;

/// Settings of accounts, sessions and tokens.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AuthConfig {
    /// Who issues the access tokens (`iss`): the public URL of the platform, or any other name that
    /// other software which verifies them expects.
    #[schemars(length(min = 1))]
    pub issuer: String,
    /// Whom the access tokens are for (`aud`). A token for somebody else is refused.
    #[schemars(length(min = 1))]
    pub audience: String,
    /// Who may register an account.
    pub registration: Registration,
    /// How long an access token is valid, in seconds.
    pub access_token_ttl_s: NonZeroU32,
    /// How long a refresh token is valid, in seconds. A session that is not used for so long ends.
    pub refresh_token_ttl_s: NonZeroU32,
    /// How long a session lasts at most, in seconds, however often it is used.
    pub session_ttl_s: NonZeroU32,
    /// For how many seconds a spent refresh token still returns its successor, 0 to 10, so that a
    /// client whose connection broke can ask again.
    #[serde(deserialize_with = "grace")]
    #[schemars(range(max = GRACE_MAX_S))]
    pub refresh_grace_s: u32,
    /// From where browsers send the cookie of a refresh token: `strict`, only from pages of the same
    /// site; `lax`, also when a link leads here; `none`, from every site whose origin
    /// `http.cors_origins` allows.
    pub cookie_same_site: SameSite,
    /// How many passwords are hashed at once. Each takes 19 MiB and one processor.
    #[schemars(range(min = 1, max = 256))]
    pub parallel_hashes: NonZeroU32,
    /// How often an account may sign in within a minute, in one process.
    pub account_logins_per_minute: NonZeroU32,
    /// How often one network address may sign in within a minute, in one process. Behind a proxy,
    /// set `trusted_proxies` as well: otherwise all clients share the proxy's address.
    pub address_logins_per_minute: NonZeroU32,
    /// How often one network address may register an account within a minute, in one process.
    pub address_registrations_per_minute: NonZeroU32,
    /// How many days a key signs access tokens before the next one does.
    #[schemars(range(min = 1, max = 3650))]
    pub signing_key_days: NonZeroU32,
    /// For how many hours the next key is published before it signs, so that whoever caches our
    /// keys knows it in time.
    #[schemars(range(min = 1, max = 240))]
    pub signing_key_lead_hours: NonZeroU32,
    /// Whether whoever registers must prove that the e-mail address is theirs before signing in.
    pub email_verification: EmailVerification,
    /// How often one network address may ask for letters or answer them within a minute, in one
    /// process. An e-mail address gets a few letters an hour at most, whoever asks for them.
    pub address_letters_per_minute: NonZeroU32,
    /// Where the links of letters lead.
    pub links: LinkConfig,
    /// For how many days the record of what happened to accounts and sessions is kept.
    #[schemars(range(min = 1, max = 36_500))]
    pub activity_kept_days: NonZeroU32,
    /// Signing in at other providers.
    pub oauth: OAuthConfig,
}

/// Whether an e-mail address must be proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EmailVerification {
    /// By a link or a code that a letter brings. Nobody learns from `register` who has an account.
    Required,
    /// Not at all: accounts can be used at once, and an address that has one is said to be taken.
    Off,
}

/// Where the links of letters lead: pages of a front end of one's own. Each gets the parameters
/// `token` and `lang`, and sends the token with the mutation of the same name. Without one, the
/// link leads to Portico's own page below `public_url`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LinkConfig {
    /// The page that proves an e-mail address, with `verifyEmail`.
    pub verify_email: Option<Url>,
    /// The page that asks for a new password, with `resetPassword`.
    pub reset_password: Option<Url>,
    /// The page that confirms a new e-mail address, with `confirmEmailChange`.
    pub confirm_email_change: Option<Url>,
}

/// Who may register an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Registration {
    /// Everybody.
    Open,
    /// Only administrators of the platform, for others.
    Closed,
}

/// From where browsers send a cookie (RFC 6265bis, section 5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SameSite {
    /// Only from pages of the same site.
    Strict,
    /// Also when a link leads here.
    Lax,
    /// From every site.
    None,
}

impl Default for AuthConfig {
    fn default() -> Self {
        const fn some(count: u32) -> NonZeroU32 {
            NonZeroU32::new(count).expect("a default is not zero")
        }
        const DAY: u32 = 24 * 60 * 60;
        Self {
            issuer: "portico".to_owned(),
            audience: "portico".to_owned(),
            registration: Registration::Open,
            access_token_ttl_s: some(15 * 60),
            refresh_token_ttl_s: some(7 * DAY),
            session_ttl_s: some(90 * DAY),
            refresh_grace_s: GRACE_MAX_S,
            cookie_same_site: SameSite::Strict,
            parallel_hashes: some(2),
            account_logins_per_minute: some(60),
            address_logins_per_minute: some(240),
            address_registrations_per_minute: some(60),
            signing_key_days: some(30),
            signing_key_lead_hours: some(24),
            email_verification: EmailVerification::Required,
            address_letters_per_minute: some(60),
            links: LinkConfig::default(),
            activity_kept_days: some(400),
            oauth: OAuthConfig::default(),
        }
    }
}

impl AuthConfig {
    /// Whether an unproven address keeps its user out.
    pub(crate) fn wants_proof(&self) -> bool {
        self.email_verification == EmailVerification::Required
    }

    pub(crate) fn access_token_ttl(&self) -> TimeDelta {
        TimeDelta::seconds(self.access_token_ttl_s.get().into())
    }

    pub(crate) fn refresh_token_ttl(&self) -> TimeDelta {
        TimeDelta::seconds(self.refresh_token_ttl_s.get().into())
    }

    pub(crate) fn session_ttl(&self) -> TimeDelta {
        TimeDelta::seconds(self.session_ttl_s.get().into())
    }

    pub(crate) fn refresh_grace(&self) -> TimeDelta {
        TimeDelta::seconds(self.refresh_grace_s.into())
    }

    pub(crate) fn signing_key_age(&self) -> TimeDelta {
        TimeDelta::days(self.signing_key_days.get().into())
    }

    pub(crate) fn signing_key_lead(&self) -> TimeDelta {
        TimeDelta::hours(self.signing_key_lead_hours.get().into())
    }

    pub(crate) fn activity_kept(&self) -> TimeDelta {
        TimeDelta::days(self.activity_kept_days.get().into())
    }
}

fn grace<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let seconds = u32::deserialize(deserializer)?;
    if seconds <= GRACE_MAX_S {
        return Ok(seconds);
    }
    Err(serde::de::Error::custom(format_args!(
        "`refresh_grace_s` must be from 0 to {GRACE_MAX_S}, and it is {seconds}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_survive_a_round_trip() {
        let tree = serde_json::to_value(AuthConfig::default()).expect("plain data");
        let config: AuthConfig = serde_json::from_value(tree.clone()).expect("valid");
        assert_eq!(serde_json::to_value(config).expect("plain data"), tree);
    }

    #[test]
    fn values_out_of_range_are_refused_by_name() {
        let refused = |text: &str| {
            let err = serde_json::from_str::<AuthConfig>(text).expect_err("refused");
            err.to_string()
        };
        assert!(refused(r#"{"refresh_grace_s": 11}"#).contains("`refresh_grace_s`"));
        assert!(refused(r#"{"parallel_hashes": 0}"#).contains("nonzero"));
        assert!(refused(r#"{"isuer": "x"}"#).contains("`isuer`"));
        assert!(refused(r#"{"registration": "maybe"}"#).contains("`maybe`"));
    }
}
