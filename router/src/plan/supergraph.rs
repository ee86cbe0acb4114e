//! What a supergraph says about its subgraphs, indexed for planning: which of them knows a
//! type, by which keys it can be entered, and what it answers there.

mod read;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::ast::{Selection, Type};

use crate::plan::labels::Labels;

/// Position of a subgraph in [`SupergraphIndex::subgraphs`].
pub(crate) type GraphId = usize;

/// A supergraph, indexed.
#[derive(Default)]
pub(crate) struct SupergraphIndex {
    pub(crate) subgraphs: Vec<Arc<str>>,
    types: Arc<HashMap<Name, TypeIndex>>,
    pub(crate) labels: Arc<Labels>,
    /// The labels of overrides that are on.
    on: HashSet<Arc<str>>,
}

/// A composite type.
struct TypeIndex {
    is_abstract: bool,
    /// The interfaces of an object or interface.
    interfaces: Vec<Name>,
    /// The object types that a value can have.
    possible: Vec<Name>,
    graphs: BTreeMap<GraphId, TypeInGraph>,
    fields: HashMap<Name, FieldIndex>,
}

/// A composite type as one subgraph knows it.
#[derive(Default)]
pub(crate) struct TypeInGraph {
    /// The field sets that it can be entered by.
    pub(crate) keys: Vec<Vec<Selection>>,
    pub(crate) is_interface_object: bool,
    /// The object types that a value can have there.
    possible: Vec<Name>,
}

struct FieldIndex {
    ty: Type,
    graphs: BTreeMap<GraphId, FieldInGraph>,
}

/// A field that a subgraph knows.
pub(crate) struct FieldInGraph {
    /// Known by name only: it is in a key, required or provided, or another subgraph has
    /// taken it over.
    is_external: bool,
    moves: Option<Move>,
    pub(crate) requires: Option<Vec<Selection>>,
    provides: Vec<Selection>,
    /// The named type that the subgraph gives it.
    ty: Name,
}

/// A label decides whether a subgraph answers a field.
struct Move {
    label: Arc<str>,
    /// The subgraph answers the field when the label is on, and else when it is off.
    answers_when_on: bool,
}

impl FieldInGraph {
    /// The place of its value.
    pub(crate) fn value(&self, graph: GraphId) -> Place {
        Place {
            graph,
            ty: self.ty.clone(),
            provided: self.provides.clone(),
        }
    }
}

/// An object as one subgraph sees it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) graph: GraphId,
    /// The type under which the subgraph knows it.
    pub(crate) ty: Name,
    /// What `@provides` adds on the way here.
    pub(crate) provided: Vec<Selection>,
}

/// A type of a subgraph, as something to enter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Target {
    pub(crate) graph: GraphId,
    pub(crate) ty: Name,
}

impl Target {
    /// The place that is entered, where nothing is provided.
    pub(crate) fn place(&self) -> Place {
        Place {
            graph: self.graph,
            ty: self.ty.clone(),
            provided: Vec::new(),
        }
    }
}

impl SupergraphIndex {
    /// The same supergraph with labels switched on.
    pub(crate) fn with(&self, on: &[usize]) -> Self {
        Self {
            subgraphs: self.subgraphs.clone(),
            types: Arc::clone(&self.types),
            labels: Arc::clone(&self.labels),
            on: on
                .iter()
                .map(|label| Arc::clone(self.labels.text(*label)))
                .collect(),
        }
    }

    /// Whether a subgraph knows a field by name only.
    pub(crate) fn is_external(&self, field: &FieldInGraph) -> bool {
        let is_moved = |moves: &Move| self.on.contains(&moves.label) != moves.answers_when_on;
        field.is_external || field.moves.as_ref().is_some_and(is_moved)
    }

    pub(crate) fn is_composite(&self, ty: &str) -> bool {
        self.types.contains_key(ty)
    }

    pub(crate) fn is_abstract(&self, ty: &str) -> bool {
        self.types.get(ty).is_some_and(|ty| ty.is_abstract)
    }

    /// The object types that a value can have.
    pub(crate) fn possible(&self, ty: &str) -> &[Name] {
        self.types.get(ty).map_or(&[], |ty| &ty.possible)
    }

    /// Whether every value of a type is one of another.
    pub(crate) fn is_a(&self, ty: &str, condition: &str) -> bool {
        let within = self.possible(condition);
        ty == condition
            || self.types.get(ty).is_some_and(|ty| {
                ty.interfaces.iter().any(|name| name == condition)
                    || ty.possible.iter().all(|object| within.contains(object))
            })
    }

    pub(crate) fn in_graph(&self, target: &Target) -> Option<&TypeInGraph> {
        self.types.get(&target.ty)?.graphs.get(&target.graph)
    }

    /// Whether the place tells nothing of the concrete type.
    pub(crate) fn is_interface_object(&self, place: &Place) -> bool {
        self.type_at(place).is_some_and(|ty| ty.is_interface_object)
    }

    /// The object types that can be met at a place.
    pub(crate) fn possible_at(&self, place: &Place) -> &[Name] {
        self.type_at(place).map_or(&[], |ty| &ty.possible)
    }

    fn type_at(&self, place: &Place) -> Option<&TypeInGraph> {
        self.types.get(&place.ty)?.graphs.get(&place.graph)
    }

    /// The supergraph's type of a field.
    pub(crate) fn field_type(&self, ty: &str, field: &str) -> Option<&Type> {
        Some(&self.types.get(ty)?.fields.get(field)?.ty)
    }

