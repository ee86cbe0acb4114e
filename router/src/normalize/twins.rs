//! One field under several response keys at one place. A subgraph is asked for it once, as long
//! as its failures then take away the same under every key: where one key must have what
//! another does not ask for, `{ a: x { id } b: x { id broken } }`, only `b` may become null
//! (specification, section 6.4.4), and so the two are asked for apart.

use std::collections::{BTreeMap, HashMap};

use apollo_compiler::ast::Type;
use apollo_compiler::executable::{Field, Selection, SelectionSet};
use apollo_compiler::{ExecutableDocument, Name};
use indexmap::IndexMap;

use crate::error::GraphQLError;
use crate::normalize::builder::Builder;
use crate::normalize::names::{Identity, Scope};

/// What a field set must have, so as not to be null: by type condition, field and arguments.
#[derive(Default)]
struct Needs(BTreeMap<(String, String), Need>);

struct Need {
    is_needed: bool,
    /// A null in it is always one of what it is a field of.
    is_certain: bool,
    below: Needs,
}

/// What is selected under one response key at one place.
type Keyed<'a> = IndexMap<Name, Vec<&'a Field>>;

/// Whether a document has twins at all, by name: most have none.
pub(crate) fn may_be_in(document: &ExecutableDocument) -> bool {
    let mut keys: HashMap<&Name, &Name> = HashMap::new();
    let operations = document.operations.iter().map(|op| &op.selection_set);
    let fragments = document.fragments.values().map(|def| &def.selection_set);
    let mut left: Vec<&SelectionSet> = operations.chain(fragments).collect();
    while let Some(set) = left.pop() {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) if field.selection_set.is_empty() => {}
                Selection::Field(field) => {
                    let key = field.response_key();
                    if *keys.entry(&field.name).or_insert(key) != key {
                        return true;
                    }
                    left.push(&field.selection_set);
                }
                Selection::InlineFragment(fragment) => left.push(&fragment.selection_set),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    false
}

impl Needs {
    /// Whether what fails takes away the same of both: they must have the same, and so must
    /// what they both have but may be null.
    fn agree(&self, other: &Self) -> bool {
        let has_all = |these: &Self, those: &Self| {
            let mut needs = these.0.iter();
            needs.all(|(key, need)| !need.is_needed || those.0.contains_key(key))
        };
        has_all(self, other)
            && has_all(other, self)
            && self.0.iter().all(|(key, need)| {
                let other = other.0.get(key);
                other.is_none_or(|other| need.below.agree(&other.below))
            })
    }

    /// Forgets what takes away something above the place, whoever asks for it.
    fn relax(&mut self) {
        for need in self.0.values_mut() {
            need.is_needed = false;
            if need.is_certain {
                need.below.relax();
            }
        }
    }

    fn merge(&mut self, other: Self) {
        for (key, need) in other.0 {
            match self.0.get_mut(&key) {
                Some(known) => {
                    known.is_needed |= need.is_needed;
                    known.below.merge(need.below);
                }
                None => {
                    self.0.insert(key, need);
                }
            }
        }
    }
}

