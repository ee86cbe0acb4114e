//! The supergraph between merging and emitting: every element with the subgraphs it comes from.

use std::collections::BTreeMap;

use apollo_compiler::ast::{Directive, DirectiveDefinition, Type, Value};
use apollo_compiler::{Name, Node};
use indexmap::IndexMap;

use super::links::Link;
use super::model::GraphId;

/// Everything there is to emit.
#[derive(Debug, Default)]
pub(crate) struct Merged {
    pub(crate) types: BTreeMap<Name, MergedType>,
    /// Executable directives that every subgraph knows, and composed ones.
    pub(crate) directives: BTreeMap<Name, Node<DirectiveDefinition>>,
    /// Specifications of composed directives, with the directives imported from each.
    pub(crate) links: Vec<Link>,
}

impl Merged {
    /// The object types that `name` may stand for; for a leaf type, that type.
    pub(crate) fn objects<'a>(&'a self, name: &'a Name) -> Vec<&'a Name> {
        match self.types.get(name).map(|ty| &ty.kind) {
            Some(MergedKind::Interface(_)) => {
                let implements = |ty: &MergedType| match &ty.kind {
                    MergedKind::Object(body) => body.implements.iter().any(|(_, i)| i == name),
                    _ => false,
                };
                let objects = self.types.iter().filter(|(_, ty)| implements(ty));
                objects.map(|(name, _)| name).collect()
            }
            Some(MergedKind::Union(members)) => members.iter().map(|(_, name)| name).collect(),
            _ => vec![name],
        }
    }

    pub(crate) fn fields(&self, ty: &str) -> Option<&IndexMap<Name, MergedField>> {
        match &self.types.get(ty)?.kind {
            MergedKind::Object(composite) | MergedKind::Interface(composite) => {
                Some(&composite.fields)
            }
            MergedKind::Scalar
            | MergedKind::Union(_)
            | MergedKind::Enum(_)
            | MergedKind::Input(_) => None,
        }
    }
}

/// A type of the supergraph.
#[derive(Debug)]
pub(crate) struct MergedType {
    pub(crate) description: Option<Node<str>>,
    pub(crate) applied: Vec<Node<Directive>>,
    pub(crate) joins: Vec<JoinType>,
    pub(crate) kind: MergedKind,
}

/// What it is made of.
#[derive(Debug)]
pub(crate) enum MergedKind {
    Scalar,
    Object(MergedComposite),
    Interface(MergedComposite),
    Union(Vec<(GraphId, Name)>),
    Enum(IndexMap<Name, MergedEnumValue>),
    Input(IndexMap<Name, MergedInput>),
}

/// One `@join__type`.
#[derive(Debug)]
pub(crate) struct JoinType {
    pub(crate) graph: GraphId,
    pub(crate) key: Option<String>,
    pub(crate) extension: bool,
    pub(crate) resolvable: bool,
    pub(crate) interface_object: bool,
}

impl JoinType {
    pub(crate) fn plain(graph: GraphId) -> Self {
        Self {
            graph,
            key: None,
            extension: false,
            resolvable: true,
            interface_object: false,
        }
    }
}

/// The body of an object or interface type.
#[derive(Debug)]
pub(crate) struct MergedComposite {
    pub(crate) implements: Vec<(GraphId, Name)>,
    pub(crate) fields: IndexMap<Name, MergedField>,
}

/// An output field.
#[derive(Debug)]
pub(crate) struct MergedField {
    pub(crate) description: Option<Node<str>>,
    pub(crate) ty: Type,
    pub(crate) arguments: IndexMap<Name, MergedInput>,
    pub(crate) applied: Vec<Node<Directive>>,
    /// Empty when every subgraph of the type resolves it alike.
    pub(crate) joins: Vec<JoinField>,
    /// The subgraphs that resolve it, progressive overrides counted on both sides.
    pub(crate) resolvers: Vec<GraphId>,
}

/// One `@join__field`.
#[derive(Debug, Default, Clone)]
pub(crate) struct JoinField {
    /// Absent on a field that an interface object adds to an implementation.
    pub(crate) graph: Option<GraphId>,
    pub(crate) requires: Option<String>,
    pub(crate) provides: Option<String>,
    pub(crate) ty: Option<String>,
    pub(crate) external: bool,
    pub(crate) overrides: Option<String>,
    pub(crate) override_label: Option<String>,
    pub(crate) used_overridden: bool,
}

impl JoinField {
    /// Whether it says more than "this subgraph resolves it".
    pub(crate) fn is_special(&self) -> bool {
        self.graph.is_none()
            || self.requires.is_some()
            || self.provides.is_some()
            || self.ty.is_some()
            || self.external
            || self.overrides.is_some()
            || self.used_overridden
    }
}

/// An argument or input field.
#[derive(Debug, Clone)]
pub(crate) struct MergedInput {
    pub(crate) description: Option<Node<str>>,
    pub(crate) ty: Type,
    pub(crate) default: Option<Node<Value>>,
    pub(crate) applied: Vec<Node<Directive>>,
    pub(crate) joins: Vec<JoinField>,
}

/// A value of an enum.
#[derive(Debug)]
pub(crate) struct MergedEnumValue {
    pub(crate) description: Option<Node<str>>,
    pub(crate) applied: Vec<Node<Directive>>,
    pub(crate) graphs: Vec<GraphId>,
}
