//! A plan while it is made: requests to subgraphs, each with what it selects so far.

use std::collections::BTreeSet;
use std::rc::Rc;

use apollo_compiler::Name;
use indexmap::IndexMap;

use crate::plan::scope::ScopeId;
use crate::plan::supergraph::GraphId;
use crate::plan::wanted::Arguments;
use crate::subgraph::OperationKind;

pub(crate) type GroupId = usize;
pub(crate) type NodeId = usize;

/// Requests that something waits for.
pub(crate) type Deps = BTreeSet<GroupId>;

/// A plan while it is made.
#[derive(Default)]
pub(crate) struct Draft {
    pub(crate) groups: Vec<Group>,
    pub(crate) nodes: Vec<Node>,
}

/// Where the objects are that a request completes.
pub(crate) struct At<'a> {
    pub(crate) path: &'a [PathStep],
    pub(crate) scope: ScopeId,
}

/// One request to a subgraph.
pub(crate) struct Group {
    pub(crate) graph: GraphId,
    pub(crate) kind: GroupKind,
    /// The objects that it completes.
    pub(crate) path: Vec<PathStep>,
    pub(crate) scope: ScopeId,
    pub(crate) root: NodeId,
    pub(crate) after: Deps,
    pub(crate) inputs: Vec<DraftInput>,
}

/// Where a request starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GroupKind {
    Root(OperationKind),
    Entities,
}

/// A representation to send of some of the objects.
#[derive(Debug, PartialEq)]
pub(crate) struct DraftInput {
    /// Only objects of this concrete type.
    pub(crate) object: Option<Name>,
    /// The type that the subgraph knows them under.
    pub(crate) typename: Name,
    pub(crate) fields: Vec<Need>,
}

/// A part of a representation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Need {
    Field {
        /// The name in the data.
        name: Name,
        sent_as: Name,
        /// A null may be sent.
        nullable: bool,
        below: Vec<Need>,
    },
    /// Only for objects of these concrete types.
    On { types: Vec<Name>, below: Vec<Need> },
}

impl Need {
    pub(crate) fn typename() -> Self {
        let typename = apollo_compiler::name!("__typename");
        Self::Field {
            name: typename.clone(),
            sent_as: typename,
            nullable: false,
            below: Vec::new(),
        }
    }

    /// Whether both take the same field, or ask for the same types.
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Field { name, .. }, Self::Field { name: other, .. }) => name == other,
            (Self::On { types, .. }, Self::On { types: other, .. }) => types == other,
            _ => false,
        }
    }
}

/// A step from the root of the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PathStep {
    Field(Name),
    List,
    /// Only objects of these concrete types.
    Objects(Rc<[Name]>),
}

/// What is selected of an object in one request.
pub(crate) struct Node {
    pub(crate) group: GroupId,
    pub(crate) ty: Name,
    pub(crate) fields: IndexMap<Name, NodeField>,
    pub(crate) fragments: IndexMap<Name, NodeId>,
    /// The data need the concrete type from here.
    pub(crate) tells_type: bool,
    /// Several fields have it below them.
    pub(crate) is_shared: bool,
}

/// One selected field.
pub(crate) struct NodeField {
    pub(crate) field: Name,
    pub(crate) arguments: Arguments,
    pub(crate) below: Option<NodeId>,
}

/// The selection below a field that is not selected yet.
pub(crate) enum Below<'a> {
    New(&'a Name),
    Shared(NodeId),
}

impl Node {
    /// Whether nothing has been selected.
    pub(crate) fn is_fresh(&self) -> bool {
        self.fields.is_empty() && self.fragments.is_empty() && !self.tells_type
    }
}

impl Draft {
    /// A request for fields of a root type, at the root of the data or below.
    pub(crate) fn root(
        &mut self,
        graph: GraphId,
        kind: OperationKind,
        ty: &Name,
        at: &At<'_>,
        after: Deps,
    ) -> GroupId {
        let kind = GroupKind::Root(kind);
        let known = self.alike(graph, kind, at.path, &after).first().copied();
        known.unwrap_or_else(|| self.add(graph, kind, at, after, ty))
    }

    /// A request for entities at a path that begins when others have ended. It is shared with
    /// others if `fits` says of all of them that what is selected of one may be asked of the
    /// other.
    pub(crate) fn entities(
        &mut self,
        graph: GraphId,
        at: &At<'_>,
        after: Deps,
        input: DraftInput,
        fits: impl Fn(&DraftInput) -> bool,
    ) -> GroupId {
        let any = apollo_compiler::name!("_Entity");
        let is_shared = |group: &GroupId| {
            let mut inputs = self.groups[*group].inputs.iter();
            inputs.all(|known| known.allows(&input) && fits(known))
        };
        let alike = self.alike(graph, GroupKind::Entities, at.path, &after);
        let known = alike.into_iter().find(is_shared);
        let group = known.unwrap_or_else(|| self.add(graph, GroupKind::Entities, at, after, &any));
        self.send(group, input);
        group
    }

