//! The binary `portico`: reads the configuration, wires the subgraphs to the router, and answers
//! the commands. No rule of a domain is decided here.
//!
//! [`assembly`] is the list of subgraphs; [`foundation`] opens what they stand on; [`front`] holds
//! the settings of HTTP; [`identity`] turns a credential into a viewer, once, at the edge; [`pages`]
//! are what links in letters lead to; `oauth` has the routes of signing in elsewhere; [`command`]
//! holds one file per subcommand.
//!
//! A process plays all [`role`]s or some: then [`subgraph_server`] serves its subgraphs to routers in
//! other processes, [`elsewhere`] reaches those of others, and [`passport`] says between them who asks.

pub mod assembly;
pub mod browser;
pub mod cli;
pub mod command;
pub mod config;
pub mod demo;
pub mod elsewhere;
pub mod foundation;
pub mod front;
pub mod health;
pub mod identity;
mod manual;
mod master_key;
mod oauth;
pub mod pages;
pub mod passport;
mod proxy;
pub mod role;
pub mod subgraph_server;
