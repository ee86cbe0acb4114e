//! Which subgraphs a router can move to, and which fields it can then resolve.

use std::collections::{BTreeSet, HashMap};

use apollo_compiler::Name;
use apollo_compiler::ast::Selection;

use super::places::{Place, State};
use crate::compose::merged::Merged;
use crate::compose::model::{Field, GraphId, Subgraph};

/// Bounds the work on one supergraph; conditions may nest in conditions.
const STEPS_MAX: usize = 20_000_000;

/// Answers questions about moves, remembering what it found.
pub(crate) struct Resolver<'a> {
    pub(super) subgraphs: &'a [Subgraph],
    pub(super) merged: &'a Merged,
    reachable: HashMap<State, BTreeSet<Place>>,
    /// Fields whose `@requires` is being examined, to notice circles.
    examining: Vec<(GraphId, Name, Name)>,
    /// States whose reach is being examined.
    expanding: Vec<State>,
    steps: usize,
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(subgraphs: &'a [Subgraph], merged: &'a Merged) -> Self {
        Self {
            subgraphs,
            merged,
            reachable: HashMap::new(),
            examining: Vec::new(),
            expanding: Vec::new(),
            steps: 0,
        }
    }

    pub(crate) fn is_exhausted(&self) -> bool {
        self.steps > STEPS_MAX
    }

    /// All places of an object, after moving by key for as long as that finds new ones.
    pub(crate) fn reachable(&mut self, state: &State) -> BTreeSet<Place> {
        if let Some(known) = self.reachable.get(state) {
            return known.clone();
        }
        if self.expanding.contains(state) {
            return state.places.clone();
        }
        self.expanding.push(state.clone());
        let reached = self.expand(state);
        self.expanding.pop();
        // Inside a circle the answer may be short, so only complete answers are kept.
        if self.expanding.is_empty() && self.examining.is_empty() {
            self.reachable.insert(state.clone(), reached.clone());
        }
        reached
    }

    fn expand(&mut self, state: &State) -> BTreeSet<Place> {
        let mut reached = state.places.clone();
        let candidates = self.candidates(&state.ty);
        loop {
            let before = reached.len();
            for candidate in &candidates {
                if !is_in(&reached, candidate) && self.can_enter(&state.ty, candidate, &reached) {
                    reached.insert(candidate.clone());
                }
            }
            if reached.len() == before || self.is_exhausted() {
                return reached;
            }
        }
    }

    fn can_enter(&mut self, ty: &Name, target: &Place, from: &BTreeSet<Place>) -> bool {
        // A new operation can always begin at a root.
        if ty == "Query" {
            return true;
        }
        let Some(body) = self.body(target) else {
            return false;
        };
        body.keys
            .iter()
            .filter(|key| key.resolvable)
            .any(|key| self.can_select(ty, key.fields.selections(), from))
    }

    /// Whether all of a field set can be had from these places and wherever they lead.
    pub(super) fn can_select(
        &mut self,
        ty: &Name,
        selections: &[Selection],
        from: &BTreeSet<Place>,
    ) -> bool {
        self.steps += 1;
        if self.is_exhausted() {
            return false;
        }
        selections.iter().all(|selection| match selection {
            Selection::Field(field) if field.name == "__typename" => true,
            Selection::Field(field) => {
                let children = self.follow(ty, &field.name, from);
                if children.is_empty() || field.selection_set.is_empty() {
                    return !children.is_empty();
                }
                self.states(children).into_iter().all(|state| {
                    let reached = self.reachable(&state);
                    self.can_select(&state.ty, &field.selection_set, &reached)
                })
            }
            Selection::InlineFragment(fragment) => {
                let applies = fragment
                    .type_condition
                    .as_ref()
                    .is_none_or(|condition| self.is_a(ty, condition));
                !applies || self.can_select(ty, &fragment.selection_set, from)
            }
            Selection::FragmentSpread(_) => false,
        })
    }

    /// The places of a field's value, one for each place that resolves the field.
    pub(crate) fn follow(&mut self, ty: &Name, field: &Name, from: &BTreeSet<Place>) -> Vec<Place> {
        let mut children = Vec::new();
        for place in from {
            let Some(own) = self.body(place).and_then(|body| body.fields.get(field)) else {
                continue;
            };
            let mut provided = Vec::new();
            let is_provided = self.provided(ty, field, &place.provided, &mut provided);
            let is_available = is_provided
                || self.resolves(place, field)
                    && self.requirement_holds(ty, field, own, place, from);
            if !is_available {
                continue;
            }
            if let Some(provides) = &own.marks.provides {
                provided.extend(provides.selections().iter().cloned());
            }
            children.push(Place {
                graph: place.graph,
                ty: own.ty.inner_named_type().clone(),
                provided,
            });
        }
        children
    }

    /// The required fields can be had, and the subgraph can be entered again with them.
    fn requirement_holds(
        &mut self,
        ty: &Name,
        name: &Name,
        field: &Field,
        place: &Place,
        from: &BTreeSet<Place>,
    ) -> bool {
        let Some(requires) = &field.marks.requires else {
            return true;
        };
        let examined = (place.graph, place.ty.clone(), name.clone());
        if self.examining.contains(&examined) {
            return false;
        }
        self.examining.push(examined);
        let holds =
            self.can_select(ty, requires.selections(), from) && self.can_enter(ty, place, from);
        self.examining.pop();
        holds
    }
}

/// Whether a place is reached, with or without more that is provided there.
pub(super) fn is_in(places: &BTreeSet<Place>, candidate: &Place) -> bool {
    places
        .iter()
        .any(|place| place.graph == candidate.graph && place.ty == candidate.ty)
}