    /// Requests of the same kind that begin when the new one can.
    fn alike(
        &self,
        graph: GraphId,
        kind: GroupKind,
        path: &[PathStep],
        after: &Deps,
    ) -> Vec<GroupId> {
        let is_alike = |group: &Group| {
            group.graph == graph
                && group.kind == kind
                && group.path == path
                && group.after == *after
        };
        let groups = 0..self.groups.len();
        groups.filter(|id| is_alike(&self.groups[*id])).collect()
    }

    fn add(
        &mut self,
        graph: GraphId,
        kind: GroupKind,
        at: &At<'_>,
        after: Deps,
        ty: &Name,
    ) -> GroupId {
        let group = self.groups.len();
        let root = self.add_node(group, ty);
        self.groups.push(Group {
            graph,
            kind,
            path: at.path.to_vec(),
            scope: at.scope,
            root,
            after,
            inputs: Vec::new(),
        });
        group
    }

    fn add_node(&mut self, group: GroupId, ty: &Name) -> NodeId {
        self.nodes.push(Node {
            group,
            ty: ty.clone(),
            fields: IndexMap::new(),
            fragments: IndexMap::new(),
            tells_type: false,
            is_shared: false,
        });
        self.nodes.len() - 1
    }

    /// The selection for objects of a type.
    pub(crate) fn fragment(&mut self, node: NodeId, ty: &Name) -> NodeId {
        if self.nodes[node].ty == *ty {
            return node;
        }
        if let Some(fragment) = self.nodes[node].fragments.get(ty) {
            return *fragment;
        }
        let fragment = self.add_node(self.nodes[node].group, ty);
        self.nodes[node].fragments.insert(ty.clone(), fragment);
        fragment
    }

    /// Selects a field; the selection below it is a new one, of the type that the subgraph
    /// gives the field, or one that other fields have too.
    pub(crate) fn field(
        &mut self,
        node: NodeId,
        name: &Name,
        field: (&Name, &Arguments),
        below: Option<Below<'_>>,
    ) -> Option<NodeId> {
        if let Some(known) = self.nodes[node].fields.get(name) {
            return known.below;
        }
        let group = self.nodes[node].group;
        let below = below.map(|below| match below {
            Below::New(ty) => self.add_node(group, ty),
            Below::Shared(node) => {
                self.nodes[node].is_shared = true;
                node
            }
        });
        let field = NodeField {
            field: field.0.clone(),
            arguments: field.1.clone(),
            below,
        };
        self.nodes[node].fields.insert(name.clone(), field);
        below
    }

    /// Adds to what is sent of the objects of one type.
    fn send(&mut self, group: GroupId, input: DraftInput) {
        let inputs = &mut self.groups[group].inputs;
        let known = inputs
            .iter_mut()
            .find(|known| known.object == input.object && known.typename == input.typename);
        match known {
            Some(known) => merge_requires(&mut known.fields, input.fields),
            None => inputs.push(input),
        }
    }
}

impl DraftInput {
    /// Whether both can be sent in one request: not if they take two fields of the data for
    /// one of the representation.
    fn allows(&self, other: &Self) -> bool {
        let same = self.object == other.object && self.typename == other.typename;
        !same || are_compatible(&self.fields, &other.fields)
    }
}

fn are_compatible(these: &[Need], those: &[Need]) -> bool {
    let clash = |this: &Need, that: &Need| match (this, that) {
        (
            Need::Field {
                name,
                sent_as,
                below,
                ..
            },
            Need::Field {
                name: other,
                sent_as: other_as,
                below: other_below,
                ..
            },
        ) => sent_as == other_as && (name != other || !are_compatible(below, other_below)),
        _ => false,
    };
    let clashes = |this: &Need| those.iter().any(|that| clash(this, that));
    !these.iter().any(clashes)
}

/// Adds what is not there yet.
pub(crate) fn merge_requires(into: &mut Vec<Need>, more: Vec<Need>) {
    for require in more {
        let same = into.iter_mut().find(|known| known.is_same(&require));
        match (same, require) {
            (
                Some(Need::Field { below: known, .. } | Need::On { below: known, .. }),
                Need::Field { below, .. } | Need::On { below, .. },
            ) => merge_requires(known, below),
            (None, require) => into.push(require),
        }
    }
}
