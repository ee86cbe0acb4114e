//! The subgraph alone, on both databases: GraphQL in, requests, answers and events out.

mod forms;
mod keys;
mod limits;
mod recovery;
mod submissions;
mod world;
