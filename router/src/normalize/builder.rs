//! Walks a document once to merge its selections under neutral names.

use apollo_compiler::executable::{Field, Selection, SelectionSet};
use apollo_compiler::schema::FieldDefinition;
use apollo_compiler::{ExecutableDocument, Name};

use crate::error::GraphQLError;
use crate::normalize::arguments::{self, Arguments};
use crate::normalize::names::{Identity, Scope};
use crate::normalize::operation::{NeutralField, Selections};
use crate::normalize::switches::Settings;
use crate::normalize::twins;
use crate::schema::ApiSchema;

/// The state of one normalization.
pub(crate) struct Builder<'a> {
    pub(crate) api: &'a ApiSchema,
    pub(crate) document: &'a ExecutableDocument,
    pub(crate) settings: Settings<'a>,
    pub(crate) arguments: Arguments,
    pub(crate) names: Scope,
    pub(crate) introspects: bool,
    /// The root fields have effects: equal ones stay apart.
    pub(crate) serial_root: bool,
    /// How many entries the shape has so far.
    pub(crate) entries: usize,
}

impl<'a> Builder<'a> {
    pub(crate) fn new(
        api: &'a ApiSchema,
        document: &'a ExecutableDocument,
        settings: Settings<'a>,
    ) -> Self {
        Self {
            api,
            document,
            settings,
            arguments: Arguments::default(),
            names: Scope::default(),
            introspects: false,
            serial_root: false,
            entries: 0,
        }
    }

    /// Merges the selections of the root.
    pub(crate) fn select(
        &mut self,
        set: &'a SelectionSet,
        parent: &Name,
        into: &mut Selections,
    ) -> Result<(), GraphQLError> {
        let mut names = std::mem::take(&mut self.names);
        let is_root = true;
        if twins::may_be_in(self.document) {
            self.part_twins(&[set], is_root, &mut names)?;
        }
        let result = self.merge(set, parent, is_root, &mut names, into);
        self.names = names;
        result
    }

    fn merge(
        &mut self,
        set: &'a SelectionSet,
        parent: &Name,
        is_root: bool,
        names: &mut Scope,
        into: &mut Selections,
    ) -> Result<(), GraphQLError> {
        for selection in &set.selections {
            if !self.settings.includes(selection.directives()) {
                continue;
            }
            match selection {
                Selection::Field(field) if field.name == "__typename" => {
                    into.asks_type |= self.api.is_abstract(parent);
                }
                Selection::Field(field) => self.merge_field(field, is_root, names, into)?,
                Selection::InlineFragment(_) | Selection::FragmentSpread(_) => {
                    let Some((condition, set)) = self.fragment(selection) else {
                        continue;
                    };
                    match self.narrow(parent, condition) {
                        Narrowed::Never => {}
                        Narrowed::Always => self.merge(set, parent, is_root, names, into)?,
                        Narrowed::To(ty) => {
                            let into = into.fragments.entry(ty.clone()).or_default();
                            self.merge(set, &ty, is_root, names, into)?;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn merge_field(
        &mut self,
        field: &'a Field,
        is_root: bool,
        names: &mut Scope,
        into: &mut Selections,
    ) -> Result<(), GraphQLError> {
        match field.name.as_str() {
            "__schema" | "__type" => {
                self.introspects = true;
                return Ok(());
            }
            _ => {}
        }
        let arguments = self.arguments.of(&self.api.schema, field, self.settings)?;
        let ty = &field.definition.ty;
        let name = names.name(&self.identity(field, &arguments, is_root, names));
        let composite = self.api.is_composite(ty.inner_named_type());
        let entry = into
            .fields
            .entry(name.clone())
            .or_insert_with(|| NeutralField {
                field: field.name.to_string(),
                arguments,
                below: composite.then(Selections::default),
            });
        if let Some(below) = &mut entry.below {
            let names = names.child(&name);
            self.merge(
                &field.selection_set,
                ty.inner_named_type(),
                false,
                names,
                below,
            )?;
        }
        Ok(())
    }

    /// What decides the neutral name of a field.
    pub(crate) fn identity(
        &self,
        field: &Field,
        arguments: &[(String, usize)],
        is_root: bool,
        names: &Scope,
    ) -> Identity {
        let ty = &field.definition.ty;
        let inner = ty.inner_named_type();
        let shape = if self.api.is_composite(inner) {
            ty.to_string().replace(inner.as_str(), "*")
        } else {
            ty.to_string()
        };
        Identity {
            field: field.name.to_string(),
            arguments: arguments::print(arguments),
            shape,
            response_key: (is_root && self.serial_root).then(|| field.response_key().to_string()),
            twin: names.twin(field),
        }
    }

    /// The field as a concrete type defines it, which may be narrower than an interface does.
    pub(crate) fn definition(&self, concrete: &Name, field: &'a Field) -> &'a FieldDefinition {
        self.api
            .field(concrete, &field.name)
            .map_or(&*field.definition, |definition| &**definition)
    }

    /// The type condition, if any, and the selections of a fragment.
    pub(crate) fn fragment(
        &self,
        selection: &'a Selection,
    ) -> Option<(Option<&'a Name>, &'a SelectionSet)> {
        match selection {
            Selection::Field(_) => None,
            Selection::InlineFragment(fragment) => {
                Some((fragment.type_condition.as_ref(), &fragment.selection_set))
            }
            Selection::FragmentSpread(spread) => {
                let set = &spread.fragment_def(self.document)?.selection_set;
                Some((Some(&set.ty), set))
            }
        }
    }

    fn narrow(&self, parent: &Name, condition: Option<&Name>) -> Narrowed {
        let Some(condition) = condition.filter(|condition| *condition != parent) else {
            return Narrowed::Always;
        };
        let within = self.api.possible_types(condition);
        let parents = self.api.possible_types(parent);
        let matching = parents.iter().filter(|ty| within.contains(ty)).count();
        if matching == 0 {
            Narrowed::Never
        } else if matching == parents.len() && self.has_fields_of(parent, condition) {
            Narrowed::Always
        } else {
            Narrowed::To(condition.clone())
        }
    }

    /// Whether a parent whose possible types all meet a condition also has its fields: a union
    /// of one member has none of its own.
    fn has_fields_of(&self, parent: &Name, condition: &Name) -> bool {
        if !self.api.is_abstract(parent) {
            return true;
        }
        let interface = self.api.schema.get_interface(parent);
        interface.is_some_and(|parent| parent.implements_interfaces.contains(condition))
    }
}

/// What a type condition says about a parent.
enum Narrowed {
    Never,
    Always,
    To(Name),
}
