//! What it would take to have an object, or some of its fields, in a subgraph: the number of
//! requests to be added. Nothing is changed by asking.

use apollo_compiler::Name;
use apollo_compiler::ast::{Field, Selection};

use crate::plan::planning::{Planned, Planning};
use crate::plan::position::{Origin, PositionId};
use crate::plan::supergraph::{Place, Target};
use crate::plan::ways::Ways;
use crate::subgraph::OperationKind;

/// Requests to be added.
pub(crate) type Cost = usize;

/// How to have an object in a subgraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// A request has it already.
    Here,
    /// A new operation: the object is a root type.
    Root,
    /// An entity fetch by the key of this number.
    Key(usize),
    /// The field that leads here can be asked of the subgraph too, where each parent is this.
    Parents(Vec<Target>),
}

impl Planning<'_> {
    /// The cheapest way to a target; `None` when there is none.
    pub(crate) fn route(
        &mut self,
        at: PositionId,
        target: &Target,
    ) -> Planned<Option<(Cost, Route)>> {
        self.step()?;
        if self.positions[at].access(target).is_some() {
            return Ok(Some((0, Route::Here)));
        }
        let entering = (at, target.clone());
        if self.busy.contains(&entering) {
            return Ok(None);
        }
        if let Some(root) = self.root_route(at) {
            return Ok(root);
        }
        Ok(self.ways(at)?.to(target).cloned())
    }

    /// A query can begin anywhere; a mutation and a subscription begin once.
    fn root_route(&self, at: PositionId) -> Option<Option<(Cost, Route)>> {
        let position = &self.positions[at];
        match &position.origin {
            _ if position.ty == "Query" => Some(Some((1, Route::Root))),
            Origin::Root(_) if position.accesses.is_empty() => Some(Some((1, Route::Root))),
            Origin::Root(_) => Some(None),
            Origin::Field { .. } | Origin::Narrowed(_) => None,
        }
    }

    pub(crate) fn key_route(
        &mut self,
        at: PositionId,
        target: &Target,
        ways: &Ways,
    ) -> Planned<Option<(Cost, Route)>> {
        let index = self.index;
        let keys = index.in_graph(target).map_or(&[][..], |ty| &ty.keys);
        let mut best = None;
        for (number, key) in keys.iter().enumerate() {
            if let Some(cost) = self.set_cost(at, key, ways)?
                && best.as_ref().is_none_or(|(known, _)| cost + 1 < *known)
            {
                best = Some((cost + 1, Route::Key(number)));
            }
        }
        Ok(best)
    }

    pub(crate) fn parent_route(
        &mut self,
        at: PositionId,
        target: &Target,
    ) -> Planned<Option<(Cost, Route)>> {
        let origin = self.positions[at].origin.clone();
        let field = match &origin {
            Origin::Root(_) => return Ok(None),
            Origin::Narrowed(_) => None,
            Origin::Field { field, .. } => Some(&field.field),
        };
        // Those of one position are asked together, so the dearest decides.
        let (mut total, mut parents) = (0, Vec::new());
        for parent in origin.parents() {
            if field.is_some() && self.is_event_or_change(*parent) {
                return Ok(None);
            }
            let Some((cost, from)) = self.way_by(*parent, field, target)? else {
                return Ok(None);
            };
            total = total.max(cost);
            parents.push(from);
        }
        Ok(Some((total, Route::Parents(parents))))
    }

    /// The cheapest way to a parent that gives a target.
    fn way_by(
        &mut self,
        parent: PositionId,
        field: Option<&Name>,
        target: &Target,
    ) -> Planned<Option<(Cost, Target)>> {
        let mut best: Option<(Cost, Target)> = None;
        let targets = self.index.targets(&self.positions[parent].ty);
        for from in targets
            .into_iter()
            .filter(|from| from.graph == target.graph)
        {
            if self.leads_to(parent, &from, field, target)
                && let Some((cost, _)) = self.route(parent, &from)?
                && best.as_ref().is_none_or(|(known, _)| cost < *known)
            {
                best = Some((cost, from));
            }
        }
        Ok(best)
    }

    /// The fields of mutations and subscriptions are asked once.
    fn is_event_or_change(&self, at: PositionId) -> bool {
        let origin = &self.positions[at].origin;
        matches!(
            origin,
            Origin::Root(OperationKind::Mutation | OperationKind::Subscription)
        )
    }

    /// Whether having the parent gives the target: by a field, or by its concrete type.
    fn leads_to(
        &self,
        parent: PositionId,
        from: &Target,
        field: Option<&Name>,
        target: &Target,
    ) -> bool {
        let leads = |place: &Place| match field {
            Some(field) => {
                let value = self.index.follow(place, field);
                value.is_some_and(|value| value.ty == target.ty)
            }
            None if self.index.is_interface_object(place) => false,
            None => self.index.possible_at(place).contains(&target.ty),
        };
        match self.positions[parent].access(from) {
            // A field is asked of all parts; a concrete type may be in some of them only.
            Some(access) if field.is_some() => access.parts.iter().all(|part| leads(&part.place)),
            Some(access) => access.parts.iter().any(|part| leads(&part.place)),
            None => leads(&from.place()),
        }
    }

    /// What it takes to have all of a field set.
    pub(crate) fn set_cost(
        &mut self,
        at: PositionId,
        set: &[Selection],
        ways: &Ways,
    ) -> Planned<Option<Cost>> {
        self.step()?;
        let mut total = 0;
        for selection in set {
            let cost = match selection {
                Selection::Field(field) => self.field_cost(at, field, ways)?,
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.type_condition.as_ref();
                    let ty = &self.positions[at].ty;
                    if condition.is_none_or(|condition| self.index.is_a(ty, condition)) {
                        self.set_cost(at, &fragment.selection_set, ways)?
                    } else {
                        Some(0)
                    }
                }
                Selection::FragmentSpread(_) => None,
            };
            match cost {
                Some(cost) => total += cost,
                None => return Ok(None),
            }
        }
        Ok(Some(total))
    }

    fn field_cost(&mut self, at: PositionId, field: &Field, ways: &Ways) -> Planned<Option<Cost>> {
        if field.name == "__typename" {
            return Ok(Some(0));
        }
        let mut best: Option<Cost> = None;
        let position = &self.positions[at];
        let at_hand = position.accesses.iter().chain(&position.shared);
        let values: Vec<_> = at_hand
            .filter_map(|access| self.follow(access, &field.name))
            .collect();
        for values in values {
            let mut total = Some(0);
            for value in &values {
                let cost = self.below_cost(value, field)?;
                total = total.zip(cost).map(|(total, cost)| total + cost);
            }
            best = best.into_iter().chain(total).min();
        }
        if best == Some(0) {
            return Ok(best);
        }
        for target in self.index.targets(&self.positions[at].ty) {
            if let Some(cost) = self.field_cost_by(&target, field, ways)? {
                best = Some(best.map_or(cost, |known| known.min(cost)));
            }
        }
        Ok(best)
    }

    fn field_cost_by(
        &mut self,
        target: &Target,
        field: &Field,
        ways: &Ways,
    ) -> Planned<Option<Cost>> {
        let Some(value) = self.value_of(target, &field.name) else {
            return Ok(None);
        };
        let own = if self.index.follow(&target.place(), &field.name).is_some() {
            ways.to(target).map(|(cost, _)| *cost)
        } else {
            ways.to_requiring(target, &field.name)
        };
        let Some(own) = own else {
            return Ok(None);
        };
        Ok(self.below_cost(&value, field)?.map(|below| own + below))
    }

    /// Where a field's value is when a subgraph answers it, requirements put aside.
    pub(crate) fn value_of(&self, target: &Target, field: &Name) -> Option<Place> {
        let known = self.index.field_in(target, field)?;
        (!self.index.is_external(known)).then(|| known.value(target.graph))
    }

    /// What it takes to have a field that requires others.
    pub(crate) fn required_cost(
        &mut self,
        at: PositionId,
        target: &Target,
        field: &Name,
    ) -> Planned<Option<Cost>> {
        if self.index.requires(target, field).is_none() {
            return Ok(None);
        }
        Ok(self.ways(at)?.to_requiring(target, field))
    }

    /// The key to enter a subgraph by, even if that was entered before.
    pub(crate) fn cheapest_key(
        &mut self,
        at: PositionId,
        target: &Target,
    ) -> Planned<Option<usize>> {
        self.busy.push((at, target.clone()));
        let ways = self.ways(at);
        self.busy.pop();
        let route = self.key_route(at, target, &*ways?)?;
        Ok(route.and_then(|(_, route)| match route {
            Route::Key(number) => Some(number),
            Route::Here | Route::Root | Route::Parents(_) => None,
        }))
    }
}
