//! The making of one plan.
//!
//! The walk goes down what is wanted, place by place. At each place it knows the requests
//! that have the object at hand, and gives every field to one of them, or to a new request
//! that enters another subgraph by a key. `select` and `abstracts` give out fields, `enter`
//! adds requests, `cost` tells beforehand what a way would take.

use std::time::Instant;

use apollo_compiler::ast::{Selection, Type};
use apollo_compiler::{Name, Node};

use crate::plan::PlanError;
use crate::plan::draft::{Below, Deps, Draft, GroupId, Need, NodeId, PathStep};
use crate::plan::position::{Access, Origin, Part, Position, PositionId};
use crate::plan::scope::{ScopeId, Scopes, list_levels};
use crate::plan::supergraph::{Place, SupergraphIndex, Target};
use crate::plan::values::KnownValues;
use crate::plan::wanted::{Arguments, Wanted, WantedField};
use crate::plan::ways::KnownWays;
use crate::subgraph::OperationKind;

/// Ways looked at for one plan; an honest operation needs a few hundred.
const STEPS_MAX: usize = 1_000_000;

pub(crate) type Planned<T> = Result<T, PlanError>;

/// The state of one plan.
pub(crate) struct Planning<'a> {
    pub(crate) index: &'a SupergraphIndex,
    pub(crate) draft: Draft,
    pub(crate) positions: Vec<Position>,
    pub(crate) scopes: Scopes,
    /// What is being entered, so that no way leads through itself.
    pub(crate) busy: Vec<(PositionId, Target)>,
    /// Fields whose requirements are being looked at.
    pub(crate) examined: Vec<(PositionId, Target, Name)>,
    pub(crate) deadline: Instant,
    pub(crate) known_ways: KnownWays,
    pub(crate) known_values: KnownValues,
    /// Concrete types go on together below their fields.
    pub(crate) joins_twigs: bool,
    steps: usize,
}

impl<'a> Planning<'a> {
    /// Plans an operation into a draft.
    pub(crate) fn draft(
        index: &'a SupergraphIndex,
        kind: OperationKind,
        wanted: &Wanted,
        deadline: Instant,
        joins_twigs: bool,
    ) -> Planned<(Draft, Scopes)> {
        let root = root_type(kind);
        let (scopes, scope) = Scopes::of(index, &root, wanted);
        let position = Position::new(root, Vec::new(), scope, Origin::Root(kind));
        let mut planning = Self {
            index,
            draft: Draft::default(),
            positions: vec![position],
            scopes,
            busy: Vec::new(),
            examined: Vec::new(),
            deadline,
            known_ways: KnownWays::default(),
            known_values: KnownValues::default(),
            joins_twigs,
            steps: 0,
        };
        planning.select(0, wanted)?;
        Ok((planning.draft, planning.scopes))
    }

    /// Counts what planning costs, and stops it when that is too much.
    pub(crate) fn step(&mut self) -> Planned<()> {
        self.steps += 1;
        let looks_at_clock = self.steps.is_multiple_of(256) || self.steps == 1;
        if self.steps > STEPS_MAX || looks_at_clock && Instant::now() >= self.deadline {
            return Err(PlanError::TimedOut);
        }
        Ok(())
    }

    /// The requests that an access takes.
    pub(crate) fn groups(&self, access: &Access) -> Deps {
        let parts = access.parts.iter();
        parts
            .map(|part| self.draft.nodes[part.node].group)
            .collect()
    }

    /// The places of a field's value, if everything at hand can answer it.
    pub(crate) fn follow(&self, access: &Access, field: &Name) -> Option<Vec<Place>> {
        let parts = access.parts.iter();
        parts
            .map(|part| self.index.follow(&part.place, field))
            .collect()
    }

    /// Whether the concrete types of some of the objects can not be told.
    pub(crate) fn hides_type(&self, access: &Access) -> bool {
        let mut parts = access.parts.iter();
        parts.any(|part| self.index.is_interface_object(&part.place))
    }

