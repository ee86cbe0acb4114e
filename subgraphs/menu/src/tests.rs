//! The subgraph alone, on both databases: events and GraphQL in, menus out.

mod menus;
mod services;
mod size;
mod world;
