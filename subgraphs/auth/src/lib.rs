//! Identity as a subgraph: accounts, passwords, sessions and the tokens that speak for them.
//!
//! Reading order: `account` makes them, `verification`, `reset`, `password_change` and `email_change`
//! change them by `proof` of what a letter brought, `letters` and `post` write those; `login` opens a
//! session, `refresh` keeps it alive, `session` ends it or moves it to a tenant, `oauth` signs in at
//! other providers; `throttle`, `pace`, `turn` and `activity` watch all of
//! them. The
//! [`Verifier`] is the other half, which the edge asks for every request.
//!
//! It does not know what a user may do: roles are the user subgraph's, memberships the tenant's.

mod account;
mod activity;
mod api_key;
mod attempt;
mod claim;
mod config;
mod cookie;
mod cost;
mod creation;
mod deletion;
mod email_change;
mod error;
mod event;
mod export;
mod graphql;
mod introspection;
mod key;
mod letters;
mod limit;
mod loaders;
mod login;
mod oauth;
mod pace;
mod password;
mod password_change;
mod permission;
mod person;
mod post;
mod proof;
mod reauthentication;
mod refresh;
mod reset;
pub mod rotation;
mod second_factor;
mod session;
mod status;
mod store;
mod sweep;
mod tables;
mod throttle;
mod ticket;
mod token;
mod turn;
mod verification;
mod verifier;

#[cfg(test)]
mod tests;

pub use account::{create_user, has_users};
pub use config::{AuthConfig, EmailVerification, LinkConfig, Registration, SameSite};
pub use cookie::REFRESH_COOKIE;
pub use cost::checks_per_second;
pub use error::AuthError;
pub use event::{event_types, handlers};
pub use graphql::{Mutation, Query};
pub use key::{jwks, prepare, sealed};
pub use oauth::{ClientSecret, OAuthConfig, ProviderConfig, ProviderKind};
pub use permission::permissions;
pub use sweep::run;
pub use verifier::{Authenticated, Verifier};

use async_graphql::{EmptySubscription, Request, Schema};
use kit::{App, Viewer};

use crate::key::Signer;
use crate::oauth::Providers;
use crate::pace::Pace;
use crate::turn::Passwords;

/// The subgraph's name in the supergraph.
pub const NAME: &str = "auth";

/// What the operations share besides the platform's handles.
struct Auth {
    config: AuthConfig,
    passwords: Passwords,
    pace: Pace,
    signer: Signer,
    verifier: Verifier,
    oauth: Providers,
}

/// Builds the subgraph.
pub fn schema(app: App, config: AuthConfig) -> Schema<Query, Mutation, EmptySubscription> {
    let auth = Auth {
        passwords: Passwords::new(config.parallel_hashes),
        pace: Pace::default(),
        signer: Signer::default(),
        verifier: Verifier::new(app.clone(), &config),
        oauth: Providers::new(&config.oauth),
        config,
    };
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .enable_federation()
        .data(app)
        .data(auth)
        .finish()
}

/// Adds what one request needs: its loaders.
pub fn attach(request: Request, app: &App, viewer: Option<&Viewer>) -> Request {
    match viewer {
        Some(viewer) => request
            .data(loaders::sessions(app.clone(), viewer.user))
            .data(loaders::activities(app.clone(), viewer.user)),
        None => request,
    }
}
