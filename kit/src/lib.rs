//! What every subgraph needs and no domain owns.
//!
//! Reading order: [`id`] and [`error`] are the vocabulary, [`viewer`] is who asks, [`db`] is where
//! rows live, [`tenant_db`] where a tenant's own rows live, [`event`] is how one subgraph tells
//! another, [`mail`] how it writes to a person, [`outbound`] is the only way to a foreign host. [`app::App`] carries them all into a
//! subgraph and [`context`] hands them to a resolver.
//!
//! This crate holds no domain rule and knows neither the router nor any subgraph.

pub mod app;
pub mod clock;
pub mod config;
pub mod context;
pub mod db;
pub mod error;
pub mod event;
pub mod id;
pub mod links;
pub mod mail;
pub mod network;
pub mod outbound;
pub mod page;
pub mod permission;
pub mod private;
pub mod role;
pub mod scalar;
pub mod secret;
pub mod telemetry;
pub mod tenant_db;
pub mod turns;
pub mod viewer;

pub use app::App;
pub use context::ContextExt;
pub use db::Conn;
pub use error::{ApiError, Code, Coded};
pub use permission::{Denied, Permission};
pub use viewer::Viewer;
