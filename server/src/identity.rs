//! A credential becomes a viewer, here and nowhere else.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use auth::{Authenticated, Verifier};
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use http::{Extensions, HeaderMap, header};
use kit::network::Network;
use kit::permission::Grants;
use kit::viewer::{Client, Revealed};
use kit::{ApiError, App, Viewer};
use router::{Authenticate, Code, Expiry, GraphQLError};

use crate::config::Config;
use crate::proxy::client_address;

/// Longest text that is kept of what a client calls itself.
const AGENT_CHARS_MAX: usize = 256;

/// Resolves who asks, for the router.
pub struct Identity {
    app: App,
    verifier: Verifier,
    trusted_proxies: Vec<Network>,
}

impl Identity {
    /// Resolves against these databases.
    pub fn new(app: App, config: &Config) -> Self {
        let verifier = Verifier::new(app.clone(), &config.auth);
        Self {
            app,
            verifier,
            trusted_proxies: config.trusted_proxies.clone(),
        }
    }

    async fn resolve(
        &self,
        headers: &HeaderMap,
        peer: Option<SocketAddr>,
    ) -> Result<Extensions, ApiError> {
        let mut extensions = Extensions::new();
        extensions.insert(Client {
            address: peer.map(|peer| client_address(peer.ip(), headers, &self.trusted_proxies)),
            agent: headers
                .get(header::USER_AGENT)
                .and_then(|agent| agent.to_str().ok())
                .map(|agent| agent.chars().take(AGENT_CHARS_MAX).collect()),
        });
        extensions.insert(Revealed::default());
        if let Some(token) = bearer(headers)? {
            let signed_in = self.verifier.authenticate(token).await?;
            extensions.insert(self.expiry(signed_in.expires_at));
            extensions.insert(self.viewer(signed_in).await?);
        }
        Ok(extensions)
    }

    /// When the token ends, on the clock that timers go by.
    fn expiry(&self, at: DateTime<Utc>) -> Expiry {
        let left = (at - self.app.clock.now())
            .to_std()
            .unwrap_or(Duration::ZERO);
        Expiry(Instant::now() + left)
    }

    /// Looks up what the user may do now: a role that was taken away a moment ago grants nothing.
    async fn viewer(&self, signed_in: Authenticated) -> Result<Viewer, ApiError> {
        let mut conn = self.app.db.read().await?;
        let role = match signed_in.tenant {
            Some(tenant) => tenant::role_of(&mut conn, tenant, signed_in.user).await?,
            None => None,
        };
        let of_role = match (signed_in.tenant, &role) {
            (Some(tenant), Some(role)) => user::grants_of_role(&mut conn, tenant, role).await?,
            _ => Vec::new(),
        };
        let of_platform = platform::grants(&mut conn, signed_in.user).await?;
        let patterns = of_role
            .into_iter()
            .chain(of_platform.into_iter().map(str::to_owned));
        Ok(Viewer {
            user: signed_in.user,
            session: signed_in.session,
            tenant: signed_in.tenant.filter(|_| role.is_some()),
            grants: Grants::new(patterns),
        })
    }
}

impl Authenticate for Identity {
    fn authenticate<'a>(
        &'a self,
        headers: &'a HeaderMap,
        peer: Option<SocketAddr>,
    ) -> BoxFuture<'a, Result<Extensions, GraphQLError>> {
        Box::pin(async move { self.resolve(headers, peer).await.map_err(refusal) })
    }
}

fn refusal(err: ApiError) -> GraphQLError {
    match err.code() {
        kit::Code::Internal => GraphQLError::internal(),
        _ => GraphQLError::new(Code::Unauthenticated, err.message()),
    }
}

/// The token of `Authorization: Bearer …`, if there is such a header.
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
        _ => Err(ApiError::new(
            kit::Code::Unauthenticated,
            "the header `Authorization` must be `Bearer <access token>`",
        )),
    }
}
