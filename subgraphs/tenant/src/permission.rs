//! The permissions that operations on tenants require, in words.

use kit::Permission;
use kit::permission::Described;

use crate::{member, subscription, tenant};

const TENANT: &str = "Tenant";
const MEMBERS: &str = "Members";

/// What operations of this subgraph require.
pub fn permissions() -> Vec<Described> {
    vec![
        Described::new(
            tenant::CREATE_ANY,
            "Platform",
            "Creates any number of tenants. Administrators of the platform have it.",
        ),
        Described::new(
            Permission("tenant:delete"),
            TENANT,
            "Ends the tenant. Kept for owners.",
        ),
        Described::new(
            Permission("tenant:transfer"),
            TENANT,
            "Gives the tenant away. Kept for owners.",
        ),
        Described::new(
            member::READ,
            MEMBERS,
            "Sees the members of the tenant and their roles.",
        ),
        Described::new(
            member::MANAGE,
            MEMBERS,
            "Invites and adds members, changes their roles and removes them.",
        ),
        Described::new(
            subscription::SUBSCRIBE,
            "Services",
            "Subscribes the tenant to services.",
        ),
    ]
}
