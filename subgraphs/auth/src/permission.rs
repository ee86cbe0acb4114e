//! The permissions that operations on accounts require, in words.

use kit::permission::Described;

use crate::{account, api_key, deletion, introspection, status};

/// What operations of this subgraph require.
pub fn permissions() -> Vec<Described> {
    vec![
        Described::new(
            account::CREATE,
            "Platform",
            "Creates accounts for others, also where registration is closed.",
        ),
        Described::new(
            status::DEACTIVATE,
            "Platform",
            "Closes the accounts of others, and opens them again.",
        ),
        Described::new(
            deletion::DELETE,
            "Platform",
            "Deletes the accounts of others for good.",
        ),
        Described::new(
            api_key::MANAGE,
            "Tenant",
            "Makes, sees and revokes API keys of the tenant.",
        ),
        Described::new(
            introspection::INSPECT,
            "Tenant",
            "Sees what access tokens for the tenant are worth, with `tokenInfo`.",
        ),
    ]
}