    /// The place below a field of the objects at a position.
    pub(crate) fn child(&mut self, at: PositionId, name: &Name, field: &WantedField) -> PositionId {
        if let Some(child) = self.positions[at].fields.get(name) {
            return *child;
        }
        let parent = &self.positions[at];
        let ty = self.index.field_type(&parent.ty, &field.field);
        let ty = ty
            .cloned()
            .unwrap_or_else(|| Type::Named(parent.ty.clone()));
        let mut path = parent.path_of_objects();
        path.push(PathStep::Field(name.clone()));
        path.extend((0..list_levels(&ty)).map(|_| PathStep::List));
        let needs = parent.needs.clone();
        let scope = self.scopes.child(parent.scope, name);
        let origin = Origin::Field {
            parents: vec![at],
            name: name.clone(),
            field: Box::new(WantedField {
                below: Some(Wanted::default()),
                ..field.clone()
            }),
        };
        let mut child = Position::new(ty.inner_named_type().clone(), path, scope, origin);
        child.needs = needs;
        self.positions.push(child);
        let child = self.positions.len() - 1;
        self.positions[at].fields.insert(name.clone(), child);
        child
    }

    /// The objects of a concrete type at a position of an abstract one.
    pub(crate) fn narrowed(&mut self, at: PositionId, object: &Name) -> PositionId {
        let narrowed = match self.positions[at].objects.get(object) {
            Some(narrowed) => *narrowed,
            None => {
                let parent = &self.positions[at];
                let origin = Origin::Narrowed(at);
                let mut position =
                    Position::new(object.clone(), parent.path.clone(), parent.scope, origin);
                position.object = Some(object.clone());
                self.positions.push(position);
                let narrowed = self.positions.len() - 1;
                self.positions[at].objects.insert(object.clone(), narrowed);
                narrowed
            }
        };
        let parent = &self.positions[at];
        let needs = parent.needs.union(&parent.tells_type).copied().collect();
        self.positions[narrowed].needs = needs;
        for access in self.positions[at].accesses.clone() {
            self.narrow_access(narrowed, &access);
        }
        narrowed
    }

    /// Lets a request that has objects of an abstract type have those of a concrete one.
    pub(crate) fn narrow_access(&mut self, narrowed: PositionId, access: &Access) {
        if self.hides_type(access) {
            let shared = &mut self.positions[narrowed].shared;
            if !shared.iter().any(|known| known.is_same(access)) {
                shared.push(access.clone());
                self.forget_ways(narrowed);
            }
            return;
        }
        let object = self.positions[narrowed].ty.clone();
        let mut parts = Vec::new();
        for part in &access.parts {
            if self.index.possible_at(&part.place).contains(&object) {
                let place = self.index.narrow(&part.place, &object);
                let node = self.draft.fragment(part.node, &place.ty);
                parts.push(Part { node, place });
            }
        }
        if !parts.is_empty() {
            self.add_access(narrowed, Access { parts });
        }
    }

    pub(crate) fn add_access(&mut self, at: PositionId, access: Access) {
        let accesses = &mut self.positions[at].accesses;
        if !accesses.iter().any(|known| known.is_same(&access)) {
            accesses.push(access);
            self.forget_ways(at);
        }
    }

    /// Another request is at hand: what leads on from there may be different now.
    fn forget_ways(&mut self, at: PositionId) {
        let positions = &self.positions;
        let path = &positions[at].path;
        self.known_ways
            .retain(|(from, _), _| !positions[*from].path.starts_with(path));
    }

    /// Selects a field where a request has the object, and notes that it has the value then.
    pub(crate) fn assign(
        &mut self,
        at: PositionId,
        access: &Access,
        name: &Name,
        field: &WantedField,
        values: Vec<Place>,
    ) -> Option<PositionId> {
        let mut parts = Vec::new();
        self.assign_parts(access, (name, field), values, &mut parts);
        if parts.is_empty() {
            return None;
        }
        let child = self.child(at, name, field);
        self.add_access(child, Access { parts });
        Some(child)
    }

    /// Selects a field, and adds where its values are then. Where one request has values of
    /// the same kind under several types, it selects the same of all.
    pub(crate) fn assign_parts(
        &mut self,
        access: &Access,
        (name, field): (&Name, &WantedField),
        values: Vec<Place>,
        parts: &mut Vec<Part>,
    ) {
        for (part, place) in access.parts.iter().zip(values) {
            let below = self.index.is_composite(&place.ty).then(|| {
                let group = self.draft.nodes[part.node].group;
                self.twin(parts, group, &place)
                    .map_or(Below::New(&place.ty), Below::Shared)
            });
            let selected = (&field.field, &field.arguments);
            let node = self.draft.field(part.node, name, selected, below);
            if let Some(node) = node
                && parts.iter().all(|known| known.node != node)
            {
                parts.push(Part { node, place });
            }
        }
    }

