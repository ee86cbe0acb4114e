//! Forms as a subgraph: what to fill in to call an endpoint, and what became of it.
//!
//! A form is computed from the request schema of its endpoint. [`mod@schema`] makes the schema safe,
//! [`field`] turns it into typed fields, [`validate`] checks data by it and [`request`] writes the
//! data into an HTTP request: all four are pure. Around them, accepted data is kept in the tenant's
//! own database and delivered so that neither a lost client nor a crash loses or repeats it.

mod cache;
mod catalog;
mod delivery;
mod error;
mod events;
pub mod field;
mod form;
mod graphql;
mod ids;
pub mod label;
mod loaders;
mod permission;
pub mod pointer;
mod projection;
pub mod request;
pub mod schema;
mod seal;
mod store;
mod submission;
mod tables;
#[cfg(test)]
mod tests;
pub mod validate;

pub use delivery::run;
pub use graphql::{Mutation, Query};
pub use ids::SubmissionId;
pub use permission::permissions;

use async_graphql::{EmptySubscription, Request, Schema};
use kit::event::{EventType, Handler};
use kit::{App, Viewer};

/// The subgraph's name in the supergraph.
pub const NAME: &str = "form";

/// Builds the subgraph.
pub fn schema(app: App) -> Schema<Query, Mutation, EmptySubscription> {
    Schema::build(Query, Mutation, EmptySubscription)
        .enable_federation()
        .data(app)
        .data(catalog::Catalog::default())
        .finish()
}

/// Adds what one request needs: its loaders.
pub fn attach(request: Request, app: &App, viewer: Option<&Viewer>) -> Request {
    match viewer {
        Some(viewer) => request
            .data(loaders::forms(app.clone(), viewer.clone()))
            .data(loaders::submissions(app.clone(), viewer.clone())),
        None => request,
    }
}

/// What this subgraph does when something happened.
pub fn handlers(app: &App) -> Vec<Handler> {
    vec![projection::handler(app)]
}

/// The kinds of event that forms announce.
pub fn event_types() -> Vec<EventType> {
    vec![
        EventType::of::<events::FormSubmitted>(),
        EventType::of::<events::FormDelivered>(),
    ]
}
