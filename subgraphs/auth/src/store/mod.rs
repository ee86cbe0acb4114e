//! The rows of this subgraph, one file for each table.

pub(crate) mod account;
pub(crate) mod activity;
pub(crate) mod failure;
pub(crate) mod membership;
pub(crate) mod refresh_token;
pub(crate) mod session;
pub(crate) mod signing_key;
