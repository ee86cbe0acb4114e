//! Proves that a router can reach every field of the supergraph, whatever way a client takes to it.
//!
//! The walk keeps, for each type on the way, the subgraphs that an object can be fetched from at that point. A type
//! seen again with the same subgraphs is not walked again, which makes the walk finite.

mod explain;
mod lookup;
mod places;
mod resolve;

use std::collections::{BTreeSet, HashSet, VecDeque};

use apollo_compiler::Name;

use self::explain::Step;
use self::places::{Place, State};
use self::resolve::Resolver;
use super::diagnostics::{Code, Diagnostics};
use super::merged::{Merged, MergedKind};
use super::model::Subgraph;

/// More states than any real supergraph has, few enough to walk in seconds.
const STATES_MAX: usize = 100_000;

/// A state to visit, and how the walk came there.
struct Visit {
    state: State,
    path: Vec<Step>,
}

/// Reports every field that no plan can reach.
pub(crate) fn check(subgraphs: &[Subgraph], merged: &Merged, diagnostics: &mut Diagnostics) {
    let mut walk = Walk {
        merged,
        resolver: Resolver::new(subgraphs, merged),
        queue: VecDeque::new(),
        seen: HashSet::new(),
        reported: BTreeSet::new(),
        diagnostics,
    };
    for root in ["Query", "Mutation", "Subscription"] {
        if let Some((name, _)) = merged.types.get_key_value(root) {
            let places = subgraphs
                .iter()
                .enumerate()
                .filter(|(_, subgraph)| subgraph.types.contains_key(root));
            let places = places
                .map(|(graph, _)| Place::new(graph, name.clone()))
                .collect();
            walk.enqueue(
                State {
                    ty: name.clone(),
                    places,
                },
                Vec::new(),
            );
        }
    }
    walk.run();
}

struct Walk<'a> {
    merged: &'a Merged,
    resolver: Resolver<'a>,
    queue: VecDeque<Visit>,
    seen: HashSet<State>,
    /// Fields that were reported already, on whatever path.
    reported: BTreeSet<(Name, Name)>,
    diagnostics: &'a mut Diagnostics,
}

impl Walk<'_> {
    fn run(&mut self) {
        while let Some(visit) = self.queue.pop_front() {
            if self.seen.len() > STATES_MAX || self.resolver.is_exhausted() {
                let message =
                    "the supergraph has too many paths to check that each can be resolved";
                self.diagnostics.error(Code::SatisfiabilityLimit, message);
                return;
            }
            self.visit(&visit);
        }
    }

    fn enqueue(&mut self, state: State, path: Vec<Step>) {
        if self.seen.insert(state.clone()) {
            self.queue.push_back(Visit { state, path });
        }
    }

    fn visit(&mut self, visit: &Visit) {
        let ty = &visit.state.ty;
        let reached = self.resolver.reachable(&visit.state);
        if let Some(MergedKind::Interface(_)) = self.merged.types.get(ty).map(|ty| &ty.kind) {
            self.refine(visit, &reached);
            return;
        }
        let Some(fields) = self.merged.fields(ty) else {
            return;
        };
        for name in fields.keys() {
            let children = self.resolver.follow(ty, name, &reached);
            if children.is_empty() {
                self.report(visit, name, &reached);
                continue;
            }
            for state in self.resolver.states(children) {
                let mut path = visit.path.clone();
                path.push(Step::Field {
                    parent: ty.clone(),
                    name: name.clone(),
                });
                if self
                    .merged
                    .fields(ty)
                    .is_some_and(|fields| fields[name].ty.inner_named_type() != &state.ty)
                {
                    path.push(Step::Condition(state.ty.clone()));
                }
                self.enqueue(state, path);
            }
        }
    }

    /// An interface object hides which object it is; some subgraph that knows the interface has to tell.
    fn refine(&mut self, visit: &Visit, reached: &BTreeSet<Place>) {
        let interface = &visit.state.ty;
        let objects = self.resolver.refine(interface, reached);
        if objects.is_empty() && self.reported.insert((interface.clone(), interface.clone())) {
            let operation = explain::operation(&visit.path, "__typename");
            let message = format!(
                "'{interface}' at '{operation}' comes from an '@interfaceObject', and no subgraph that knows its implementations can be reached"
            );
            self.diagnostics
                .error_of(Code::SatisfiabilityError, interface, message);
        }
        for state in objects {
            let mut path = visit.path.clone();
            path.push(Step::Condition(state.ty.clone()));
            self.enqueue(state, path);
        }
    }

    fn report(&mut self, visit: &Visit, field: &Name, reached: &BTreeSet<Place>) {
        let ty = &visit.state.ty;
        if !self.reported.insert((ty.clone(), field.clone())) {
            return;
        }
        let operation = explain::operation(&visit.path, field);
        let reasons = self.resolver.explain(ty, field, reached);
        let message = format!(
            "'{ty}.{field}' cannot be reached by '{operation}': {}",
            reasons.join("; ")
        );
        let element = format!("{ty}.{field}");
        self.diagnostics
            .error_of(Code::SatisfiabilityError, &element, message);
    }
}
