//! Properties that only the service sets: a caller is not asked for them.
//!
//! They may be declared in one branch of `allOf` and required in another, so a schema is looked
//! through before it is converted.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::definitions::Definitions;
use super::operations::cut;
use super::tree::{Node, Object};

/// Names of properties.
pub(super) type Hidden<'d> = HashSet<&'d str>;

/// Schemas that are looked through for one.
const VISITS_MAX: usize = 64;
/// Characters kept of what is said about a property that nobody sends.
const PROSE_CHARS_MAX: usize = 500;

/// Names that `properties`, here or in `allOf`, declare to be read-only.
pub(super) fn of<'d>(definitions: &mut Definitions<'d>, object: &'d Object<'d>) -> Hidden<'d> {
    let mut hidden = Hidden::new();
    gather(definitions, object, &mut hidden, &mut VISITS_MAX.clone());
    hidden
}

/// Both; what is hidden above is hidden in the branches too.
pub(super) fn joined<'d>(
    definitions: &mut Definitions<'d>,
    above: &Hidden<'d>,
    mut here: Hidden<'d>,
) -> Hidden<'d> {
    if definitions.spend(above.len()) {
        here.extend(above);
    }
    here
}

fn gather<'d>(
    definitions: &mut Definitions<'d>,
    object: &'d Object<'d>,
    hidden: &mut Hidden<'d>,
    visits_left: &mut usize,
) {
    let properties = object.get("properties").and_then(Node::as_object);
    let branches = object
        .get("allOf")
        .and_then(Node::as_list)
        .unwrap_or_default();
    let work = properties.map_or(0, Object::len) + branches.len() + 1;
    if *visits_left == 0 || !definitions.spend(work) {
        return;
    }
    *visits_left -= 1;
    for (name, property) in properties.into_iter().flat_map(Object::iter) {
        if property.is_true("readOnly") || target(definitions, property).is_true("readOnly") {
            hidden.insert(name);
        }
    }
    for branch in branches {
        if let Some(object) = target(definitions, branch).as_object() {
            gather(definitions, object, hidden, visits_left);
        }
    }
}

impl<'d> Definitions<'d> {
    /// What is left of a property that only the service sets: its name and what it is, so that a
    /// form can show it, and the mark that lets nobody send it.
    pub(super) fn read_only(&self, node: &'d Node<'d>) -> Value {
        let target = target(self, node);
        let mut out = Map::new();
        let plain = ["string", "number", "integer", "boolean"];
        let kind = target.text("type").filter(|kind| plain.contains(kind));
        out.extend(kind.map(|kind| ("type".to_owned(), Value::from(kind))));
        for keyword in ["title", "description"] {
            let text = node.text(keyword).or_else(|| target.text(keyword));
            let short = cut(text, PROSE_CHARS_MAX);
            out.extend(short.map(|text| (keyword.to_owned(), Value::from(text))));
        }
        out.insert("readOnly".to_owned(), true.into());
        Value::Object(out)
    }
}

fn target<'d>(definitions: &Definitions<'d>, node: &'d Node<'d>) -> &'d Node<'d> {
    let chain_max = definitions.limits.ref_chain_max;
    let followed = definitions.document.follow(node, String::new(), chain_max);
    followed.map_or(node, |(_, target)| target)
}