    pub(crate) fn field_in(&self, target: &Target, field: &str) -> Option<&FieldInGraph> {
        let ty = self.types.get(&target.ty)?;
        ty.fields.get(field)?.graphs.get(&target.graph)
    }

    /// What a field of a target requires.
    pub(crate) fn requires(&self, target: &Target, field: &str) -> Option<&[Selection]> {
        self.field_in(target, field)?.requires.as_deref()
    }

    /// The fields of a target that require others.
    pub(crate) fn requiring(&self, target: &Target) -> impl Iterator<Item = &Name> {
        let fields = self.types.get(&target.ty).map(|ty| &ty.fields);
        fields.into_iter().flatten().filter_map(|(name, field)| {
            let known = field.graphs.get(&target.graph)?;
            known.requires.as_ref().map(|_| name)
        })
    }

    /// The types under which subgraphs may know an object of a type: its own, and interface
    /// objects of its interfaces.
    pub(crate) fn targets(&self, ty: &Name) -> Vec<Target> {
        let Some(index) = self.types.get(ty) else {
            return Vec::new();
        };
        let own = index.graphs.keys().map(|graph| (*graph, ty));
        let hidden = index.interfaces.iter().flat_map(|interface| {
            let graphs = self.types.get(interface).map(|index| &index.graphs);
            graphs
                .into_iter()
                .flatten()
                .filter(|(_, ty)| ty.is_interface_object)
                .map(move |(graph, _)| (*graph, interface))
        });
        own.chain(hidden)
            .map(|(graph, ty)| Target {
                graph,
                ty: ty.clone(),
            })
            .collect()
    }

    /// The place of a field's value, if the subgraph can answer the field at this place as
    /// it is: it is its own or provided, and requires nothing.
    pub(crate) fn follow(&self, place: &Place, field: &str) -> Option<Place> {
        let ty = self.types.get(&place.ty)?;
        let known = ty.fields.get(field)?.graphs.get(&place.graph);
        let mut provided = Vec::new();
        if !self.find_provided(&place.ty, field, &place.provided, &mut provided) {
            known.filter(|known| !self.is_external(known) && known.requires.is_none())?;
            let is_hidden = self.is_interface_object(place);
            if ty.is_abstract && !is_hidden && !self.every_object_answers(place, field) {
                return None;
            }
        }
        let known = known?;
        provided.extend(known.provides.iter().cloned());
        Some(Place {
            graph: place.graph,
            ty: known.ty.clone(),
            provided,
        })
    }

    fn every_object_answers(&self, place: &Place, field: &str) -> bool {
        self.possible_at(place)
            .iter()
            .all(|object| self.follow(&self.narrow(place, object), field).is_some())
    }

    /// The place of those objects that have a concrete type.
    pub(crate) fn narrow(&self, place: &Place, object: &Name) -> Place {
        Place {
            ty: object.clone(),
            ..place.clone()
        }
    }

    /// Whether a field is among what is provided, and what is provided below it.
    fn find_provided(
        &self,
        ty: &str,
        field: &str,
        provided: &[Selection],
        below: &mut Vec<Selection>,
    ) -> bool {
        let mut found = false;
        for selection in provided {
            match selection {
                Selection::Field(selected) if selected.name == field => {
                    found = true;
                    below.extend(selected.selection_set.iter().cloned());
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.type_condition.as_ref();
                    if condition.is_none_or(|condition| self.is_a(ty, condition)) {
                        found |= self.find_provided(ty, field, &fragment.selection_set, below);
                    }
                }
                Selection::Field(_) | Selection::FragmentSpread(_) => {}
            }
        }
        found
    }

    /// Whether another subgraph that answers a field can be entered from a place, perhaps
    /// through more of them.
    pub(crate) fn leads_on(&self, place: &Place, field: &str) -> bool {
        let mut reached = vec![place.clone()];
        let mut left = self.targets(&place.ty);
        let answers = |target: &Target| {
            let known = self.field_in(target, field);
            known.is_some_and(|known| !self.is_external(known))
        };
        loop {
            let entered = left.iter().position(|target| {
                let keys = self.in_graph(target).map_or(&[][..], |ty| &ty.keys);
                let can_enter =
                    |key: &Vec<Selection>| reached.iter().any(|place| self.has_set(place, key));
                keys.iter().any(can_enter)
            });
            let Some(entered) = entered.map(|position| left.swap_remove(position)) else {
                return false;
            };
            if answers(&entered) {
                return true;
            }
            reached.push(entered.place());
        }
    }

    fn has_set(&self, place: &Place, set: &[Selection]) -> bool {
        set.iter().all(|selection| match selection {
            Selection::Field(field) => {
                let value = self.follow(place, &field.name);
                value.is_some_and(|value| self.has_set(&value, &field.selection_set))
            }
            Selection::InlineFragment(_) | Selection::FragmentSpread(_) => true,
        })
    }

    /// Whether a subgraph understands a type condition at a place as the supergraph does.
    pub(crate) fn understands(&self, place: &Place, condition: &Name) -> bool {
        let there = Place {
            ty: condition.clone(),
            ..place.clone()
        };
        let Some(known) = self.type_at(&there) else {
            return false;
        };
        let possible = self.possible(condition);
        let here = self.possible_at(place);
        !known.is_interface_object
            // It refuses a condition that no object meets.
            && here.iter().any(|object| known.possible.contains(object))
            && here
                .iter()
                .all(|object| possible.contains(object) == known.possible.contains(object))
    }
}
