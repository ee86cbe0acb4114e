//! The rows of this subgraph, one file for each table.

pub(crate) mod account;
pub(crate) mod activity;
pub(crate) mod api_key;
pub(crate) mod export;
pub(crate) mod failure;
pub(crate) mod identity;
pub(crate) mod membership;
pub(crate) mod recovery_code;
pub(crate) mod refresh_token;
pub(crate) mod removal;
pub(crate) mod second_factor;
pub(crate) mod session;
pub(crate) mod signing_key;
pub(crate) mod ticket;
