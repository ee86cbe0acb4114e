//! People and roles as a subgraph.
//!
//! Profiles are kept from the announcements of registrations, and who shares a tenant from those of
//! the tenants. It knows no password and no session, and decides no request: what a role grants is
//! looked up here by the edge, which makes the viewer of it.

mod error;
mod event;
mod graphql;
mod loaders;
mod role;
mod store;
mod tables;
mod user;

#[cfg(test)]
mod tests;

pub use event::handlers;
pub use graphql::Query;
pub use role::grants_of_role;

use async_graphql::{EmptyMutation, EmptySubscription, Request, Schema};
use kit::event::EventType;
use kit::{App, Viewer};

/// The subgraph's name in the supergraph.
pub const NAME: &str = "user";

/// Builds the subgraph.
pub fn schema(app: App) -> Schema<Query, EmptyMutation, EmptySubscription> {
    Schema::build(Query, EmptyMutation, EmptySubscription)
        .enable_federation()
        .data(app)
        .finish()
}

/// Adds what one request needs: its loaders.
pub fn attach(request: Request, app: &App, viewer: Option<&Viewer>) -> Request {
    match viewer {
        Some(viewer) => request
            .data(loaders::users(app.clone(), viewer.clone()))
            .data(loaders::tenants(app.clone(), viewer.clone())),
        None => request,
    }
}

/// The kinds of event that this subgraph announces: none so far.
pub fn event_types() -> Vec<EventType> {
    Vec::new()
}
