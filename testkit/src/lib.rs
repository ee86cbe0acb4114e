//! What tests stand on: throwaway databases, real servers, signed-in viewers, a fake outside world.
//!
//! Nothing of ours is faked. A test runs on both databases ([`on_both!`]); a [`TestApp`] carries the
//! handles of one subgraph on a fresh database, an [`Outside`] plays the hosts that do not belong to
//! us. Everything is thrown away when its value is dropped.

mod app;
mod backend;
mod database;
mod outside;

pub use app::{Attach, TestApp};
pub use backend::{Backend, run};
pub use database::Database;
pub use outside::{Answer, Outside, Recorded};
