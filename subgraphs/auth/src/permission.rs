//! The permissions that operations on accounts require, in words.

use kit::permission::Described;

use crate::account;

/// What operations of this subgraph require.
pub fn permissions() -> Vec<Described> {
    vec![Described::new(
        account::CREATE,
        "Platform",
        "Creates accounts for others, also where registration is closed.",
    )]
}
