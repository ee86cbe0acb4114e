//! What tests stand on: throwaway databases, real servers, signed-in viewers, a fake outside world.
//!
//! Nothing of ours is faked. A test runs on both databases ([`on_both!`]); a [`TestApp`] carries the
//! handles of one subgraph on a fresh database, a [`Portico`] is the real binary and a [`Client`] talks
//! to it as anybody would, an [`Outside`] plays the hosts that do not belong to us. Everything is
//! thrown away when its value is dropped.

mod account;
mod app;
mod backend;
pub mod browser;
mod cable;
mod client;
mod database;
mod demo;
mod fleet;
mod mann_whitney;
mod node;
mod oidc;
mod outside;
mod portico;
mod process;
mod redis;
mod subscription;
mod visitor;
mod wait;

pub use account::PASSWORD;
pub use app::{Attach, TestApp};
pub use backend::{Backend, run};
pub use cable::Cable;
pub use client::{Client, Upload};
pub use database::Database;
pub use demo::DemoService;
pub use fleet::Fleet;
pub use mann_whitney::MannWhitney;
pub use node::node_project;
pub use oidc::OpenIdProvider;
pub use outside::{Answer, Outside, Recorded};
pub use portico::{Administrator, Portico, command};
pub use redis::Redis;
pub use subscription::Subscription;
pub use visitor::{Page, Visitor};
pub use wait::eventually;
