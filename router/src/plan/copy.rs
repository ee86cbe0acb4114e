//! Selects everything wanted in a request that can answer all of it.

use apollo_compiler::Name;

use crate::plan::draft::{Below, NodeId};
use crate::plan::planning::Planning;
use crate::plan::supergraph::Place;
use crate::plan::wanted::{Sources, Wanted, WantedField};

/// What has been selected below a field of some concrete types.
struct Copied<'w> {
    name: Name,
    sources: Vec<&'w WantedField>,
    value: Place,
    below: NodeId,
}

impl Planning<'_> {
    /// Selects everything wanted in a request that can answer all of it.
    pub(crate) fn copy(&mut self, node: NodeId, place: &Place, wanted: &Wanted) {
        let mut apart = Wanted::default();
        for (name, field) in &wanted.fields {
            match self.index.follow(place, &field.field) {
                Some(value) => self.copy_field(node, place, (name, field), &value),
                None => {
                    apart.fields.insert(name.clone(), field.clone());
                }
            }
        }
        for (condition, wanted) in &wanted.fragments {
            if self.covers_fragment(place, condition, wanted) {
                let node = self.draft.fragment(node, condition);
                let place = self.index.narrow(place, condition);
                self.copy(node, &place, wanted);
            } else {
                apart.fragments.insert(condition.clone(), wanted.clone());
            }
        }
        if !apart.is_empty() {
            self.copy_by_object(node, place, &apart);
        }
    }

    fn copy_field(
        &mut self,
        node: NodeId,
        place: &Place,
        (name, field): (&Name, &WantedField),
        value: &Place,
    ) {
        let composite = self.index.is_composite(&value.ty);
        let below = composite.then_some(Below::New(&value.ty));
        let selected = (&field.field, &field.arguments);
        if let Some(below) = self.draft.field(node, name, selected, below) {
            self.copy_below(below, place, field, value);
        }
    }

    fn copy_below(&mut self, below: NodeId, place: &Place, field: &WantedField, value: &Place) {
        let ty = self.index.field_type(&place.ty, &field.field);
        if ty.is_some_and(|ty| self.index.is_abstract(ty.inner_named_type())) {
            self.draft.nodes[below].tells_type = true;
        }
        if let Some(wanted) = &field.below {
            self.copy(below, value, wanted);
        }
    }

    /// The same type by type. What is wanted below a field of several types is selected once
    /// for all of them: type by type it would multiply from level to level.
    fn copy_by_object(&mut self, node: NodeId, place: &Place, wanted: &Wanted) {
        let mut copied: Vec<Copied<'_>> = Vec::new();
        for object in self.index.possible_at(place).to_vec() {
            let sources = wanted.sources(self.index, &object);
            if sources.is_empty() {
                continue;
            }
            let node = self.draft.fragment(node, &object);
            let place = self.index.narrow(place, &object);
            for (name, sources) in sources {
                self.copy_once(node, &place, (name, sources), &mut copied);
            }
        }
    }

    fn copy_once<'w>(
        &mut self,
        node: NodeId,
        place: &Place,
        (name, sources): (Name, Vec<&'w WantedField>),
        copied: &mut Vec<Copied<'w>>,
    ) {
        let first = sources[0];
        let Some(value) = self.index.follow(place, &first.field) else {
            return;
        };
        let same = |one: &[&WantedField]| {
            let mut both = one.iter().zip(&sources);
            one.len() == sources.len() && both.all(|(one, other)| std::ptr::eq(*one, *other))
        };
        let mut known = copied.iter();
        let known =
            known.find(|known| known.name == name && known.value == value && same(&known.sources));
        let is_new = !self.draft.nodes[node].fields.contains_key(&name);
        let composite = self.index.is_composite(&value.ty);
        let below = composite.then_some(match known {
            Some(known) => Below::Shared(known.below),
            None => Below::New(&value.ty),
        });
        let selected = (&first.field, &first.arguments);
        let Some(below) = self.draft.field(node, &name, selected, below) else {
            return;
        };
        if known.is_some_and(|known| known.below == below) {
            return;
        }
        let merged = Wanted::of_sources(&Sources::from([(name.clone(), sources.clone())]));
        self.copy_below(below, place, &merged.fields[&name], &value);
        if is_new {
            copied.push(Copied {
                name,
                sources,
                value,
                below,
            });
        }
    }
}
