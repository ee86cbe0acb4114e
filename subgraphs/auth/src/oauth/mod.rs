//! Signing in at other providers: Google, GitHub and any issuer of OpenID Connect.
//!
//! Reading order: `flow` begins a sign-in and keeps what its end needs, `complete` ends it, `settle`
//! decides whose account it is, `link` looks after the identities of an account. `provider` speaks
//! to a provider: `oidc` (with `discovery`, `keys` and `id_token`) or `github`, both by `fetch`.

mod complete;
mod config;
mod discovery;
mod fetch;
mod flow;
mod github;
mod hand_over;
mod id_token;
mod keys;
mod letter;
mod link;
mod oidc;
mod provider;
mod return_to;
mod settle;

pub(crate) use complete::{Callback, Completed, complete};
pub use config::{ClientSecret, OAuthConfig, ProviderConfig, ProviderKind};
pub(crate) use flow::{NewFlow, Purpose, begin};
pub(crate) use hand_over::{ComingBack, come_back, redeem};
pub(crate) use link::unlink;
pub(crate) use provider::{Provider, ProviderError};

use kit::typed_id;
use url::Url;

use crate::error::AuthError;

typed_id!(
    /// Who an account is at another provider.
    IdentityId, "idn");

/// The providers of the configuration, with what is known of them.
pub(crate) struct Providers {
    by_name: Vec<Provider>,
    return_origins: Vec<Url>,
}

impl Providers {
    pub(crate) fn new(config: &OAuthConfig) -> Self {
        let named = config.providers.iter();
        Self {
            by_name: named
                .map(|(name, config)| Provider::new(name, config))
                .collect(),
            return_origins: config.return_origins.clone(),
        }
    }

    /// All of them, by name.
    pub(crate) fn list(&self) -> &[Provider] {
        &self.by_name
    }

    fn find(&self, name: &str) -> Result<&Provider, AuthError> {
        let found = self.by_name.iter().find(|provider| provider.name == name);
        found.ok_or(AuthError::UnknownProvider)
    }
}
