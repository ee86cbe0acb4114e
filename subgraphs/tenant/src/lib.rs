//! Tenants as a subgraph: who the isolated customers are, who belongs to them and which services
//! they subscribe to.
//!
//! A tenant has a database of its own, which is provisioned here step by step. What a role allows
//! belongs to the user subgraph, and what a service is to the registry: here they are only named.

mod config;
mod error;
mod events;
mod graphql;
mod ids;
mod invitation;
mod loaders;
mod member;
mod permission;
mod plan;
mod projections;
mod provisioning;
mod role;
mod slug;
mod store;
mod subscription;
mod sweep;
mod tables;
mod tenant;
#[cfg(test)]
mod tests;

pub use config::{LinkConfig, TenantConfig};
pub use graphql::{Mutation, Query};
pub use ids::{InvitationId, MembershipId, SubscriptionId};
pub use permission::permissions;
pub use projections::handlers;
pub use store::members::{is_active, roles_of};

use async_graphql::{EmptySubscription, Request, Schema};
use kit::event::EventType;
use kit::{App, Viewer};
use tokio_util::sync::CancellationToken;

/// The subgraph's name in the supergraph.
pub const NAME: &str = "tenant";

/// Builds the subgraph.
pub fn schema(app: App, config: TenantConfig) -> Schema<Query, Mutation, EmptySubscription> {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .enable_federation()
        .data(app)
        .data(config)
        .finish()
}

/// Adds what one request needs: its loaders.
pub fn attach(request: Request, app: &App, viewer: Option<&Viewer>) -> Request {
    match viewer {
        Some(viewer) => request
            .data(loaders::tenants(app.clone(), viewer))
            .data(loaders::subscriptions(app.clone(), viewer.tenant)),
        None => request,
    }
}

/// The kinds of event that tenants announce.
pub fn event_types() -> Vec<EventType> {
    vec![
        EventType::of::<events::TenantCreated>(),
        EventType::of::<events::TenantMemberAdded>(),
        EventType::of::<events::TenantMemberUpdated>(),
        EventType::of::<events::TenantMemberRemoved>(),
        EventType::of::<events::TenantMemberInvited>(),
        EventType::of::<events::TenantInvitationRevoked>(),
        EventType::of::<events::TenantServiceSubscribed>(),
    ]
}

/// Does what goes on without requests, until the shutdown.
pub async fn run(app: App, shutdown: CancellationToken) {
    tokio::join!(
        provisioning::run(app.clone(), shutdown.clone()),
        sweep::run(app, shutdown)
    );
}
