//! The permissions that operations of this subgraph require: none of its own.

use kit::permission::Described;

/// Forms require what their endpoints do: a permission of the service.
pub fn permissions() -> Vec<Described> {
    Vec::new()
}
