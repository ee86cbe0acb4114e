//! Gives out what is wanted of interfaces and unions: what all objects have in common where
//! that is possible, the rest type by type.

use apollo_compiler::Name;

use crate::plan::draft::{Deps, NodeId};
use crate::plan::planning::{Planned, Planning};
use crate::plan::position::{Access, PositionId};
use crate::plan::select::Given;
use crate::plan::supergraph::{Place, Target};
use crate::plan::wanted::{Wanted, WantedField};

impl Planning<'_> {
    pub(crate) fn select_abstract(&mut self, at: PositionId, wanted: &Wanted) -> Planned<Deps> {
        let knows_type = |access: &Access| !self.index.is_interface_object(&access.place);
        if !wanted.needs_type() && !self.positions[at].accesses.iter().any(knows_type) {
            let mut given = Given::default();
            let rest = self.give_common(at, wanted, &mut given)?;
            let mut deps = self.descend(given, wanted)?;
            if !rest.is_empty() {
                deps.extend(self.select_typed(at, &rest)?);
            }
            return Ok(deps);
        }
        self.select_typed(at, wanted)
    }

    /// The same with a request at hand that knows the concrete types.
    fn select_typed(&mut self, at: PositionId, wanted: &Wanted) -> Planned<Deps> {
        let typed = self.typed_access(at)?;
        let group = self.group(&typed);
        self.draft.nodes[typed.node].tells_type = true;
        self.positions[at].tells_type = Some(group);
        if self.missing(&typed.place, wanted) == 0 {
            self.copy(typed.node, &typed.place, wanted);
            return Ok(Deps::from([group]));
        }
        let mut given = Given::default();
        given.deps.insert(group);
        let rest = self.give_common(at, wanted, &mut given)?;
        let mut deps = self.descend(given, wanted)?;
        deps.extend(self.select_by_object(at, &rest)?);
        Ok(deps)
    }

    /// A request that knows the concrete types at a position.
    fn typed_access(&mut self, at: PositionId) -> Planned<Access> {
        let accesses = &self.positions[at].accesses;
        let mut typed = accesses
            .iter()
            .filter(|access| !self.index.is_interface_object(&access.place));
        if let Some(access) = typed.next() {
            return Ok(access.clone());
        }
        let ty = self.positions[at].ty.clone();
        let mut best: Option<(usize, Target)> = None;
        for target in self.index.targets(&ty) {
            if !self.index.is_interface_object(&target.place())
                && let Some((cost, _)) = self.route(at, &target)?
                && best.as_ref().is_none_or(|(known, _)| cost < *known)
            {
                best = Some((cost, target));
            }
        }
        let Some((_, target)) = best else {
            return Err(self.unreachable(at, &apollo_compiler::name!("__typename")));
        };
        self.enter(at, &target)?;
        let access = self.positions[at].access(&target).cloned();
        access.ok_or_else(|| self.unreachable(at, &ty))
    }

    /// Gives out the fields that can be asked of all objects alike; answers what is left.
    pub(crate) fn give_common(
        &mut self,
        at: PositionId,
        wanted: &Wanted,
        given: &mut Given,
    ) -> Planned<Wanted> {
        let mut rest = Wanted::default();
        for (name, field) in &wanted.fields {
            if self.give_at_hand(at, name, field, given) {
                continue;
            }
            if !self.has_every_object(at, field)
                && let Some(choice) = self.choose(at, wanted, &[name])?
            {
                self.take(at, wanted, &choice, given)?;
                if choice.is_required || self.give_at_hand(at, name, field, given) {
                    continue;
                }
            }
            rest.fields.insert(name.clone(), field.clone());
        }
        for (condition, wanted) in &wanted.fragments {
            let accesses = self.positions[at].accesses.iter();
            let mut covering =
                accesses.filter(|access| self.covers_fragment(&access.place, condition, wanted));
            if let Some(access) = covering.next().cloned() {
                given.deps.insert(self.group(&access));
                let node = self.draft.fragment(access.node, condition);
                let place = self.index.narrow(&access.place, condition);
                self.copy(node, &place, wanted);
            } else {
                rest.fragments.insert(condition.clone(), wanted.clone());
            }
        }
        Ok(rest)
    }

    /// Whether a request can answer a field for each concrete type, though not for all at once.
    fn has_every_object(&self, at: PositionId, field: &WantedField) -> bool {
        self.positions[at].accesses.iter().any(|access| {
            let objects = self.index.possible_at(&access.place);
            !self.index.is_interface_object(&access.place)
                && objects.iter().all(|object| {
                    let place = self.index.narrow(&access.place, object);
                    self.index.follow(&place, &field.field).is_some()
                })
        })
    }

    fn select_by_object(&mut self, at: PositionId, wanted: &Wanted) -> Planned<Deps> {
        let mut objects: Vec<Name> = Vec::new();
        for access in &self.positions[at].accesses {
            if self.index.is_interface_object(&access.place) {
                continue;
            }
            for object in self.index.possible_at(&access.place) {
                if !objects.contains(object) {
                    objects.push(object.clone());
                }
            }
        }
        let mut deps = Deps::new();
        for object in objects {
            let wanted = wanted.of_object(self.index, &object);
            if !wanted.is_empty() {
                let narrowed = self.narrowed(at, &object);
                deps.extend(self.select_object(narrowed, &wanted)?);
            }
        }
        Ok(deps)
    }

    /// Selects everything wanted in a request that can answer all of it.
    fn copy(&mut self, node: NodeId, place: &Place, wanted: &Wanted) {
        for (name, field) in &wanted.fields {
            match self.index.follow(place, &field.field) {
                Some(value) => self.copy_field(node, place, name, field, &value),
                None => self.copy_by_object(
                    node,
                    place,
                    None,
                    &Wanted {
                        fields: [(name.clone(), field.clone())].into(),
                        ..Wanted::default()
                    },
                ),
            }
        }
        for (condition, wanted) in &wanted.fragments {
            if self.covers_fragment(place, condition, wanted) {
                let node = self.draft.fragment(node, condition);
                let place = self.index.narrow(place, condition);
                self.copy(node, &place, wanted);
            } else {
                self.copy_by_object(node, place, Some(condition), wanted);
            }
        }
    }

    fn copy_field(
        &mut self,
        node: NodeId,
        place: &Place,
        name: &Name,
        field: &WantedField,
        value: &Place,
    ) {
        let composite = self.index.is_composite(&value.ty).then_some(&value.ty);
        let selected = (&field.field, &field.arguments);
        let Some(below) = self.draft.field(node, name, selected, composite) else {
            return;
        };
        let ty = self.index.field_type(&place.ty, &field.field);
        if ty.is_some_and(|ty| self.index.is_abstract(ty.inner_named_type())) {
            self.draft.nodes[below].tells_type = true;
        }
        if let Some(wanted) = &field.below {
            self.copy(below, value, wanted);
        }
    }

    fn copy_by_object(
        &mut self,
        node: NodeId,
        place: &Place,
        condition: Option<&Name>,
        wanted: &Wanted,
    ) {
        for object in self.index.possible_at(place).to_vec() {
            if condition.is_none_or(|condition| self.index.is_a(&object, condition)) {
                let fragment = self.draft.fragment(node, &object);
                let place = self.index.narrow(place, &object);
                self.copy(fragment, &place, wanted);
            }
        }
    }
}
