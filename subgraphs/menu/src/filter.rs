//! What of a tree a viewer sees.
//!
//! An item is visible if its permission is granted and it leads somewhere: by a path of its own, or
//! by a visible child.

use std::collections::HashMap;
use std::sync::Arc;

use kit::permission::Grants;

use crate::tree::Node;

/// One viewer's eyes. A large service has a thousand items and two permissions, so each permission
/// is decided once.
pub(crate) struct Sight<'a> {
    grants: &'a Grants,
    decided: HashMap<String, bool>,
}

impl<'a> Sight<'a> {
    /// Looks with these grants.
    pub(crate) fn new(grants: &'a Grants) -> Self {
        Self {
            grants,
            decided: HashMap::new(),
        }
    }

    /// The visible part of a tree, in the same order.
    pub(crate) fn of(&mut self, node: &Arc<Node>) -> Option<Arc<Node>> {
        if !self.permits(node.item.permission.as_deref()) {
            return None;
        }
        let children: Vec<_> = node
            .children
            .iter()
            .filter_map(|child| self.of(child))
            .collect();
        if node.item.path.is_none() && children.is_empty() {
            return None;
        }
        if children.len() == node.children.len()
            && children
                .iter()
                .zip(&node.children)
                .all(|(a, b)| Arc::ptr_eq(a, b))
        {
            return Some(node.clone());
        }
        let item = node.item.clone();
        Some(Arc::new(Node { item, children }))
    }

    fn permits(&mut self, permission: Option<&str>) -> bool {
        let Some(permission) = permission else {
            return true;
        };
        if let Some(&decided) = self.decided.get(permission) {
            return decided;
        }
        let allowed = self.grants.allow(permission);
        self.decided.insert(permission.to_owned(), allowed);
        allowed
    }
}

#[cfg(test)]
mod tests;
