//! Derives what clients see from a supergraph: no federation, nothing `@inaccessible`.

use std::collections::HashSet;

use apollo_compiler::ast::{
    Definition, DirectiveDefinition, DirectiveList, DirectiveLocation, Document,
    EnumTypeDefinition, FieldDefinition, InputValueDefinition, InterfaceTypeDefinition,
    ObjectTypeDefinition, SchemaDefinition, UnionTypeDefinition,
};
use apollo_compiler::{Name, Node};

use super::links::{self, Link};

/// Directive applications that mean something to clients.
const KEPT: &[&str] = &["deprecated", "specifiedBy", "oneOf"];

/// The client-facing part of a supergraph document.
pub(crate) fn derive(supergraph: &Document) -> Document {
    let features = Features::of(supergraph);
    let hidden = hidden_types(supergraph, &features);
    let mut api = Document::new();
    api.definitions = supergraph
        .definitions
        .iter()
        .filter_map(|definition| features.visible(definition, &hidden))
        .collect();
    api
}

/// The names that the specifications linked by a supergraph take up.
pub(crate) struct Features {
    links: Vec<Link>,
    /// What this supergraph calls `@inaccessible`, if it uses it.
    pub(crate) inaccessible: Option<String>,
}

impl Features {
    pub(crate) fn of(document: &Document) -> Self {
        let links: Vec<Link> = links::link_directives(document)
            .filter_map(|directive| links::read_link(directive, None).ok())
            .collect();
        let inaccessible = links
            .iter()
            .find(|link| link.is_apollo_spec("inaccessible"))
            .map(|link| link.local_directive("inaccessible"));
        Self {
            links,
            inaccessible,
        }
    }

    pub(crate) fn is_supergraph(&self) -> bool {
        self.links.iter().any(|link| link.is_apollo_spec("join"))
    }

    /// Whether a type belongs to a linked specification.
    pub(crate) fn owns_type(&self, name: &str) -> bool {
        self.links.iter().any(|link| {
            has_prefix(name, &link.name) || link.imports.iter().any(|(_, local)| local == name)
        })
    }

    fn owns_directive(&self, name: &str) -> bool {
        self.links.iter().any(|link| {
            name == link.name
                || has_prefix(name, &link.name)
                || link
                    .imports
                    .iter()
                    .any(|(_, local)| local.strip_prefix('@') == Some(name))
        })
    }

    pub(crate) fn is_hidden(&self, directives: &DirectiveList) -> bool {
        self.inaccessible
            .as_ref()
            .is_some_and(|inaccessible| directives.has(inaccessible))
    }

    fn visible(&self, definition: &Definition, hidden: &HashSet<Name>) -> Option<Definition> {
        let visible = match definition {
            Definition::DirectiveDefinition(directive) => {
                let kept = self.keeps_directive(directive);
                return kept.then(|| {
                    Definition::DirectiveDefinition(Node::new(self.directive(directive)))
                });
            }
            Definition::SchemaDefinition(schema) => return renamed_roots(schema),
            _ if definition
                .name()
                .is_none_or(|name| hidden.contains(name) || self.owns_type(name)) =>
            {
                return None;
            }
            Definition::ScalarTypeDefinition(scalar) => {
                let mut scalar = (**scalar).clone();
                scalar.directives = kept(&scalar.directives);
                Definition::ScalarTypeDefinition(Node::new(scalar))
            }
            Definition::ObjectTypeDefinition(object) => {
                Definition::ObjectTypeDefinition(Node::new(ObjectTypeDefinition {
                    implements_interfaces: without(&object.implements_interfaces, hidden),
                    directives: kept(&object.directives),
                    fields: self.fields(&object.fields),
                    ..(**object).clone()
                }))
            }
            Definition::InterfaceTypeDefinition(interface) => {
                Definition::InterfaceTypeDefinition(Node::new(InterfaceTypeDefinition {
                    implements_interfaces: without(&interface.implements_interfaces, hidden),
                    directives: kept(&interface.directives),
                    fields: self.fields(&interface.fields),
                    ..(**interface).clone()
                }))
            }
            Definition::UnionTypeDefinition(union) => {
                Definition::UnionTypeDefinition(Node::new(UnionTypeDefinition {
                    members: without(&union.members, hidden),
                    directives: kept(&union.directives),
                    ..(**union).clone()
                }))
            }
            Definition::EnumTypeDefinition(enumeration) => {
                Definition::EnumTypeDefinition(Node::new(self.enumeration(enumeration)))
            }
            Definition::InputObjectTypeDefinition(input) => {
                let mut visible = (**input).clone();
                visible.directives = kept(&input.directives);
                visible.fields = self.inputs(&input.fields);
                Definition::InputObjectTypeDefinition(Node::new(visible))
            }
            _ => return None,
        };
        Some(visible)
    }

