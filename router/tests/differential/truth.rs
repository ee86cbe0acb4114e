//! Whether what a representation says of an object is so.

use apollo_compiler::ast::Selection;
use serde_json::{Value as Json, json};

use crate::world::{COUNT, Found, Node, World, canonical};

impl World {
    /// The object of a type that JSON describes by some of its fields.
    pub(crate) fn locate(&self, ty: &str, set: &[Selection], given: &Json) -> Option<Node> {
        let objects = self.concrete(ty).iter();
        let nodes = objects.flat_map(|ty| (0..COUNT).map(|id| Node { ty: ty.clone(), id }));
        nodes.into_iter().find(|node| self.has(node, set, given))
    }

    /// Whether JSON has all of a field set of an object, as it is.
    pub(crate) fn has(&self, node: &Node, set: &[Selection], given: &Json) -> bool {
        set.iter().all(|selection| match selection {
            Selection::Field(field) if field.name == "__typename" => true,
            Selection::Field(field) => {
                let found = self.find(node, &field.name, &json!({}));
                let given = given.get(field.name.as_str());
                found.is_ok_and(|found| {
                    given.is_some_and(|given| self.is(&found, &field.selection_set, given))
                })
            }
            Selection::InlineFragment(fragment) => {
                let condition = fragment.type_condition.as_ref();
                let applies = condition.is_none_or(|ty| self.concrete(ty).contains(&node.ty));
                !applies || self.has(node, &fragment.selection_set, given)
            }
            Selection::FragmentSpread(_) => false,
        })
    }

    fn is(&self, found: &Found, set: &[Selection], given: &Json) -> bool {
        match (found, given) {
            (Found::Null, given) => given.is_null(),
            (Found::Leaf(leaf), given) => canonical(leaf) == canonical(given),
            (Found::Node(node), Json::Object(_)) => self.has(node, set, given),
            (Found::List(items), Json::Array(given)) => {
                items.len() == given.len()
                    && items
                        .iter()
                        .zip(given)
                        .all(|(item, given)| self.is(item, set, given))
            }
            _ => false,
        }
    }
}
