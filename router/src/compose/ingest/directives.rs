//! Reads directive applications of a subgraph under the names of the federation specification.

use std::collections::{HashMap, HashSet};

use apollo_compiler::ast::{Directive, DirectiveList, Type, Value};
use apollo_compiler::parser::{SourceMap, SourceSpan};
use apollo_compiler::{Name, Node};

use crate::compose::diagnostics::{Code, Diagnostics, Location};
use crate::compose::field_set::FieldSet;
use crate::compose::links::Links;
use crate::compose::model::{Key, Marks, Override};

/// Federation directives that travel into the supergraph as they are.
const CARRIED: &[&str] = &[
    "tag",
    "inaccessible",
    "authenticated",
    "requiresScopes",
    "policy",
    "cost",
    "listSize",
];
/// The specification's own directives that do so too.
const CARRIED_BUILT_IN: &[&str] = &["deprecated", "specifiedBy", "oneOf"];

/// The error codes of one kind of field set.
struct FieldSetCodes {
    directive: &'static str,
    invalid: Code,
    invalid_type: Code,
    has_directive: Code,
}

const KEY: FieldSetCodes = FieldSetCodes {
    directive: "key",
    invalid: Code::KeyInvalidFields,
    invalid_type: Code::KeyInvalidFieldsType,
    has_directive: Code::KeyDirectiveInFieldsArg,
};
const REQUIRES: FieldSetCodes = FieldSetCodes {
    directive: "requires",
    invalid: Code::RequiresInvalidFields,
    invalid_type: Code::RequiresInvalidFieldsType,
    has_directive: Code::RequiresDirectiveInFieldsArg,
};
const PROVIDES: FieldSetCodes = FieldSetCodes {
    directive: "provides",
    invalid: Code::ProvidesInvalidFields,
    invalid_type: Code::ProvidesInvalidFieldsType,
    has_directive: Code::ProvidesDirectiveInFieldsArg,
};

/// Everything that is needed to understand a directive or a type name of one document.
pub(crate) struct Reader<'a> {
    pub(crate) subgraph: &'a str,
    pub(crate) links: &'a Links,
    pub(crate) sources: &'a SourceMap,
    /// Descriptions of type extensions by offset, which the grammar has no place for.
    pub(crate) descriptions: HashMap<usize, Node<str>>,
    pub(crate) composed: HashSet<Name>,
    pub(crate) renames: HashMap<Name, Name>,
}

