//! The permissions that operations on notifications require, in words.

use kit::Permission;
use kit::permission::Described;

/// What operations of this subgraph require.
pub fn permissions() -> Vec<Described> {
    vec![Described::new(
        Permission("notification:read"),
        "Notifications",
        "Sees notifications.",
    )]
}