    /// Clients can use executable directives only; `@oneOf` has to be defined where it is not built in.
    fn keeps_directive(&self, directive: &DirectiveDefinition) -> bool {
        directive.name == "oneOf"
            || !self.owns_directive(&directive.name)
                && directive
                    .locations
                    .iter()
                    .any(|location| is_executable(*location))
    }

    fn directive(&self, directive: &DirectiveDefinition) -> DirectiveDefinition {
        DirectiveDefinition {
            arguments: self.inputs(&directive.arguments),
            ..directive.clone()
        }
    }

    fn fields(&self, fields: &[Node<FieldDefinition>]) -> Vec<Node<FieldDefinition>> {
        fields
            .iter()
            .filter(|field| !self.is_hidden(&field.directives))
            .map(|field| {
                let mut visible = (**field).clone();
                visible.directives = kept(&field.directives);
                visible.arguments = self.inputs(&field.arguments);
                Node::new(visible)
            })
            .collect()
    }

    fn inputs(&self, inputs: &[Node<InputValueDefinition>]) -> Vec<Node<InputValueDefinition>> {
        inputs
            .iter()
            .filter(|input| !self.is_hidden(&input.directives))
            .map(|input| {
                let mut visible = (**input).clone();
                visible.directives = kept(&input.directives);
                Node::new(visible)
            })
            .collect()
    }

    fn enumeration(&self, enumeration: &EnumTypeDefinition) -> EnumTypeDefinition {
        let values = enumeration
            .values
            .iter()
            .filter(|value| !self.is_hidden(&value.directives))
            .map(|value| {
                let mut visible = (**value).clone();
                visible.directives = kept(&value.directives);
                Node::new(visible)
            });
        EnumTypeDefinition {
            values: values.collect(),
            directives: kept(&enumeration.directives),
            ..enumeration.clone()
        }
    }
}

fn hidden_types(document: &Document, features: &Features) -> HashSet<Name> {
    document
        .definitions
        .iter()
        .filter(|definition| features.is_hidden(definition.directives()))
        .filter_map(|definition| definition.name().cloned())
        .collect()
}

/// A schema definition is only worth writing where a root type has an unusual name.
fn renamed_roots(schema: &SchemaDefinition) -> Option<Definition> {
    let usual = schema
        .root_operations
        .iter()
        .all(|root| root.1 == super::ingest::default_root(root.0));
    let renamed = SchemaDefinition {
        directives: DirectiveList::new(),
        ..schema.clone()
    };
    (!usual || schema.description.is_some())
        .then(|| Definition::SchemaDefinition(Node::new(renamed)))
}

fn kept(directives: &DirectiveList) -> DirectiveList {
    let mut kept = DirectiveList::new();
    kept.extend(
        directives
            .iter()
            .filter(|directive| KEPT.contains(&directive.name.as_str()))
            .cloned(),
    );
    kept
}

fn without(names: &[Name], hidden: &HashSet<Name>) -> Vec<Name> {
    names
        .iter()
        .filter(|name| !hidden.contains(*name))
        .cloned()
        .collect()
}

fn has_prefix(name: &str, spec: &str) -> bool {
    name.strip_prefix(spec)
        .is_some_and(|rest| rest.starts_with("__"))
}

pub(crate) fn is_executable(location: DirectiveLocation) -> bool {
    matches!(
        location,
        DirectiveLocation::Query
            | DirectiveLocation::Mutation
            | DirectiveLocation::Subscription
            | DirectiveLocation::Field
            | DirectiveLocation::FragmentDefinition
            | DirectiveLocation::FragmentSpread
            | DirectiveLocation::InlineFragment
            | DirectiveLocation::VariableDefinition
    )
}
