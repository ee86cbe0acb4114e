//! What it would take to have the rest of a field set below a value that a request brings. The
//! ways from a value are found together, like those from a position, and once for a plan: they
//! depend on nothing but the supergraph.

use std::collections::HashMap;
use std::rc::Rc;

use apollo_compiler::Name;
use apollo_compiler::ast::{Field, Selection};

use crate::plan::cost::Cost;
use crate::plan::planning::{Planned, Planning};
use crate::plan::supergraph::{Place, Target};

/// What it takes to enter subgraphs from a value.
type Entries = HashMap<Target, Cost>;

/// The ways from values, as far as they are known.
#[derive(Default)]
pub(crate) struct KnownValues {
    entries: HashMap<Place, Rc<Entries>>,
    /// Values whose ways are being found.
    pending: Vec<Place>,
    /// One of those was met again, so that what is found meanwhile is not all there is.
    is_partial: bool,
}

impl Planning<'_> {
    /// What it takes to have the rest of a field set below a value.
    pub(crate) fn below_cost(&mut self, value: &Place, field: &Field) -> Planned<Option<Cost>> {
        self.values_cost(value, &field.selection_set)
    }

    fn values_cost(&mut self, value: &Place, set: &[Selection]) -> Planned<Option<Cost>> {
        self.step()?;
        let mut total = 0;
        for selection in set {
            let cost = match selection {
                Selection::Field(field) => self.value_field_cost(value, field)?,
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.type_condition.as_ref();
                    let objects = self.index.possible_at(value).iter().filter(|object| {
                        condition.is_none_or(|condition| self.index.is_a(object, condition))
                    });
                    let objects: Vec<Name> = objects.cloned().collect();
                    self.objects_cost(value, &objects, &fragment.selection_set)?
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

    fn objects_cost(
        &mut self,
        value: &Place,
        objects: &[Name],
        set: &[Selection],
    ) -> Planned<Option<Cost>> {
        let mut total = 0;
        for object in objects {
            let place = self.index.narrow(value, object);
            match self.values_cost(&place, set)? {
                Some(cost) => total += cost,
                None => return Ok(None),
            }
        }
        Ok(Some(total))
    }

    fn value_field_cost(&mut self, value: &Place, field: &Field) -> Planned<Option<Cost>> {
        if field.name == "__typename" {
            return Ok(Some(0));
        }
        if let Some(below) = self.index.follow(value, &field.name) {
            return self.values_cost(&below, &field.selection_set);
        }
        let index = self.index;
        if index.is_abstract(&value.ty) && !index.is_interface_object(value) {
            let objects = index.possible_at(value).to_vec();
            let only = [Selection::Field(field.clone().into())];
            return self.objects_cost(value, &objects, &only);
        }
        let entries = self.entries(value)?;
        let answering = entries
            .iter()
            .filter(|(target, _)| self.value_of(target, &field.name).is_some());
        Ok(answering.map(|(_, cost)| *cost).min())
    }

    /// What it takes to enter each subgraph that can be entered from a value.
    fn entries(&mut self, value: &Place) -> Planned<Rc<Entries>> {
        if let Some(known) = self.known_values.entries.get(value) {
            return Ok(Rc::clone(known));
        }
        // No cheapest way to a value leads through the same value.
        if self.known_values.pending.contains(value) {
            self.known_values.is_partial = true;
            return Ok(Rc::default());
        }
        self.known_values.pending.push(value.clone());
        let entries = self.find_entries(value);
        self.known_values.pending.pop();
        let entries = Rc::new(entries?);
        if self.known_values.pending.is_empty() {
            self.known_values.is_partial = false;
        }
        if !self.known_values.is_partial {
            let known = Rc::clone(&entries);
            self.known_values.entries.insert(value.clone(), known);
        }
        Ok(entries)
    }

    /// Looks again and again, each time with what can be entered so far, until that is no
    /// cheaper.
    fn find_entries(&mut self, value: &Place) -> Planned<Entries> {
        let index = self.index;
        let targets = index.targets(&value.ty);
        let mut entries = Entries::new();
        let mut is_better = true;
        while is_better {
            is_better = false;
            for target in &targets {
                let keys = index.in_graph(target).map_or(&[][..], |ty| &ty.keys);
                for key in keys {
                    let Some(cost) = self.key_cost(value, key, &entries)? else {
                        continue;
                    };
                    let known = entries.get(target);
                    if known.is_none_or(|known| cost + 1 < *known) {
                        entries.insert(target.clone(), cost + 1);
                        is_better = true;
                    }
                }
            }
        }
        Ok(entries)
    }

    /// What it takes to have all of a key with what can be entered so far.
    fn key_cost(
        &mut self,
        value: &Place,
        set: &[Selection],
        entries: &Entries,
    ) -> Planned<Option<Cost>> {
        let mut total = 0;
        for selection in set {
            let cost = match selection {
                Selection::Field(field) if field.name == "__typename" => Some(0),
                Selection::Field(field) => self.key_field_cost(value, field, entries)?,
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.type_condition.as_ref();
                    match condition.is_none_or(|ty| self.index.is_a(&value.ty, ty)) {
                        true => self.key_cost(value, &fragment.selection_set, entries)?,
                        false => Some(0),
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

    fn key_field_cost(
        &mut self,
        value: &Place,
        field: &Field,
        entries: &Entries,
    ) -> Planned<Option<Cost>> {
        let mut best = match self.index.follow(value, &field.name) {
            Some(below) => self.values_cost(&below, &field.selection_set)?,
            None => None,
        };
        for (target, own) in entries {
            if best.is_some_and(|best| best <= *own) {
                continue;
            }
            if let Some(below) = self.index.follow(&target.place(), &field.name)
                && let Some(cost) = self.values_cost(&below, &field.selection_set)?
            {
                best = Some(best.map_or(own + cost, |known| known.min(own + cost)));
            }
        }
        Ok(best)
    }
}
