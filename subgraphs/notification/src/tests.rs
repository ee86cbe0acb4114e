//! The subgraph alone, on both databases: events in, notifications out.

mod delivery;
mod inbox;
mod world;
