//! The platform itself as a subgraph: its events, their catalogue and its state.
//!
//! It owns no domain: events are recorded by the others, through kit's event log. Of its own it
//! keeps only who administers the platform.

mod administrator;
mod error;
mod event;
mod graphql;
mod loaders;
mod permission;
mod status;
mod store;
mod tables;
#[cfg(test)]
mod tests;

pub use administrator::{appoint, grants};
pub use graphql::{Query, Subscription};
pub use permission::permissions;

use async_graphql::{EmptyMutation, Request, Schema};
use kit::event::{EventType, Handler};
use kit::{App, Viewer};

/// The subgraph's name in the supergraph.
pub const NAME: &str = "platform";

/// Builds the subgraph. `catalogue` lists the kinds of event of all subgraphs.
pub fn schema(app: App, catalogue: Vec<EventType>) -> Schema<Query, EmptyMutation, Subscription> {
    let started_at = app.clock.now();
    Schema::build(Query, EmptyMutation, Subscription)
        .enable_federation()
        .enable_subscription_in_federation()
        .data(app)
        .data(event::Catalogue(catalogue))
        .data(status::StartedAt(started_at))
        .finish()
}

/// Adds what one request needs: its loaders.
pub fn attach(request: Request, app: &App, viewer: Option<&Viewer>) -> Request {
    match viewer.and_then(|viewer| viewer.tenant) {
        Some(tenant) => request.data(loaders::events(app.clone(), tenant)),
        None => request,
    }
}

/// What the platform does when something happened: whoever is gone administers nothing.
pub fn handlers(_: &App) -> Vec<Handler> {
    vec![administrator::keep()]
}

/// The platform announces nothing of its own.
pub fn event_types() -> Vec<EventType> {
    Vec::new()
}
