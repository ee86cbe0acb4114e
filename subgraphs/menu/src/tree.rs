//! From rows to trees.

use std::collections::HashMap;
use std::sync::Arc;

use kit::id::ServiceId;

use crate::ids::MenuItemId;
use crate::store::Item;

/// An item with what is below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) item: Item,
    pub(crate) children: Vec<Arc<Node>>,
}

/// Makes one tree for each service. Below an item come its groups and then its endpoints, each in
/// the order in which they were added.
pub(crate) fn grow(items: Vec<Item>) -> HashMap<ServiceId, Arc<Node>> {
    let mut roots = Vec::new();
    let mut below: HashMap<MenuItemId, Vec<Item>> = HashMap::new();
    for item in items {
        match item.parent_id {
            Some(parent) => below.entry(parent).or_default().push(item),
            None => roots.push(item),
        }
    }
    let tree = |root: Item| (root.service_id, node(root, &mut below));
    roots.into_iter().map(tree).collect()
}

/// Takes the children out of `below`, so that a circle could not go round twice.
fn node(item: Item, below: &mut HashMap<MenuItemId, Vec<Item>>) -> Arc<Node> {
    let mut children = below.remove(&item.id).unwrap_or_default();
    children.sort_by_key(|child| (child.endpoint_id.is_some(), child.id));
    let children = children.into_iter().map(|child| node(child, below));
    Arc::new(Node {
        children: children.collect(),
        item,
    })
}

/// Finds an item in a tree.
pub(crate) fn find(node: &Arc<Node>, id: MenuItemId) -> Option<Arc<Node>> {
    match node.item.id == id {
        true => Some(node.clone()),
        false => node.children.iter().find_map(|child| find(child, id)),
    }
}
