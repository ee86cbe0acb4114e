//! What the subgraphs and the supergraph say about a place, without moving anywhere.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::Name;
use apollo_compiler::ast::Selection;

use super::places::{Place, State};
use super::resolve::Resolver;
use crate::compose::merged::MergedKind;
use crate::compose::model::{Composite, Kind, Subgraph};

impl<'a> Resolver<'a> {
    /// The places that a type could be entered at: its own type, and interface objects of its interfaces.
    pub(super) fn candidates(&self, ty: &Name) -> Vec<Place> {
        let interfaces = self.interfaces(ty);
        let mut found = Vec::new();
        for (graph, subgraph) in self.subgraphs.iter().enumerate() {
            if subgraph.types.contains_key(ty) {
                found.push(Place::new(graph, ty.clone()));
            }
            let hiding = interfaces.iter().filter(|name| {
                subgraph
                    .composite(name)
                    .is_some_and(|body| body.interface_object)
            });
            found.extend(hiding.map(|interface| Place::new(graph, interface.clone())));
        }
        found
    }

    /// The subgraph answers for the field: not external, not overridden.
    pub(super) fn resolves(&self, place: &Place, field: &Name) -> bool {
        let merged = self
            .merged
            .fields(&place.ty)
            .and_then(|fields| fields.get(field));
        merged.is_some_and(|merged| merged.resolvers.contains(&place.graph))
    }

    /// Whether a field is among what `@provides` adds, and what it adds below.
    pub(super) fn provided(
        &self,
        ty: &Name,
        field: &Name,
        selections: &[Selection],
        below: &mut Vec<Selection>,
    ) -> bool {
        let mut found = false;
        for selection in selections {
            match selection {
                Selection::Field(selected) if selected.name == *field => {
                    found = true;
                    below.extend(selected.selection_set.iter().cloned());
                }
                Selection::InlineFragment(fragment) => {
                    if fragment
                        .type_condition
                        .as_ref()
                        .is_none_or(|condition| self.is_a(ty, condition))
                    {
                        found |= self.provided(ty, field, &fragment.selection_set, below);
                    }
                }
                Selection::Field(_) | Selection::FragmentSpread(_) => {}
            }
        }
        found
    }

    /// Splits places by the object types that can be met in them.
    pub(crate) fn states(&self, places: Vec<Place>) -> Vec<State> {
        let mut states: BTreeMap<Name, BTreeSet<Place>> = BTreeMap::new();
        for place in places {
            let subgraph = &self.subgraphs[place.graph];
            match subgraph.types.get(&place.ty).map(|ty| &ty.kind) {
                Some(Kind::Object(_)) => {
                    states.entry(place.ty.clone()).or_default().insert(place);
                }
                Some(Kind::Interface(_) | Kind::Union(_)) => {
                    for object in subgraph.possible_types(&place.ty) {
                        states.entry(object.clone()).or_default().insert(Place {
                            ty: object.clone(),
                            ..place.clone()
                        });
                    }
                }
                Some(Kind::Scalar | Kind::Enum(_) | Kind::Input(_)) | None => {}
            }
        }
        states
            .into_iter()
            .map(|(ty, places)| State { ty, places })
            .collect()
    }

    /// The objects behind an interface object, as subgraphs that know the interface see them.
    pub(crate) fn refine(&self, interface: &Name, reached: &BTreeSet<Place>) -> Vec<State> {
        let (hidden, known): (Vec<&Place>, Vec<&Place>) = reached
            .iter()
            .partition(|place| self.body(place).is_some_and(|body| body.interface_object));
        let mut states = self.states(known.into_iter().cloned().collect());
        states.retain(|state| state.ty != *interface);
        for state in &mut states {
            state
                .places
                .extend(hidden.iter().map(|place| (*place).clone()));
        }
        states
    }

    pub(super) fn body(&self, place: &Place) -> Option<&'a Composite> {
        let subgraphs: &'a [Subgraph] = self.subgraphs;
        subgraphs[place.graph].composite(&place.ty)
    }

    pub(super) fn is_a(&self, ty: &Name, condition: &Name) -> bool {
        ty == condition
            || self.interfaces(ty).contains(condition)
            || matches!(self.merged.types.get(condition).map(|ty| &ty.kind), Some(MergedKind::Union(members)) if members.iter().any(|(_, member)| member == ty))
    }

    fn interfaces(&self, ty: &Name) -> BTreeSet<Name> {
        match self.merged.types.get(ty).map(|ty| &ty.kind) {
            Some(MergedKind::Object(body) | MergedKind::Interface(body)) => body
                .implements
                .iter()
                .map(|(_, interface)| interface.clone())
                .collect(),
            _ => BTreeSet::new(),
        }
    }
}
