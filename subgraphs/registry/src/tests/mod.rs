//! The subgraph alone, on both databases: GraphQL in, answers and events out.

mod endpoints;
mod health;
mod imports;
mod limits;
mod services;
mod world;
