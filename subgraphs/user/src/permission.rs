//! The permissions that operations on people and roles require, in words.

use kit::permission::Described;

use crate::{access, definition, profile, user};

/// What operations of this subgraph require.
pub fn permissions() -> Vec<Described> {
    vec![
        Described::new(
            user::READ,
            "People",
            "Sees the people of the tenant and their addresses.",
        ),
        Described::new(
            access::READ,
            "Roles",
            "Sees what other members may do and why, and the events of roles.",
        ),
        Described::new(
            definition::MANAGE,
            "Roles",
            "Defines, changes and deletes the tenant's own roles.",
        ),
        Described::new(
            user::READ_ALL,
            "Platform",
            "Sees everybody who has an account.",
        ),
        Described::new(
            profile::UPDATE,
            "Platform",
            "Changes the profile of anybody. Administrators of the platform have it.",
        ),
    ]
}