impl Reader<'_> {
    pub(crate) fn location(&self, span: Option<SourceSpan>) -> Option<Location> {
        Location::of(span, self.sources)
    }

    pub(crate) fn extension_description(&self, span: Option<SourceSpan>) -> Option<&Node<str>> {
        self.descriptions.get(&span?.offset())
    }

    pub(crate) fn name(&self, name: &Name) -> Name {
        self.renames.get(name).unwrap_or(name).clone()
    }

    pub(crate) fn ty(&self, ty: &Type) -> Type {
        match ty {
            Type::Named(name) => Type::Named(self.name(name)),
            Type::NonNullNamed(name) => Type::NonNullNamed(self.name(name)),
            Type::List(item) => Type::List(Box::new(self.ty(item))),
            Type::NonNullList(item) => Type::NonNullList(Box::new(self.ty(item))),
        }
    }

    /// Applications of one federation directive.
    pub(crate) fn all<'d>(
        &self,
        directives: &'d DirectiveList,
        canonical: &str,
    ) -> impl Iterator<Item = &'d Node<Directive>> {
        directives
            .iter()
            .filter(move |directive| self.links.canonical(&directive.name) == Some(canonical))
    }

    pub(crate) fn has(&self, directives: &DirectiveList, canonical: &str) -> bool {
        self.all(directives, canonical).next().is_some()
    }

    /// The directives that travel into the supergraph, renamed to what the specification calls them.
    pub(crate) fn carried(&self, directives: &DirectiveList) -> Vec<Node<Directive>> {
        directives
            .iter()
            .filter_map(|directive| self.carry(directive))
            .collect()
    }

    fn carry(&self, directive: &Node<Directive>) -> Option<Node<Directive>> {
        let canonical = match self.links.canonical(&directive.name) {
            Some(canonical) if CARRIED.contains(&canonical) => canonical,
            Some(_) => return None,
            None if CARRIED_BUILT_IN.contains(&directive.name.as_str()) => {
                return Some(directive.clone());
            }
            None => {
                return self
                    .composed
                    .contains(&directive.name)
                    .then(|| directive.clone());
            }
        };
        let name = Name::new_static(canonical).expect("names of the specification are valid");
        Some(Node::new(Directive {
            name,
            arguments: directive.arguments.clone(),
        }))
    }

    pub(crate) fn keys(
        &self,
        directives: &DirectiveList,
        extension: bool,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Key> {
        let extension = extension || self.has(directives, "extends");
        self.all(directives, "key")
            .filter_map(|directive| {
                let fields = self.field_set(directive, &KEY, diagnostics)?;
                let resolvable = directive
                    .specified_argument_by_name("resolvable")
                    .and_then(|value| value.to_bool())
                    .unwrap_or(true);
                Some(Key {
                    fields,
                    resolvable,
                    extension,
                    location: self.location(directive.location()),
                })
            })
            .collect()
    }

    pub(crate) fn marks(&self, directives: &DirectiveList, diagnostics: &mut Diagnostics) -> Marks {
        let mut field_set = |codes: &FieldSetCodes| {
            let directive = self.all(directives, codes.directive).next()?;
            self.field_set(directive, codes, diagnostics)
        };
        let requires = field_set(&REQUIRES);
        let provides = field_set(&PROVIDES);
        Marks {
            external: self.has(directives, "external"),
            shareable: self.has(directives, "shareable"),
            requires,
            provides,
            overrides: self
                .all(directives, "override")
                .next()
                .and_then(|directive| self.overrides(directive)),
            ..Marks::default()
        }
    }

    fn overrides(&self, directive: &Directive) -> Option<Override> {
        let text = |name| {
            directive
                .specified_argument_by_name(name)
                .and_then(|value| value.as_str())
                .map(str::to_owned)
        };
        Some(Override {
            from: text("from")?,
            label: text("label"),
        })
    }

    fn field_set(
        &self,
        directive: &Node<Directive>,
        codes: &FieldSetCodes,
        diagnostics: &mut Diagnostics,
    ) -> Option<FieldSet> {
        let location = self.location(directive.location());
        let name = codes.directive;
        let fields = directive.specified_argument_by_name("fields")?;
        let listed = match fields.as_list() {
            // Federation 1 took a list of field sets as well.
            Some(all) if self.links.federation_2.is_none() => joined(all),
            _ => None,
        };
        let Some(text) = listed.as_deref().or(fields.as_str()) else {
            diagnostics.error_in(
                codes.invalid_type,
                self.subgraph,
                location,
                format!("'fields' of '@{name}' is not a string"),
            );
            return None;
        };
        match FieldSet::parse(text) {
            Err(reason) => {
                let message =
                    format!("'fields' of '@{name}' is no field set: \"{text}\": {reason}");
                diagnostics.error_in(codes.invalid, self.subgraph, location, message);
                None
            }
            Ok(field_set) => {
                if let Some(found) = field_set.directive() {
                    let message = format!(
                        "'fields' of '@{name}' contains the directive '@{found}', remove it: \"{text}\""
                    );
                    diagnostics.error_in(codes.has_directive, self.subgraph, location, message);
                    return None;
                }
                Some(field_set)
            }
        }
    }
}

fn joined(all: &[Node<Value>]) -> Option<String> {
    let texts: Option<Vec<&str>> = all.iter().map(|text| text.as_str()).collect();
    Some(texts?.join(" "))
}
