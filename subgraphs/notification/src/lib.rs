//! Notifications as a subgraph: what a tenant's members are told.
//!
//! So far they hear of outages of the services that the tenant subscribes to. A notification lives
//! in the tenant's own database and is shown to whoever may read the service.

mod delivery;
mod error;
mod events;
mod fan_out;
mod graphql;
mod ids;
mod inbox;
mod loaders;
mod permission;
mod store;
mod tables;
#[cfg(test)]
mod tests;

pub use graphql::{Query, Subscription};
pub use ids::NotificationId;
pub use permission::permissions;

use async_graphql::{EmptyMutation, Request, Schema};
use kit::event::{EventType, Handler};
use kit::{App, Viewer};

/// The subgraph's name in the supergraph.
pub const NAME: &str = "notification";

/// Builds the subgraph.
pub fn schema(app: App) -> Schema<Query, EmptyMutation, Subscription> {
    Schema::build(Query, EmptyMutation, Subscription)
        .enable_federation()
        .enable_subscription_in_federation()
        .data(app)
        .finish()
}

/// Adds what one request needs: its loaders.
pub fn attach(request: Request, app: &App, viewer: Option<&Viewer>) -> Request {
    match viewer {
        Some(viewer) => request.data(loaders::notifications(app.clone(), viewer.clone())),
        None => request,
    }
}

/// What this subgraph does when something happened.
pub fn handlers(app: &App) -> Vec<Handler> {
    vec![fan_out::handler(app), delivery::handler(app)]
}

/// The kinds of event that notifications announce.
pub fn event_types() -> Vec<EventType> {
    vec![
        EventType::of::<events::NotificationRequested>(),
        EventType::of::<events::NotificationCreated>(),
    ]
}
