//! The rows of this subgraph, one file for each kind.

pub(crate) mod memberships;
mod profiles;
pub(crate) mod roles;

pub(crate) use memberships::Membership;
pub(crate) use profiles::{Change, Profile, Wanted};
