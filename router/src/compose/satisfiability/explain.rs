//! Says in words why a field cannot be reached.

use std::collections::BTreeSet;

use apollo_compiler::Name;

use super::places::Place;
use super::resolve::{Resolver, is_in};

/// One step of a client's way to a field.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Field { parent: Name, name: Name },
    Condition(Name),
}

/// A path as the operation a client would send: `{ me { name } }`.
pub(crate) fn operation(path: &[Step], field: &str) -> String {
    let mut text = String::new();
    match path.first() {
        Some(Step::Field { parent, .. }) if parent == "Mutation" => text.push_str("mutation "),
        Some(Step::Field { parent, .. }) if parent == "Subscription" => {
            text.push_str("subscription ")
        }
        _ => {}
    }
    text.push_str("{ ");
    for step in path {
        match step {
            Step::Field { name, .. } => text.push_str(name),
            Step::Condition(ty) => {
                text.push_str("... on ");
                text.push_str(ty);
            }
        }
        text.push_str(" { ");
    }
    text.push_str(field);
    text.push_str(&" }".repeat(path.len() + 1));
    text
}

impl Resolver<'_> {
    /// One reason for each subgraph that has the field.
    pub(crate) fn explain(
        &mut self,
        ty: &Name,
        field: &Name,
        reached: &BTreeSet<Place>,
    ) -> Vec<String> {
        let having: Vec<Place> = self
            .candidates(ty)
            .into_iter()
            .filter(|place| self.resolves(place, field))
            .collect();
        if having.is_empty() {
            return vec![format!("no subgraph resolves it for '{ty}'")];
        }
        having
            .iter()
            .map(|place| self.explain_place(ty, field, place, reached))
            .collect()
    }

    fn explain_place(
        &mut self,
        ty: &Name,
        field: &Name,
        place: &Place,
        reached: &BTreeSet<Place>,
    ) -> String {
        let name = &self.subgraphs[place.graph].name;
        let Some(body) = self.body(place) else {
            return format!("'{name}' does not know '{ty}'");
        };
        if is_in(reached, place) {
            return match body
                .fields
                .get(field)
                .and_then(|field| field.marks.requires.as_ref())
            {
                Some(requires) if !self.can_select(ty, requires.selections(), reached) => {
                    format!("'{name}' cannot be given its '@requires(fields: \"{requires}\")'")
                }
                _ => format!(
                    "'{name}' cannot be entered again after its '@requires', it has no '@key' on '{ty}' that can be used"
                ),
            };
        }
        let from: BTreeSet<&str> = reached
            .iter()
            .map(|place| self.subgraphs[place.graph].name.as_str())
            .collect();
        let from: Vec<String> = from.into_iter().map(|name| format!("'{name}'")).collect();
        let from = from.join(", ");
        let keys: Vec<String> = body
            .keys
            .iter()
            .filter(|key| key.resolvable)
            .map(|key| format!("'{}'", key.fields))
            .collect();
        if keys.is_empty() {
            return format!(
                "'{name}' cannot be entered from {from}, it has no resolvable '@key' on '{}'",
                place.ty
            );
        }
        let keys = keys.join(" or ");
        format!("'{name}' cannot be entered from {from} for want of its key {keys}")
    }
}
