//! The permissions that operations of this subgraph require: none of its own.

use kit::permission::Described;

/// Menus require nothing of their own: each item asks for what it leads to.
pub fn permissions() -> Vec<Described> {
    Vec::new()
}
