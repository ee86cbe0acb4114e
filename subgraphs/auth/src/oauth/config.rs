//! The settings of signing in at other providers.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use url::Url;

const NAME_MAX: usize = 32;
const ISSUER_MAX: usize = 255;

/// Settings of signing in at other providers.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OAuthConfig {
    /// The providers, by a name of lower-case letters, digits and `-` that stands in addresses. Each
    /// is registered there with the redirect URI `PUBLIC_URL/auth/oauth/NAME/callback`. A provider in
    /// a private network has to be listed in `outbound.allow` as well. In the environment, one JSON
    /// object.
    #[serde(deserialize_with = "providers")]
    #[schemars(extend("writeOnly" = true))]
    pub providers: BTreeMap<String, ProviderConfig>,
    /// Other origins that a sign-in may end at, such as `https://app.example.com`.
    pub return_origins: Vec<Url>,
}

/// One provider.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProviderConfig {
    /// What it speaks.
    pub kind: ProviderKind,
    /// What the provider calls this platform.
    #[schemars(length(min = 1))]
    pub client_id: String,
    /// What this platform proves itself with.
    pub client_secret: ClientSecret,
    /// The issuer exactly as the provider writes it; needed for `oidc` and for no other kind.
    #[serde(default)]
    pub issuer: Option<String>,
    /// What is asked for. Without it: `openid`, `email` and `profile`, or `read:user` and
    /// `user:email` at GitHub.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// What people read on the button. Without it, the name of the kind, or of the provider.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Where GitHub's pages are; another address for GitHub Enterprise Server.
    #[serde(default)]
    pub github_url: Option<Url>,
    /// Where GitHub's API is; `https://HOST/api/v3` for GitHub Enterprise Server.
    #[serde(default)]
    pub github_api_url: Option<Url>,
}

/// What a provider speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProviderKind {
    /// Google, which speaks OpenID Connect.
    Google,
    /// GitHub, which speaks OAuth 2 and has an API of its own.
    Github,
    /// Any other issuer of OpenID Connect.
    Oidc,
}

/// A client secret, which is never shown.
#[derive(Clone, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("writeOnly" = true))]
pub struct ClientSecret(String);

impl ClientSecret {
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

impl<'de> Deserialize<'de> for ClientSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Through a value, since the error of a string would repeat what was found.
        match Value::deserialize(deserializer)? {
            Value::String(secret) if !secret.is_empty() => Ok(Self(secret)),
            _ => Err(D::Error::custom("`client_secret` is no text")),
        }
    }
}

impl ProviderConfig {
    fn check(&self) -> Result<(), String> {
        if self.client_id.is_empty() {
            return Err("`client_id` is empty".to_owned());
        }
        match (self.kind, &self.issuer) {
            (ProviderKind::Oidc, None) => return Err("`issuer` is missing".to_owned()),
            (ProviderKind::Oidc, Some(issuer)) => check_issuer(issuer)?,
            (_, Some(_)) => return Err("only `oidc` has an `issuer`".to_owned()),
            (_, None) => {}
        }
        let is_elsewhere = self.github_url.is_some() || self.github_api_url.is_some();
        if is_elsewhere && self.kind != ProviderKind::Github {
            return Err("only `github` has `github_url` and `github_api_url`".to_owned());
        }
        if is_elsewhere && (self.github_url.is_none() || self.github_api_url.is_none()) {
            return Err("`github_url` and `github_api_url` belong together".to_owned());
        }
        Ok(())
    }
}

fn check_issuer(issuer: &str) -> Result<(), String> {
    let parsed = issuer.parse::<Url>().ok();
    let is_fit = parsed.is_some_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.query().is_none()
            && url.fragment().is_none()
    });
    match is_fit && issuer.is_ascii() && issuer.len() <= ISSUER_MAX {
        true => Ok(()),
        false => Err("`issuer` is no address such as https://id.example.com".to_owned()),
    }
}

fn providers<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, ProviderConfig>, D::Error> {
    // Through values, so that no error repeats a text with a secret in it.
    let Ok(providers) = Map::<String, Value>::deserialize(deserializer) else {
        return Err(D::Error::custom("expected an object of providers by name"));
    };
    let read = providers.into_iter().map(|(name, value)| {
        let is_name = (1..=NAME_MAX).contains(&name.len())
            && name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !is_name {
            let expected = "a name has 1 to 32 lower-case letters, digits and `-`";
            return Err(D::Error::custom(format_args!("{expected}, not `{name}`")));
        }
        let wrong = |reason: String| D::Error::custom(format_args!("`{name}`: {reason}"));
        let provider: ProviderConfig =
            serde_json::from_value(value).map_err(|err| wrong(err.to_string()))?;
        provider.check().map_err(wrong)?;
        Ok((name, provider))
    });
    read.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refusal(providers: Value) -> String {
        let config = json!({ "providers": providers });
        let refused = serde_json::from_value::<OAuthConfig>(config);
        refused.expect_err("refused").to_string()
    }

    #[test]
    fn what_is_wrong_with_a_provider_is_said_without_its_secret() {
        let github = json!({ "kind": "github", "client_id": "a", "client_secret": "hush" });
        let with = |key: &str, value: Value| {
            let mut provider = github.clone();
            provider[key] = value;
            provider
        };
        for (providers, expected) in [
            (json!("{ hush }"), "expected an object of providers"),
            (json!({ "Git Hub": github }), "not `Git Hub`"),
            (
                json!({ "g": with("kind", json!("oidc")) }),
                "`g`: `issuer` is missing",
            ),
            (
                json!({ "g": with("issuer", json!("https://a.b")) }),
                "only `oidc`",
            ),
            (
                json!({ "g": with("client_id", json!("")) }),
                "`client_id` is empty",
            ),
            (
                json!({ "g": with("client_secret", json!(471_147)) }),
                "`client_secret` is no text",
            ),
            (
                json!({ "g": with("secret", json!("x")) }),
                "unknown field `secret`",
            ),
            (
                json!({ "g": with("github_url", json!("https://a.b")) }),
                "belong together",
            ),
        ] {
            let said = refusal(providers);
            assert!(said.contains(expected), "{said}");
            assert!(!said.contains("hush") && !said.contains("471"), "{said}");
        }
        let config = json!({ "providers": { "github": github } });
        let config: OAuthConfig = serde_json::from_value(config).expect("valid");
        assert!(!format!("{config:?}").contains("hush"));
    }
}
