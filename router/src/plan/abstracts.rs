//! Gives out what is wanted of interfaces and unions: what all objects have in common where
//! that is possible, the rest type by type.

use apollo_compiler::Name;

use crate::plan::branches::Branches;
use crate::plan::draft::Deps;
use crate::plan::planning::{Planned, Planning};
use crate::plan::position::{Access, PositionId};
use crate::plan::select::Given;
use crate::plan::supergraph::{Place, Target};
use crate::plan::wanted::{Wanted, WantedField};

impl Planning<'_> {
    pub(crate) fn select_abstract(&mut self, at: PositionId, wanted: &Wanted) -> Planned<Deps> {
        let knows_type = |access: &Access| !self.hides_type(access);
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
        let groups = self.groups(&typed);
        for part in &typed.parts {
            self.draft.nodes[part.node].tells_type = true;
        }
        self.positions[at].tells_type = groups.clone();
        let mut parts = typed.parts.iter();
        if parts.all(|part| self.missing(&part.place, wanted) == 0) {
            for part in &typed.parts {
                self.copy(part.node, &part.place, wanted);
            }
            return Ok(groups);
        }
        let mut given = Given::default();
        given.deps.extend(groups);
        let rest = self.give_common(at, wanted, &mut given)?;
        let mut deps = self.descend(given, wanted)?;
        deps.extend(self.select_by_object(at, &rest)?);
        Ok(deps)
    }

    /// A request that knows the concrete types at a position.
    fn typed_access(&mut self, at: PositionId) -> Planned<Access> {
        let accesses = &self.positions[at].accesses;
        let mut typed = accesses.iter().filter(|access| !self.hides_type(access));
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
            let mut covering = accesses.filter(|access| {
                let mut parts = access.parts.iter();
                parts.all(|part| self.covers_fragment(&part.place, condition, wanted))
            });
            if let Some(access) = covering.next().cloned() {
                given.deps.extend(self.groups(&access));
                for part in &access.parts {
                    let node = self.draft.fragment(part.node, condition);
                    let place = self.index.narrow(&part.place, condition);
                    self.copy(node, &place, wanted);
                }
            } else {
                rest.fragments.insert(condition.clone(), wanted.clone());
            }
        }
        Ok(rest)
    }

    /// Whether a request can answer a field for each concrete type, though not for all at once.
    fn has_every_object(&self, at: PositionId, field: &WantedField) -> bool {
        let has_every = |place: &Place| {
            let mut objects = self.index.possible_at(place).iter();
            objects.all(|object| {
                let place = self.index.narrow(place, object);
                self.index.follow(&place, &field.field).is_some()
            })
        };
        let mut accesses = self.positions[at].accesses.iter();
        accesses.any(|access| {
            let mut parts = access.parts.iter();
            !self.hides_type(access) && parts.all(|part| has_every(&part.place))
        })
    }

    fn select_by_object(&mut self, at: PositionId, wanted: &Wanted) -> Planned<Deps> {
        let mut deps = Deps::new();
        let mut branches = Branches::default();
        for object in self.objects_at(at) {
            let sources = wanted.sources(self.index, &object);
            if sources.is_empty() {
                continue;
            }
            let narrowed = self.narrowed(at, &object);
            let given = self.give_object(narrowed, &Wanted::of_sources(&sources))?;
            deps.extend(given.deps);
            for (child, name) in given.below {
                branches.add(&name, &sources[&name], (narrowed, child));
            }
        }
        deps.extend(self.descend_branches(at, branches)?);
        Ok(deps)
    }

    /// The concrete types that the requests at hand can tell at a position.
    fn objects_at(&self, at: PositionId) -> Vec<Name> {
        let accesses = self.positions[at].accesses.iter();
        let typed = accesses.filter(|access| !self.hides_type(access));
        let mut objects: Vec<Name> = Vec::new();
        for part in typed.flat_map(|access| &access.parts) {
            for object in self.index.possible_at(&part.place) {
                if !objects.contains(object) {
                    objects.push(object.clone());
                }
            }
        }
        objects
    }
}
