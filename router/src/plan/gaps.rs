//! How much of what is wanted a request can not answer. The same selection is met at many
//! places and the same place under many selections, so each pair is counted once.

use std::cell::RefCell;
use std::collections::HashMap;

use apollo_compiler::Name;

use crate::plan::planning::Planning;
use crate::plan::supergraph::{Place, SupergraphIndex};
use crate::plan::wanted::{Wanted, WantedField};

/// How much worse it is to lack a field that no way leads to from where one is.
const DEAD_END: usize = 4;

/// One count; what is wanted stays where it is for as long.
pub(crate) struct Gaps<'a> {
    index: &'a SupergraphIndex,
    known: RefCell<HashMap<(Place, *const Wanted), usize>>,
}

impl Planning<'_> {
    /// How many of the wanted fields a request can not answer at a place and below it.
    pub(crate) fn missing(&self, place: &Place, wanted: &Wanted) -> usize {
        Gaps::new(self.index).at(place, wanted)
    }

    /// Whether a fragment can be sent to a subgraph as it is.
    pub(crate) fn covers_fragment(&self, place: &Place, condition: &Name, wanted: &Wanted) -> bool {
        Gaps::new(self.index).cover(place, condition, wanted)
    }
}

impl<'a> Gaps<'a> {
    pub(crate) fn new(index: &'a SupergraphIndex) -> Self {
        Self {
            index,
            known: RefCell::default(),
        }
    }

    /// How many fields below a value a request can not answer.
    pub(crate) fn below(&self, value: &Place, field: &WantedField) -> usize {
        let below = field.below.as_ref();
        below.map_or(0, |below| self.at(value, below))
    }

    fn at(&self, place: &Place, wanted: &Wanted) -> usize {
        let key = (place.clone(), std::ptr::from_ref(wanted));
        if let Some(known) = self.known.borrow().get(&key) {
            return *known;
        }
        let count = self.count(place, wanted);
        self.known.borrow_mut().insert(key, count);
        count
    }

    fn count(&self, place: &Place, wanted: &Wanted) -> usize {
        let is_hidden = self.index.is_interface_object(place);
        let is_abstract = self.index.is_abstract(&place.ty);
        let fields =
            wanted
                .fields
                .values()
                .map(|field| match self.index.follow(place, &field.field) {
                    Some(value) => self.below(&value, field),
                    None if is_abstract && !is_hidden => self.by_object(place, None, &|place| {
                        let value = self.index.follow(place, &field.field);
                        value.map_or_else(|| field.size(), |value| self.below(&value, field))
                    }),
                    None if self.index.leads_on(place, &field.field) => field.size(),
                    None => field.size() * DEAD_END,
                });
        let fields = fields.sum::<usize>();
        let fragments = wanted.fragments.iter().map(|(condition, wanted)| {
            if is_hidden {
                return wanted.size();
            }
            if self.cover(place, condition, wanted) {
                return 0;
            }
            self.by_object(place, Some(condition), &|place| self.at(place, wanted))
        });
        // Who hides the concrete type can not tell it.
        usize::from(is_hidden && wanted.asks_type) + fields + fragments.sum::<usize>()
    }

    fn cover(&self, place: &Place, condition: &Name, wanted: &Wanted) -> bool {
        let narrow = self.index.narrow(place, condition);
        self.index.is_abstract(&place.ty)
            && self.index.understands(place, condition)
            && self.at(&narrow, wanted) == 0
    }

    fn by_object(
        &self,
        place: &Place,
        condition: Option<&Name>,
        missing: &dyn Fn(&Place) -> usize,
    ) -> usize {
        let objects = self.index.possible_at(place).iter();
        objects
            .filter(|object| condition.is_none_or(|condition| self.index.is_a(object, condition)))
            .map(|object| missing(&self.index.narrow(place, object)))
            .sum()
    }
}
