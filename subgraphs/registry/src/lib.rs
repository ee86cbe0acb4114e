//! The service registry as a subgraph: services, their endpoints, and whether they are up.
//!
//! A service is registered by hand or from its OpenAPI document ([`openapi`]). What others make of
//! it (menus, forms, notifications) follows from the events that are recorded here.

mod config;
mod endpoint;
mod error;
mod events;
mod graphql;
mod health;
mod import;
mod loaders;
pub mod openapi;
mod permission;
mod service;
mod slug;
mod store;
mod tables;
#[cfg(test)]
mod tests;

pub use config::HealthConfig;
pub use graphql::{Mutation, Query, Subscription};
pub use health::run;
pub use permission::permissions;

use async_graphql::{Request, Schema};
use kit::event::{EventType, Handler};
use kit::{App, Viewer};

/// The subgraph's name in the supergraph.
pub const NAME: &str = "registry";

/// Builds the subgraph.
pub fn schema(app: App, config: HealthConfig) -> Schema<Query, Mutation, Subscription> {
    Schema::build(Query, Mutation, Subscription)
        .enable_federation()
        .enable_subscription_in_federation()
        .data(app)
        .data(health::CheckDesk::new(config.clone()))
        .data(config)
        .data(import::Desk::default())
        .finish()
}

/// Adds what one request needs: its loaders.
pub fn attach(request: Request, app: &App, viewer: Option<&Viewer>) -> Request {
    match viewer.and_then(|viewer| Some((viewer, viewer.tenant?))) {
        Some((viewer, tenant)) => request.data(loaders::Loaders::new(app, viewer, tenant)),
        None => request,
    }
}

/// The registry reacts to no event.
pub fn handlers(_: &App) -> Vec<Handler> {
    Vec::new()
}

/// The kinds of event that the registry announces.
pub fn event_types() -> Vec<EventType> {
    vec![
        EventType::of::<events::ServiceRegistered>(),
        EventType::of::<events::EndpointAdded>(),
        EventType::of::<events::ServiceHealthChanged>(),
    ]
}
