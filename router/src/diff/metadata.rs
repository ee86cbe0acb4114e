//! Compares what any element may carry: a description, a deprecation, directives of its owner.

use std::collections::BTreeSet;
use std::hash::BuildHasher;

use apollo_compiler::ast::{
    self, DirectiveDefinition, EnumValueDefinition, FieldDefinition, InputValueDefinition,
};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Node};
use indexmap::IndexMap;

use super::{Changes, Code};

/// The reason of a deprecation that gives none.
const NO_REASON: &str = "No longer supported";

/// Directives with a comparison of their own.
const COMPARED: &[&str] = &["deprecated", "specifiedBy", "oneOf"];

/// The parts of an element that say something about it.
pub(super) struct Described<'a> {
    description: Option<&'a str>,
    deprecation: Option<&'a str>,
    applied: BTreeSet<String>,
}

impl<'a> Described<'a> {
    fn new(
        description: Option<&'a Node<str>>,
        directives: impl Iterator<Item = &'a Node<ast::Directive>>,
    ) -> Self {
        let mut described = Self {
            description: description.map(|text| &**text),
            deprecation: None,
            applied: BTreeSet::new(),
        };
        for directive in directives {
            if directive.name == "deprecated" {
                let reason = directive.specified_argument_by_name("reason");
                let reason = reason.and_then(|reason| reason.as_str());
                described.deprecation = Some(reason.unwrap_or(NO_REASON));
            } else if !COMPARED.contains(&directive.name.as_str()) {
                described
                    .applied
                    .insert(directive.serialize().no_indent().to_string());
            }
        }
        described
    }

    pub(super) fn of_type(ty: &'a ExtendedType) -> Self {
        let directives = ty.directives().iter().map(|directive| &directive.node);
        Self::new(ty.description(), directives)
    }

    pub(super) fn of_field(field: &'a FieldDefinition) -> Self {
        Self::new(field.description.as_ref(), field.directives.iter())
    }

    pub(super) fn of_input(input: &'a InputValueDefinition) -> Self {
        Self::new(input.description.as_ref(), input.directives.iter())
    }

    pub(super) fn of_value(value: &'a EnumValueDefinition) -> Self {
        Self::new(value.description.as_ref(), value.directives.iter())
    }

    pub(super) fn of_directive(directive: &'a DirectiveDefinition) -> Self {
        Self::new(directive.description.as_ref(), std::iter::empty())
    }
}

impl Changes {
    pub(super) fn metadata(&mut self, coordinate: &str, old: &Described<'_>, new: &Described<'_>) {
        if old.description.unwrap_or_default() != new.description.unwrap_or_default() {
            let what = match (old.description, new.description) {
                (None, _) => "was added",
                (_, None) => "was removed",
                _ => "changed",
            };
            let message = format!("the description of '{coordinate}' {what}");
            self.add(Code::DescriptionChanged, coordinate, message);
        }
        match (old.deprecation, new.deprecation) {
            (None, Some(reason)) => {
                let message = format!("'{coordinate}' is now deprecated: {reason}");
                self.add(Code::DeprecationAdded, coordinate, message);
            }
            (Some(_), None) => {
                let message = format!("'{coordinate}' is no longer deprecated");
                self.add(Code::DeprecationRemoved, coordinate, message);
            }
            (Some(old), Some(new)) if old != new => {
                let message =
                    format!("'{coordinate}' was deprecated because '{old}', now because '{new}'");
                self.add(Code::DeprecationReasonChanged, coordinate, message);
            }
            _ => {}
        }
        if old.applied != new.applied {
            let message = format!("'{coordinate}' carries other directives");
            self.add(Code::AppliedDirectivesChanged, coordinate, message);
        }
    }
}

/// The entries of a map in the order of their names, whatever order the text has.
pub(super) fn sorted_names<T, S: BuildHasher>(
    map: &IndexMap<Name, T, S>,
) -> impl Iterator<Item = (&Name, &T)> {
    let mut entries: Vec<(&Name, &T)> = map.iter().collect();
    entries.sort_unstable_by_key(|(name, _)| *name);
    entries.into_iter()
}
