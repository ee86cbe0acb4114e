//! A subgraph as composition sees it: federation directives understood, names canonical, roots renamed.

use apollo_compiler::ast::{Directive, DirectiveDefinition, Type, Value};
use apollo_compiler::{Name, Node};
use indexmap::IndexMap;

use super::diagnostics::Location;
use super::field_set::FieldSet;
use super::links::Link;

/// The directives that demand something of a viewer.
pub(crate) const DEMANDS: [&str; 3] = ["authenticated", "requiresScopes", "policy"];

/// Index of a subgraph in the sorted list.
pub(crate) type GraphId = usize;

/// One ingested subgraph.
#[derive(Debug)]
pub(crate) struct Subgraph {
    pub(crate) name: String,
    pub(crate) url: String,
    /// Its value in the supergraph's `join__Graph`.
    pub(crate) graph: Name,
    pub(crate) types: IndexMap<Name, TypeDef>,
    /// Directive definitions of its own, federation's left out.
    pub(crate) directives: IndexMap<Name, Node<DirectiveDefinition>>,
    pub(crate) composed: Vec<Composed>,
    /// The minor version of federation 2; absent in a subgraph of federation 1.
    pub(crate) federation_2: Option<u32>,
    /// Some field set could not be read, so what it refers to is not marked as used.
    pub(crate) has_unread_field_sets: bool,
}

impl Subgraph {
    pub(crate) fn composite(&self, name: &str) -> Option<&Composite> {
        self.types.get(name)?.composite()
    }

    /// The object types that `name` may stand for in this subgraph.
    pub(crate) fn possible_types<'a>(&'a self, name: &'a str) -> Vec<&'a Name> {
        match self.types.get(name).map(|ty| (&ty.name, &ty.kind)) {
            Some((name, Kind::Object(_))) => vec![name],
            Some((_, Kind::Union(members))) => members.keys().collect(),
            Some((_, Kind::Interface(_))) => self
                .types
                .values()
                .filter(|ty| matches!(&ty.kind, Kind::Object(object) if object.implements.iter().any(|i| i == name)))
                .map(|ty| &ty.name)
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// A custom directive that a subgraph wants in the supergraph.
#[derive(Debug, Clone)]
pub(crate) struct Composed {
    /// Without the `@`.
    pub(crate) directive: Name,
    /// The specification that defines it.
    pub(crate) link: Link,
}

/// A type, with all of its extensions merged into it.
#[derive(Debug)]
pub(crate) struct TypeDef {
    pub(crate) name: Name,
    pub(crate) description: Option<Node<str>>,
    pub(crate) location: Option<Location>,
    /// Directives that travel into the supergraph, under their canonical names.
    pub(crate) applied: Vec<Node<Directive>>,
    /// False when only extensions were seen.
    pub(crate) has_base: bool,
    pub(crate) kind: Kind,
}

impl TypeDef {
    pub(crate) fn composite(&self) -> Option<&Composite> {
        match &self.kind {
            Kind::Object(composite) | Kind::Interface(composite) => Some(composite),
            Kind::Scalar | Kind::Union(_) | Kind::Enum(_) | Kind::Input(_) => None,
        }
    }

    /// How many fields this subgraph adds to the type, keys not counted.
    pub(crate) fn own_fields(&self) -> usize {
        self.composite().map_or(0, Composite::own_fields)
    }

    pub(crate) fn composite_mut(&mut self) -> Option<&mut Composite> {
        match &mut self.kind {
            Kind::Object(composite) | Kind::Interface(composite) => Some(composite),
            Kind::Scalar | Kind::Union(_) | Kind::Enum(_) | Kind::Input(_) => None,
        }
    }
}

/// What a type is made of.
#[derive(Debug)]
pub(crate) enum Kind {
    Scalar,
    Object(Composite),
    Interface(Composite),
    Union(IndexMap<Name, Option<Location>>),
    Enum(IndexMap<Name, EnumValue>),
    Input(IndexMap<Name, InputValue>),
}

impl Kind {
    pub(crate) fn noun(&self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Object(composite) if composite.interface_object => "interface object",
            Self::Object(_) => "object",
            Self::Interface(_) => "interface",
            Self::Union(_) => "union",
            Self::Enum(_) => "enum",
            Self::Input(_) => "input object",
        }
    }
}

/// The body of an object or interface type.
#[derive(Debug, Default)]
pub(crate) struct Composite {
    pub(crate) keys: Vec<Key>,
    pub(crate) interface_object: bool,
    pub(crate) implements: Vec<Name>,
    pub(crate) fields: IndexMap<Name, Field>,
}

impl Composite {
    pub(crate) fn own_fields(&self) -> usize {
        let own = |field: &&Field| !field.marks.external && !field.marks.in_key;
        self.fields.values().filter(own).count()
    }
}

/// One `@key`.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) fields: FieldSet,
    pub(crate) resolvable: bool,
    /// It stands on an extension of the type.
    pub(crate) extension: bool,
    pub(crate) location: Option<Location>,
}

/// A field of an object or interface type.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) description: Option<Node<str>>,
    pub(crate) location: Option<Location>,
    pub(crate) ty: Type,
    pub(crate) arguments: IndexMap<Name, InputValue>,
    pub(crate) applied: Vec<Node<Directive>>,
    pub(crate) marks: Marks,
}

/// What the federation directives on a field say.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    pub(crate) external: bool,
    /// Written as `@shareable`, on the field or on its type.
    pub(crate) shareable: bool,
    /// Part of some `@key`, which makes it shareable too.
    pub(crate) in_key: bool,
    /// Selected by some `@key`, `@requires` or `@provides`, or asked for by an interface.
    pub(crate) used: bool,
    /// Selected by some `@provides`.
    pub(crate) provided: bool,
    pub(crate) requires: Option<FieldSet>,
    pub(crate) provides: Option<FieldSet>,
    pub(crate) overrides: Option<Override>,
}

/// One `@override`.
#[derive(Debug, Clone)]
pub(crate) struct Override {
    pub(crate) from: String,
    /// Present on a progressive override, which moves only part of the traffic.
    pub(crate) label: Option<String>,
}

/// An argument or an input field.
#[derive(Debug)]
pub(crate) struct InputValue {
    pub(crate) description: Option<Node<str>>,
    pub(crate) location: Option<Location>,
    pub(crate) ty: Type,
    pub(crate) default: Option<Node<Value>>,
    pub(crate) applied: Vec<Node<Directive>>,
}

impl InputValue {
    pub(crate) fn is_required(&self) -> bool {
        self.ty.is_non_null() && self.default.is_none()
    }
}

/// A value of an enum.
#[derive(Debug)]
pub(crate) struct EnumValue {
    pub(crate) description: Option<Node<str>>,
    pub(crate) location: Option<Location>,
    pub(crate) applied: Vec<Node<Directive>>,
}
