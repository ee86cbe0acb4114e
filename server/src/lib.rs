//! The binary `portico`: reads the configuration, wires the subgraphs to the router, and answers
//! the commands. No rule of a domain is decided here.
//!
//! [`assembly`] is the list of subgraphs; [`foundation`] opens what they stand on; [`identity`] turns
//! a credential into a viewer, once, at the edge; [`command`] holds one file per subcommand.

pub mod assembly;
pub mod cli;
pub mod command;
pub mod config;
pub mod demo;
pub mod foundation;
pub mod health;
pub mod identity;
mod manual;
mod master_key;
mod proxy;