impl<'a> Builder<'a> {
    /// Finds the twins at a place and below it that must be asked for apart, and notes them in
    /// its scope.
    pub(crate) fn part_twins(
        &mut self,
        sets: &[&'a SelectionSet],
        is_root: bool,
        names: &mut Scope,
    ) -> Result<(), GraphQLError> {
        let mut found: IndexMap<Identity, Keyed<'a>> = IndexMap::new();
        let fields: Vec<_> = sets.iter().flat_map(|set| self.fields_in(set)).collect();
        for field in fields {
            let arguments = self.arguments.of(&self.api.schema, field, self.settings)?;
            let identity = self.identity(field, &arguments, is_root, names);
            if field.selection_set.is_empty() {
                names.name(&identity);
                continue;
            }
            let keyed = found.entry(identity).or_default();
            let key = field.response_key().clone();
            keyed.entry(key).or_default().push(field);
        }
        for (identity, keyed) in found {
            for (twin, fields) in self.classes(keyed).into_iter().enumerate() {
                names.part(twin, &fields);
                let identity = Identity {
                    twin,
                    ..identity.clone()
                };
                let name = names.name(&identity);
                let below: Vec<_> = fields.iter().map(|field| &field.selection_set).collect();
                self.part_twins(&below, false, names.child(&name))?;
            }
        }
        Ok(())
    }

    /// The fields of a selection set, whatever type they are selected of.
    fn fields_in(&self, set: &'a SelectionSet) -> Vec<&'a Field> {
        let mut fields = Vec::new();
        for selection in &set.selections {
            if !self.settings.includes(selection.directives()) {
                continue;
            }
            match selection {
                Selection::Field(field) => {
                    if !field.name.starts_with("__") {
                        fields.push(&**field);
                    }
                }
                Selection::InlineFragment(_) | Selection::FragmentSpread(_) => {
                    let set = self.fragment(selection).map(|(_, set)| set);
                    fields.extend(set.into_iter().flat_map(|set| self.fields_in(set)));
                }
            }
        }
        fields
    }

    /// The fields that can be asked for as one.
    fn classes(&self, keyed: Keyed<'a>) -> Vec<Vec<&'a Field>> {
        let mut keyed = keyed.into_values();
        let Some(first) = keyed.next() else {
            return Vec::new();
        };
        if keyed.len() == 0 {
            return vec![first];
        }
        let mut classes = vec![(self.needs_of(&first), first)];
        for fields in keyed {
            let needs = self.needs_of(&fields);
            match classes.iter_mut().find(|(known, _)| known.agree(&needs)) {
                Some((known, together)) => {
                    known.merge(needs);
                    together.extend(fields);
                }
                None => classes.push((needs, fields)),
            }
        }
        classes.into_iter().map(|(_, fields)| fields).collect()
    }

    fn needs_of(&self, fields: &[&'a Field]) -> Needs {
        let mut needs = Needs::default();
        for field in fields {
            let set = &field.selection_set;
            self.gather_needs(set, &set.ty, &mut needs);
        }
        if is_certain(&fields[0].definition.ty) {
            needs.relax();
        }
        needs
    }

    fn gather_needs(&self, set: &'a SelectionSet, condition: &Name, into: &mut Needs) {
        for selection in &set.selections {
            if !self.settings.includes(selection.directives()) {
                continue;
            }
            match selection {
                Selection::Field(field) if field.name == "__typename" => {}
                Selection::Field(field) => {
                    let mut arguments: Vec<_> = field
                        .arguments
                        .iter()
                        .map(|argument| format!("{}:{}", argument.name, argument.value))
                        .collect();
                    arguments.sort_unstable();
                    let text = format!("{}({})", field.name, arguments.join(","));
                    let mut need = Need {
                        is_needed: self.is_needed(condition, field),
                        is_certain: is_certain(&field.definition.ty),
                        below: Needs::default(),
                    };
                    let below = &field.selection_set;
                    self.gather_needs(below, &below.ty, &mut need.below);
                    let one = BTreeMap::from([((condition.to_string(), text), need)]);
                    into.merge(Needs(one));
                }
                Selection::InlineFragment(_) | Selection::FragmentSpread(_) => {
                    if let Some((inner, set)) = self.fragment(selection) {
                        self.gather_needs(set, inner.unwrap_or(condition), into);
                    }
                }
            }
        }
    }

    /// Whether a field must not be null in some type that it is selected of.
    fn is_needed(&self, condition: &Name, field: &'a Field) -> bool {
        let mut types = self.api.possible_types(condition).iter();
        types.any(|ty| self.definition(ty, field).ty.is_non_null())
    }
}

/// Whether nothing in a type may be null.
fn is_certain(ty: &Type) -> bool {
    match ty {
        Type::NonNullNamed(_) => true,
        Type::NonNullList(item) => is_certain(item),
        Type::Named(_) | Type::List(_) => false,
    }
}
