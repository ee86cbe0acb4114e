//! Gives out the fields wanted of an object: to requests that have it at hand, and then to
//! subgraphs that are entered for them.

use apollo_compiler::Name;

use crate::plan::PlanError;
use crate::plan::cost::Cost;
use crate::plan::draft::Deps;
use crate::plan::gaps::Gaps;
use crate::plan::planning::{Planned, Planning};
use crate::plan::position::{Access, PositionId};
use crate::plan::supergraph::{Place, Target};
use crate::plan::wanted::{Wanted, WantedField};

/// A subgraph to enter for a field.
pub(crate) struct Choice {
    pub(crate) name: Name,
    pub(crate) target: Target,
    /// The field requires others, which must be sent along.
    pub(crate) is_required: bool,
    cost: Cost,
}

/// What has been given out at one position.
#[derive(Default)]
pub(crate) struct Given {
    pub(crate) deps: Deps,
    /// Positions below, with the field that leads there.
    pub(crate) below: Vec<(PositionId, Name)>,
}

impl Planning<'_> {
    /// Gives out everything wanted at a position; tells the requests that bring it.
    pub(crate) fn select(&mut self, at: PositionId, wanted: &Wanted) -> Planned<Deps> {
        self.step()?;
        let ty = self.positions[at].ty.clone();
        if self.index.is_abstract(&ty) {
            return self.select_abstract(at, wanted);
        }
        self.select_object(at, &wanted.of_object(self.index, &ty))
    }

    /// Gives out the top level of a key or a requirement. Unlike an operation's, it may end
    /// at an interface whose concrete type nobody asks for.
    pub(crate) fn select_set(&mut self, at: PositionId, wanted: &Wanted) -> Planned<Deps> {
        let ty = self.positions[at].ty.clone();
        if !self.index.is_abstract(&ty) {
            return self.select(at, wanted);
        }
        let mut given = Given::default();
        let rest = self.give_common(at, wanted, &mut given)?;
        let mut deps = self.descend(given, wanted)?;
        if !rest.is_empty() {
            deps.extend(self.select_abstract(at, &rest)?);
        }
        Ok(deps)
    }

    /// Gives out fields of an object, and what is below them; `wanted` has no fragments.
    fn select_object(&mut self, at: PositionId, wanted: &Wanted) -> Planned<Deps> {
        let given = self.give_object(at, wanted)?;
        self.descend(given, wanted)
    }

    /// Gives out fields of an object.
    pub(crate) fn give_object(&mut self, at: PositionId, wanted: &Wanted) -> Planned<Given> {
        let mut given = Given::default();
        let mut pending: Vec<&Name> = wanted.fields.keys().collect();
        loop {
            pending.retain(|name| !self.give_at_hand(at, name, &wanted.fields[*name], &mut given));
            if pending.is_empty() {
                break;
            }
            let Some(choice) = self.choose(at, wanted, &pending)? else {
                let before = pending.len();
                pending
                    .retain(|name| !self.give_shared(at, name, &wanted.fields[*name], &mut given));
                if pending.len() == before {
                    return Err(self.unreachable(at, pending[0]));
                }
                continue;
            };
            self.take(at, wanted, &choice, &mut given)?;
            if choice.is_required {
                pending.retain(|name| **name != choice.name);
            }
        }
        Ok(given)
    }

    /// Goes on below what has been given out.
    pub(crate) fn descend(&mut self, given: Given, wanted: &Wanted) -> Planned<Deps> {
        let mut deps = given.deps;
        for (child, name) in given.below {
            let below = wanted
                .fields
                .get(&name)
                .and_then(|field| field.below.as_ref());
            if let Some(below) = below {
                deps.extend(self.select(child, below)?);
            }
        }
        Ok(deps)
    }

    /// Gives a field to a request that has the object, if one can answer the field: to the
    /// one that can answer most below it.
    pub(crate) fn give_at_hand(
        &mut self,
        at: PositionId,
        name: &Name,
        field: &WantedField,
        given: &mut Given,
    ) -> bool {
        let position = &self.positions[at];
        let shared = position
            .shared
            .iter()
            .filter(|access| self.is_harmless(access, &position.ty, name, field));
        let accesses = position.accesses.iter().chain(shared).cloned().collect();
        self.give_to_one(at, accesses, (name, field), given)
    }

    /// Gives a field to a request that asks it of other objects too, which can be harmful:
    /// there is no other way.
    fn give_shared(
        &mut self,
        at: PositionId,
        name: &Name,
        field: &WantedField,
        given: &mut Given,
    ) -> bool {
        let accesses = self.positions[at].shared.clone();
        self.give_to_one(at, accesses, (name, field), given)
    }

    /// Whether a field can be asked of more objects than it is wanted of: when it fails for
    /// one of those, that must not take the object away.
    fn is_harmless(&self, access: &Access, ty: &Name, name: &Name, field: &WantedField) -> bool {
        let may_be_null = |ty| {
            let ty = self.index.field_type(ty, &field.field);
            ty.is_some_and(|ty| !ty.is_non_null())
        };
        access.parts.iter().all(|part| {
            let is_asked = self.draft.nodes[part.node].fields.contains_key(name);
            is_asked || may_be_null(ty) && may_be_null(&part.place.ty)
        })
    }

    fn give_to_one(
        &mut self,
        at: PositionId,
        accesses: Vec<Access>,
        (name, field): (&Name, &WantedField),
        given: &mut Given,
    ) -> bool {
        let mut able: Vec<_> = accesses
            .into_iter()
            .filter_map(|access| Some((self.follow(&access, &field.field)?, access)))
            .collect();
        // What each lacks is only counted when there is a choice.
        if able.len() > 1 {
            able.sort_by_cached_key(|(values, _)| {
                let missing = values.iter().map(|value| self.missing_below(value, field));
                missing.sum::<usize>()
            });
        }
        let Some((values, access)) = able.into_iter().next() else {
            return false;
        };
        given.deps.extend(self.groups(&access));
        let child = self.assign(at, &access, name, field, values);
        given.below.extend(child.map(|child| (child, name.clone())));
        true
    }

    /// Enters the subgraph of a choice. A field that requires others is given to it at once,
    /// any other waits for the next look at what is at hand.
    pub(crate) fn take(
        &mut self,
        at: PositionId,
        wanted: &Wanted,
        choice: &Choice,
        given: &mut Given,
    ) -> Planned<()> {
        if !choice.is_required {
            return self.enter(at, &choice.target);
        }
        let field = &wanted.fields[&choice.name];
        let access = self.enter_required(at, &choice.target, &field.field)?;
        given.deps.extend(self.groups(&access));
        if let Some(value) = self.value_of(&choice.target, &field.field) {
            let child = self.assign(at, &access, &choice.name, field, vec![value]);
            given
                .below
                .extend(child.map(|child| (child, choice.name.clone())));
        }
        Ok(())
    }

    /// The subgraph to enter next: for the field with the fewest alternatives, the one that
    /// answers most for each request that it takes.
    pub(crate) fn choose(
        &mut self,
        at: PositionId,
        wanted: &Wanted,
        pending: &[&Name],
    ) -> Planned<Option<Choice>> {
        let mut best: Option<Vec<Choice>> = None;
        for name in pending {
            let choices = self.choices(at, name, &wanted.fields[*name])?;
            if choices.is_empty() {
                return Ok(None);
            }
            let rank = |choices: &[Choice]| (choices.len(), choices[0].is_required);
            if best.as_ref().is_none_or(|best| rank(&choices) < rank(best)) {
                best = Some(choices);
            }
        }
        if let Some([_]) = best.as_deref() {
            return Ok(best.and_then(|mut only| only.pop()));
        }
        let ranked = best.into_iter().flatten().map(|choice| {
            let worth = self.worth(&choice.target, wanted, pending);
            (worth, choice)
        });
        // A way that takes no request counts as half of one, so as not to divide by nothing.
        let best = ranked.reduce(|best, next| {
            let (a, b) = (
                best.0 * (2 * next.1.cost + 1),
                next.0 * (2 * best.1.cost + 1),
            );
            if b > a { next } else { best }
        });
        Ok(best.map(|(_, choice)| choice))
    }

    fn choices(
        &mut self,
        at: PositionId,
        name: &Name,
        field: &WantedField,
    ) -> Planned<Vec<Choice>> {
        let mut choices = Vec::new();
        for target in self.index.targets(&self.positions[at].ty) {
            let is_required = self.index.follow(&target.place(), &field.field).is_none();
            let cost = if is_required {
                self.required_cost(at, &target, &field.field)?
            } else {
                self.route(at, &target)?.map(|(cost, _)| cost)
            };
            choices.extend(cost.map(|cost| Choice {
                name: name.clone(),
                target,
                is_required,
                cost,
            }));
        }
        Ok(choices)
    }

    /// How many of the pending fields a subgraph answers, with what is below them.
    fn worth(&self, target: &Target, wanted: &Wanted, pending: &[&Name]) -> usize {
        let place = target.place();
        let fields = pending.iter().map(|name| &wanted.fields[*name]);
        let worth = |field: &WantedField| match self.index.follow(&place, &field.field) {
            Some(value) => field
                .size()
                .saturating_sub(self.missing_below(&value, field)),
            None => 0,
        };
        fields.map(worth).sum::<usize>().max(1)
    }

    fn missing_below(&self, value: &Place, field: &WantedField) -> usize {
        Gaps::new(self.index).below(value, field)
    }

    pub(crate) fn unreachable(&self, at: PositionId, field: &Name) -> PlanError {
        let ty = &self.positions[at].ty;
        PlanError::Failed(format!("no way leads to {ty}.{field}"))
    }
}
