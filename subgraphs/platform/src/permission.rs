//! The permissions that operations on the platform require, in words.

use kit::permission::Described;

use crate::{event, status};

/// What operations of this subgraph require.
pub fn permissions() -> Vec<Described> {
    vec![
        Described::new(
            event::READ,
            "Events",
            "Reads the events of the tenant, those apart that need a permission of their own.",
        ),
        Described::new(
            status::READ,
            "Platform",
            "Sees the state of the platform. Administrators of the platform have it.",
        ),
    ]
}
