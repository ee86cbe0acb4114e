//! What an issuer says about itself (OpenID Connect Discovery 1.0), kept for an hour.

use chrono::{DateTime, TimeDelta, Utc};
use kit::App;
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use super::fetch::{self, FetchError, PAUSE};

const PATH: &str = "/.well-known/openid-configuration";
const KEPT: TimeDelta = TimeDelta::hours(1);

/// As much of the metadata as we need.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Metadata {
    pub(super) issuer: String,
    pub(super) authorization_endpoint: Url,
    pub(super) token_endpoint: Url,
    pub(super) jwks_uri: Url,
    pub(super) userinfo_endpoint: Option<Url>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// An issuer's metadata.
pub(super) struct Discovery {
    issuer: String,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    metadata: Option<Metadata>,
    asked_at: Option<DateTime<Utc>>,
    failed_at: Option<DateTime<Utc>>,
}

impl Metadata {
    /// Whether the client's secret goes into the form; otherwise it goes into a header, which is
    /// what holds when an issuer says nothing.
    pub(super) fn wants_secret_in_form(&self) -> bool {
        let has = |method: &str| {
            let methods = self.token_endpoint_auth_methods_supported.as_ref();
            methods.is_some_and(|methods| methods.iter().any(|one| one == method))
        };
        has("client_secret_post") && !has("client_secret_basic")
    }

    /// Whether a callback must say who issued it (RFC 9207, section 2.3).
    pub(super) fn names_issuer(&self) -> bool {
        self.authorization_response_iss_parameter_supported
    }

    fn check(&self, issuer: &str) -> Result<(), FetchError> {
        if self.issuer != issuer {
            return Err(FetchError::Malformed("the metadata are of another issuer"));
        }
        let endpoints = [
            Some(&self.authorization_endpoint),
            Some(&self.token_endpoint),
            Some(&self.jwks_uri),
            self.userinfo_endpoint.as_ref(),
        ];
        let is_fit = |url: &Url| {
            url.scheme() == "https" || (url.scheme() == "http" && issuer.starts_with("http:"))
        };
        match endpoints.into_iter().flatten().all(is_fit) {
            true => Ok(()),
            false => Err(FetchError::Malformed("an endpoint is not reached by TLS")),
        }
    }
}

impl Discovery {
    pub(super) fn new(issuer: String) -> Self {
        Self {
            issuer,
            known: Mutex::default(),
        }
    }

    /// The metadata. Old ones do while the issuer is away.
    pub(super) async fn metadata(&self, app: &App) -> Result<Metadata, FetchError> {
        let mut known = self.known.lock().await;
        let now = app.clock.now();
        let is_within = |at: Option<DateTime<Utc>>, time| at.is_some_and(|at| now - at < time);
        if let Some(metadata) = &known.metadata
            && (is_within(known.asked_at, KEPT) || is_within(known.failed_at, PAUSE))
        {
            return Ok(metadata.clone());
        }
        if is_within(known.failed_at, PAUSE) {
            return Err(FetchError::JustFailed);
        }
        match self.fetch(app).await {
            Ok(metadata) => {
                known.asked_at = Some(now);
                known.metadata = Some(metadata.clone());
                Ok(metadata)
            }
            Err(err) => {
                known.failed_at = Some(app.clock.now());
                match &known.metadata {
                    Some(metadata) => {
                        let error = &err as &dyn std::error::Error;
                        tracing::warn!(error, issuer = self.issuer, "old metadata are used");
                        Ok(metadata.clone())
                    }
                    None => Err(err),
                }
            }
        }
    }

    async fn fetch(&self, app: &App) -> Result<Metadata, FetchError> {
        let url = format!("{}{PATH}", self.issuer.trim_end_matches('/'));
        let url = url
            .parse()
            .map_err(|_| FetchError::Malformed("the issuer is no address"))?;
        let headers = fetch::headers("application/json", None)?;
        let metadata: Metadata = fetch::get(&app.outbound, url, headers).await?;
        metadata.check(&self.issuer)?;
        Ok(metadata)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn metadata(changes: Value) -> Metadata {
        let mut whole = json!({
            "issuer": "https://id.example",
            "authorization_endpoint": "https://id.example/auth",
            "token_endpoint": "https://id.example/token",
            "jwks_uri": "https://id.example/keys",
        });
        for (key, value) in changes.as_object().expect("an object") {
            whole[key] = value.clone();
        }
        serde_json::from_value(whole).expect("metadata")
    }

    #[test]
    fn metadata_of_another_issuer_or_without_tls_are_refused() {
        let check = |changes| metadata(changes).check("https://id.example").is_ok();
        assert!(check(json!({})));
        assert!(!check(json!({ "issuer": "https://id.example/" })));
        assert!(!check(
            json!({ "token_endpoint": "http://id.example/token" })
        ));
        assert!(!check(json!({ "userinfo_endpoint": "file:///etc/passwd" })));
    }

    #[test]
    fn the_secret_goes_where_the_issuer_wants_it() {
        for (methods, in_form) in [
            (json!(null), false),
            (json!(["client_secret_post"]), true),
            (json!(["client_secret_post", "client_secret_basic"]), false),
        ] {
            let metadata = metadata(json!({ "token_endpoint_auth_methods_supported": methods }));
            assert_eq!(metadata.wants_secret_in_form(), in_form);
        }
    }
}
