//! Where an object can be fetched from at some point of a path.

use std::collections::BTreeSet;

use apollo_compiler::Name;
use apollo_compiler::ast::Selection;

use crate::compose::field_set;
use crate::compose::model::GraphId;

/// A subgraph that has the object at hand.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) graph: GraphId,
    /// The type under which that subgraph knows the object; an interface for an interface object.
    pub(crate) ty: Name,
    /// What `@provides` adds on this path.
    pub(crate) provided: Vec<Selection>,
}

impl Place {
    pub(crate) fn new(graph: GraphId, ty: Name) -> Self {
        Self {
            graph,
            ty,
            provided: Vec::new(),
        }
    }

    fn sort_key(&self) -> (GraphId, &Name, String) {
        (self.graph, &self.ty, field_set::print(&self.provided))
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Place {}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.sort_key().cmp(&other.sort_key())
    }
}

impl std::hash::Hash for Place {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.sort_key().hash(state);
    }
}

/// An object of the supergraph with the places it was found in, before any move by key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct State {
    /// An object type, or an interface when only interface objects were seen.
    pub(crate) ty: Name,
    pub(crate) places: BTreeSet<Place>,
}
