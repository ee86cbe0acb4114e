//! A credential becomes a viewer, here and nowhere else.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use auth::{Authenticated, Verifier};
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, header};
use kit::network::Network;
use kit::permission::Grants;
use kit::viewer::{Client, Cookies, Credential, Revealed};
use kit::{ApiError, App, Viewer};
use router::{Authenticate, Code, Expiry, GraphQLError, Standing};

use crate::browser::Browsers;
use crate::config::Config;
use crate::proxy::client_address;

/// Longest text that is kept of what a client calls itself.
const AGENT_CHARS_MAX: usize = 256;
/// Carries an API key, for programs that keep `Authorization` for a proxy.
const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Resolves who asks, for the router.
pub struct Identity {
    app: App,
    verifier: Verifier,
    trusted_proxies: Vec<Network>,
    browsers: Browsers,
}

impl Identity {
    /// Resolves against these databases.
    pub fn new(app: App, config: &Config) -> Self {
        let verifier = Verifier::new(app.clone(), &config.auth);
        Self {
            app,
            verifier,
            trusted_proxies: config.trusted_proxies.clone(),
            browsers: Browsers::new(config),
        }
    }

    async fn resolve(
        &self,
        headers: &HeaderMap,
        peer: Option<SocketAddr>,
    ) -> Result<Extensions, ApiError> {
        let mut extensions = Extensions::new();
        let client = Client {
            address: peer.map(|peer| client_address(peer.ip(), headers, &self.trusted_proxies)),
            agent: headers
                .get(header::USER_AGENT)
                .and_then(|agent| agent.to_str().ok())
                .map(|agent| agent.chars().take(AGENT_CHARS_MAX).collect()),
        };
        extensions.insert(Revealed::default());
        if let Some(cookies) = self.browsers.cookies(headers)? {
            extensions.insert(cookies);
        }
        if let Some(credential) = credential(headers)? {
            let signed_in = match credential {
                Presented::Token(token) => self.verifier.authenticate(token).await?,
                Presented::Key(key) => self.verifier.authenticate_key(key, &client).await?,
            };
            extensions.insert(self.expiry(signed_in.expires_at));
            let viewer = self.viewer(signed_in).await?;
            extensions.insert(standing(&viewer));
            extensions.insert(viewer);
        }
        extensions.insert(client);
        Ok(extensions)
    }

    /// When the token ends, on the clock that timers go by.
    fn expiry(&self, at: DateTime<Utc>) -> Expiry {
        let left = (at - self.app.clock.now())
            .to_std()
            .unwrap_or(Duration::ZERO);
        Expiry(Instant::now() + left)
    }

    /// Looks up what the user may do now: a role that was taken away a moment ago grants nothing. What
    /// one role grants, all grant; what one denies, all deny.
    async fn viewer(&self, signed_in: Authenticated) -> Result<Viewer, ApiError> {
        let mut conn = self.app.db.read().await?;
        if let Some(grants) = signed_in.own_grants {
            let tenant = signed_in.tenant.ok_or_else(left)?;
            if !tenant::is_active(&mut conn, tenant).await? {
                return Err(left());
            }
            return Ok(Viewer {
                user: signed_in.user,
                credential: signed_in.credential,
                tenant: Some(tenant),
                grants: Grants::new(grants),
            });
        }
        let roles = match signed_in.tenant {
            Some(tenant) => tenant::roles_of(&mut conn, tenant, signed_in.user).await?,
            None => None,
        };
        let is_key = matches!(signed_in.credential, Credential::UserKey(_));
        if is_key && signed_in.tenant.is_some() && roles.is_none() {
            return Err(left());
        }
        let of_roles = match (signed_in.tenant, &roles) {
            (Some(tenant), Some(roles)) => user::grants_of_roles(&mut conn, tenant, roles).await?,
            _ => Vec::new(),
        };
        let of_platform = platform::grants(&mut conn, signed_in.user).await?;
        let patterns = of_roles
            .into_iter()
            .chain(of_platform.into_iter().map(str::to_owned));
        Ok(Viewer {
            user: signed_in.user,
            credential: signed_in.credential,
            tenant: signed_in.tenant.filter(|_| roles.is_some()),
            grants: Grants::new(patterns).within(signed_in.scopes),
        })
    }
}

/// The refusal of a key that was made for a tenant which its user has left, or which is gone.
fn left() -> ApiError {
    let message = "this API key works in a tenant that its user does not belong to any more, \
                   or that is not active";
    ApiError::new(kit::Code::Unauthenticated, message)
}

/// A digest of what the viewer may do, and where. It is compared within this process only.
fn standing(viewer: &Viewer) -> Standing {
    let mut patterns = viewer.grants.patterns().collect::<Vec<_>>();
    patterns.sort_unstable();
    let mut hasher = DefaultHasher::new();
    (viewer.user, viewer.tenant, patterns, viewer.grants.scopes()).hash(&mut hasher);
    Standing(hasher.finish())
}

impl Authenticate for Identity {
    fn authenticate<'a>(
        &'a self,
        headers: &'a HeaderMap,
        peer: Option<SocketAddr>,
    ) -> BoxFuture<'a, Result<Extensions, GraphQLError>> {
        Box::pin(async move { self.resolve(headers, peer).await.map_err(refusal) })
    }

    fn answered(&self, extensions: &Extensions, headers: &mut HeaderMap) {
        let cookies = extensions.get::<Cookies>().map(Cookies::to_set);
        for cookie in cookies.unwrap_or_default() {
            match HeaderValue::try_from(cookie) {
                Ok(cookie) => drop(headers.append(header::SET_COOKIE, cookie)),
                Err(_) => tracing::error!("a cookie of ours is no header"),
            }
        }
    }
}

fn refusal(err: ApiError) -> GraphQLError {
    match err.code() {
        kit::Code::Internal => GraphQLError::internal(),
        kit::Code::RateLimited => GraphQLError::new(Code::RateLimited, err.message()),
        _ => GraphQLError::new(Code::Unauthenticated, err.message()),
    }
}

/// What a request is sent with.
enum Presented<'a> {
    Token(&'a str),
    Key(&'a str),
}

/// The one credential of the headers, if there is any.
fn credential(headers: &HeaderMap) -> Result<Option<Presented<'_>>, ApiError> {
    let bearer = bearer(headers)?.map(|text| match Verifier::is_api_key(text) {
        true => Presented::Key(text),
        false => Presented::Token(text),
    });
    let Some(key) = headers.get(API_KEY) else {
        return Ok(bearer);
    };
    match (bearer, key.to_str()) {
        (Some(_), _) => Err(refused("send `Authorization` or `X-API-Key`, and not both")),
        (None, Ok(key)) => Ok(Some(Presented::Key(key.trim()))),
        (None, Err(_)) => Err(refused("the header `X-API-Key` must be `ptk_…`")),
    }
}

/// The text of `Authorization: Bearer …`, if there is such a header.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, ApiError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let token = value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    match token {
        Some((_, token)) if !token.trim().is_empty() => Ok(Some(token.trim())),
        _ => Err(refused(
            "the header `Authorization` must be `Bearer <access token or API key>`",
        )),
    }
}

fn refused(message: &str) -> ApiError {
    ApiError::new(kit::Code::Unauthenticated, message)
}
