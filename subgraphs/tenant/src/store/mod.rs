//! The rows of this subgraph, one file for each kind.

pub(crate) mod invitations;
pub(crate) mod letters;
pub(crate) mod members;
pub(crate) mod projections;
pub(crate) mod provisioning;
pub(crate) mod roles;
mod state;
pub(crate) mod subscriptions;
pub(crate) mod tenants;

pub(crate) use invitations::{Invitation, InvitationState};
pub(crate) use members::{HeldRole, Membership};
pub(crate) use state::State;
pub(crate) use subscriptions::Subscription;
pub(crate) use tenants::Tenant;

use diesel::QueryResult;

/// Whether a row went in, or the named unique constraint kept it out.
fn inserted(result: QueryResult<usize>, table: &str, columns: &[&str]) -> QueryResult<bool> {
    match result {
        Ok(_) => Ok(true),
        Err(err) if kit::db::violates_unique(&err, table, columns) => Ok(false),
        Err(err) => Err(err),
    }
}
