//! People and roles as a subgraph.
//!
//! Profiles are kept from the announcements of registrations, and who shares a tenant from those of
//! the tenants. It knows no password and no session, and decides no request: what a role grants is
//! looked up here by the edge, which makes the viewer of it.
//!
//! Reading order: `user` is who sees whom, `profile` what people say of themselves, `role` what
//! roles there are, `definition` how a tenant makes its own, `access` why somebody may do what.

mod access;
mod announcement;
mod definition;
mod error;
mod event;
mod graphql;
mod loaders;
mod pattern;
mod permission;
mod profile;
mod role;
mod store;
mod tables;
mod user;

#[cfg(test)]
mod tests;

pub use announcement::event_types;
pub use event::handlers;
pub use graphql::{Mutation, Query};
pub use permission::permissions;
pub use role::grants_of_roles;

use async_graphql::{EmptySubscription, Request, Schema};
use kit::permission::Catalogue;
use kit::{App, Viewer};

/// The subgraph's name in the supergraph.
pub const NAME: &str = "user";

/// Builds the subgraph. `catalogue` lists the permissions that all subgraphs require.
pub fn schema(app: App, catalogue: Catalogue) -> Schema<Query, Mutation, EmptySubscription> {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .enable_federation()
        .data(app)
        .data(catalogue)
        .finish()
}

/// Adds what one request needs: its loaders.
pub fn attach(request: Request, app: &App, viewer: Option<&Viewer>) -> Request {
    match viewer {
        Some(viewer) => request
            .data(loaders::users(app.clone(), viewer.clone()))
            .data(loaders::tenants(app.clone(), viewer.clone()))
            .data(loaders::roles(app.clone(), viewer.clone()))
            .data(loaders::roles_of_tenants(app.clone(), viewer.clone())),
        None => request,
    }
}