    /// The selection in which a request has objects of the same kind.
    pub(crate) fn twin(&self, parts: &[Part], group: GroupId, place: &Place) -> Option<NodeId> {
        let mut parts = parts.iter();
        let twin = parts
            .find(|known| known.place == *place && self.draft.nodes[known.node].group == group)?;
        Some(twin.node)
    }

    /// A field set as something wanted, and as what a representation takes from the data.
    pub(crate) fn field_set(
        &mut self,
        at: PositionId,
        set: &[Selection],
        may_be_null: bool,
    ) -> (Wanted, Vec<Need>) {
        let (ty, scope) = (self.positions[at].ty.clone(), self.positions[at].scope);
        self.read_set(scope, &ty, set, may_be_null)
    }

    fn read_set(
        &mut self,
        scope: ScopeId,
        ty: &Name,
        set: &[Selection],
        may_be_null: bool,
    ) -> (Wanted, Vec<Need>) {
        let mut wanted = Wanted::default();
        let mut requires = Vec::new();
        for selection in set {
            match selection {
                Selection::Field(field) if field.name == "__typename" => {}
                Selection::Field(field) => {
                    let (name, field, require) = self.read_field(scope, ty, field, may_be_null);
                    wanted.fields.insert(name, field);
                    requires.push(require);
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.type_condition.as_ref().unwrap_or(ty);
                    let inner = &fragment.selection_set;
                    let (below, require) = self.read_set(scope, condition, inner, may_be_null);
                    wanted
                        .fragments
                        .entry(condition.clone())
                        .or_default()
                        .merge(&below);
                    requires.push(Need::On {
                        types: self.types_of(condition),
                        below: require,
                    });
                }
                Selection::FragmentSpread(_) => {}
            }
        }
        (wanted, requires)
    }

    fn read_field(
        &mut self,
        scope: ScopeId,
        ty: &Name,
        field: &Node<apollo_compiler::ast::Field>,
        may_be_null: bool,
    ) -> (Name, WantedField, Need) {
        let index = self.index;
        let arguments = literal_arguments(field);
        let name = self
            .scopes
            .name(index, scope, ty, &field.name, arguments.clone());
        let of = index.field_type(ty, &field.name);
        let inner = of.map_or(ty, |of| of.inner_named_type());
        let mut below = (Wanted::default(), Vec::new());
        if !field.selection_set.is_empty() {
            let scope = self.scopes.child(scope, &name);
            below = self.read_set(scope, inner, &field.selection_set, may_be_null);
            if index.is_abstract(inner) {
                below.1.insert(0, Need::typename());
            }
        }
        let require = Need::Field {
            name: name.clone(),
            sent_as: field.name.clone(),
            nullable: may_be_null && of.is_none_or(|of| !of.is_non_null()),
            below: below.1,
        };
        let wanted = WantedField {
            field: field.name.clone(),
            arguments,
            below: (!field.selection_set.is_empty()).then_some(below.0),
        };
        (name, wanted, require)
    }

    /// What an object may call itself when it meets a condition.
    fn types_of(&self, condition: &Name) -> Vec<Name> {
        let objects = self.index.possible(condition).iter();
        let other = objects.filter(|object| *object != condition).cloned();
        [condition.clone()].into_iter().chain(other).collect()
    }
}

/// The arguments in a field set are literals.
fn literal_arguments(field: &apollo_compiler::ast::Field) -> Arguments {
    if field.arguments.is_empty() {
        return Arguments::default();
    }
    let printed = field.arguments.iter().map(|argument| {
        let value = argument.value.serialize().no_indent();
        format!("{}:{value}", argument.name)
    });
    Arguments {
        text: format!("({})", printed.collect::<Vec<_>>().join(",")).into(),
        variables: Vec::new().into(),
    }
}

fn root_type(kind: OperationKind) -> Name {
    match kind {
        OperationKind::Query => apollo_compiler::name!("Query"),
        OperationKind::Mutation => apollo_compiler::name!("Mutation"),
        OperationKind::Subscription => apollo_compiler::name!("Subscription"),
    }
}
