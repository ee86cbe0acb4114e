//! Menus as a subgraph: what a viewer can reach, as a tree.
//!
//! The items of a service are made when the service is registered, one for each endpoint, and are
//! the same for everybody; what a viewer sees of them is filtered at each request. Hiding is
//! comfort: who may do what is decided where it is done.

mod error;
mod filter;
mod graphql;
mod ids;
mod items;
mod loaders;
mod menu;
mod permission;
mod store;
mod tables;
#[cfg(test)]
mod tests;
mod tree;

pub use graphql::Query;
pub use ids::MenuItemId;
pub use items::handlers;
pub use permission::permissions;

use async_graphql::{EmptyMutation, EmptySubscription, Request, Schema};
use kit::event::EventType;
use kit::{App, Viewer};

/// The subgraph's name in the supergraph.
pub const NAME: &str = "menu";

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
            .data(loaders::menus(app.clone(), viewer.clone()))
            .data(loaders::services(app.clone())),
        None => request,
    }
}

/// Menus announce nothing of their own.
pub fn event_types() -> Vec<EventType> {
    Vec::new()
}
