//! The subgraph alone, on both databases: GraphQL in, answers and events out.

mod acceptances;
mod invitations;
mod letters;
mod members;
mod provisioning;
mod roles;
mod subscriptions;
mod tenants;
mod world;
