//! What is wanted of an object: a normalized operation and the field sets of federation
//! directives, in one form.

use std::sync::Arc;

use apollo_compiler::Name;
use indexmap::IndexMap;

use crate::normalize::arguments;
use crate::normalize::operation::{NeutralField, Selections};
use crate::plan::supergraph::SupergraphIndex;

/// What is wanted under each name, and where in an operation it is written.
pub(crate) type Sources<'w> = IndexMap<Name, Vec<&'w WantedField>>;

/// Fields by their names in the data, and what only some types are asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) fields: IndexMap<Name, WantedField>,
    pub(crate) fragments: IndexMap<Name, Wanted>,
    /// The concrete type of an interface or union is asked for.
    pub(crate) asks_type: bool,
}

/// One field.
#[derive(Clone, Debug)]
pub(crate) struct WantedField {
    pub(crate) field: Name,
    pub(crate) arguments: Arguments,
    /// What is wanted of its value, if that is composite.
    pub(crate) below: Option<Wanted>,
}

/// The arguments of a field as they are written, `(first:$a0)`, and the variables in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Arguments {
    pub(crate) text: Arc<str>,
    pub(crate) variables: Arc<[usize]>,
}

impl Wanted {
    /// What a normalized operation wants.
    pub(crate) fn of(selections: &Selections) -> Self {
        let fields = selections.fields.iter();
        let fragments = selections.fragments.iter();
        Self {
            fields: fields
                .map(|(name, field)| (to_name(name), WantedField::of(field)))
                .collect(),
            fragments: fragments
                .filter(|(_, below)| !below.is_empty())
                .map(|(ty, below)| (ty.clone(), Self::of(below)))
                .collect(),
            asks_type: selections.asks_type,
        }
    }

    /// Whether it takes the concrete type to know what is wanted.
    pub(crate) fn needs_type(&self) -> bool {
        self.asks_type || !self.fragments.is_empty()
    }

    pub(crate) fn is_empty(&self) -> bool {
        let mut fragments = self.fragments.values();
        !self.asks_type && self.fields.is_empty() && fragments.all(Self::is_empty)
    }

    /// How many fields there are at all levels.
    pub(crate) fn size(&self) -> usize {
        let fields = self.fields.values().map(WantedField::size);
        fields.chain(self.fragments.values().map(Self::size)).sum()
    }

    /// Adds what something else wants of the same object.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (name, field) in &other.fields {
            self.merge_field(name, field);
        }
        self.asks_type |= other.asks_type;
        for (ty, wanted) in &other.fragments {
            self.fragments.entry(ty.clone()).or_default().merge(wanted);
        }
    }

    fn merge_field(&mut self, name: &Name, field: &WantedField) {
        match self.fields.get_mut(name) {
            Some(known) => {
                if let (Some(known), Some(below)) = (&mut known.below, &field.below) {
                    known.merge(below);
                }
            }
            None => {
                self.fields.insert(name.clone(), field.clone());
            }
        }
    }

    /// What is wanted of an object of one concrete type, without fragments.
    pub(crate) fn of_object(&self, index: &SupergraphIndex, object: &Name) -> Self {
        Self::of_sources(&self.sources(index, object))
    }

    /// What of this is wanted of an object of one concrete type.
    pub(crate) fn sources<'w>(&'w self, index: &SupergraphIndex, object: &Name) -> Sources<'w> {
        let mut sources = Sources::new();
        self.gather(index, object, &mut sources);
        sources
    }

    fn gather<'w>(&'w self, index: &SupergraphIndex, object: &Name, into: &mut Sources<'w>) {
        for (name, field) in &self.fields {
            into.entry(name.clone()).or_default().push(field);
        }
        for (condition, wanted) in &self.fragments {
            if index.is_a(object, condition) {
                wanted.gather(index, object, into);
            }
        }
    }

    /// All of what is wanted under each name together.
    pub(crate) fn of_sources(sources: &Sources<'_>) -> Self {
        let mut flat = Self::default();
        for (name, fields) in sources {
            for field in fields {
                flat.merge_field(name, field);
            }
        }
        flat
    }

    /// Whether an interface or union is met below a field of a type.
    pub(crate) fn branches(index: &SupergraphIndex, ty: &Name, field: &WantedField) -> bool {
        let Some((ty, below)) = index.field_type(ty, &field.field).zip(field.below.as_ref()) else {
            return false;
        };
        let ty = ty.inner_named_type();
        index.is_abstract(ty) || below.branch(index, ty)
    }

    fn branch(&self, index: &SupergraphIndex, ty: &Name) -> bool {
        let mut fields = self.fields.values();
        fields.any(|field| Self::branches(index, ty, field))
            || self
                .fragments
                .iter()
                .any(|(condition, wanted)| wanted.branch(index, condition))
    }
}

impl WantedField {
    fn of(field: &NeutralField) -> Self {
        Self {
            field: to_name(&field.field),
            arguments: Arguments {
                text: arguments::print(&field.arguments).into(),
                variables: field
                    .arguments
                    .iter()
                    .map(|(_, position)| *position)
                    .collect(),
            },
            below: field.below.as_ref().map(Wanted::of),
        }
    }

    pub(crate) fn size(&self) -> usize {
        1 + self.below.as_ref().map_or(0, Wanted::size)
    }
}

fn to_name(text: &str) -> Name {
    Name::new(text).expect("neutral names are names")
}
