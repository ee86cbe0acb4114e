//! Places of the answer while a plan is made: which requests have the object there at hand.

use std::collections::HashMap;

use apollo_compiler::Name;

use crate::plan::draft::{Deps, NodeId, PathStep};
use crate::plan::scope::ScopeId;
use crate::plan::supergraph::{Place, Target};
use crate::plan::wanted::WantedField;
use crate::subgraph::OperationKind;

pub(crate) type PositionId = usize;

/// A place of the answer, or the objects of one concrete type there.
pub(crate) struct Position {
    pub(crate) ty: Name,
    pub(crate) path: Vec<PathStep>,
    /// Set where only objects of a concrete type are meant.
    pub(crate) object: Option<Name>,
    pub(crate) scope: ScopeId,
    pub(crate) origin: Origin,
    pub(crate) accesses: Vec<Access>,
    /// Requests that have the objects here together with others and hide which is which: a
    /// field asked there is asked of all.
    pub(crate) shared: Vec<Access>,
    /// The requests that tell the concrete types on the way here.
    pub(crate) needs: Deps,
    /// The requests that tell the concrete type of the objects here.
    pub(crate) tells_type: Deps,
    pub(crate) fields: HashMap<Name, PositionId>,
    pub(crate) objects: HashMap<Name, PositionId>,
}

/// How the place is come to.
#[derive(Clone)]
pub(crate) enum Origin {
    Root(OperationKind),
    Field {
        /// One, or the objects of several concrete types at one position.
        parents: Vec<PositionId>,
        name: Name,
        field: Box<WantedField>,
    },
    /// The objects of one concrete type at another position.
    Narrowed(PositionId),
}

impl Origin {
    /// The positions that lead here.
    pub(crate) fn parents(&self) -> &[PositionId] {
        match self {
            Self::Root(_) => &[],
            Self::Field { parents, .. } => parents,
            Self::Narrowed(parent) => std::slice::from_ref(parent),
        }
    }
}

/// A request that has the objects at hand, or several of which each has some of them.
#[derive(Clone, PartialEq)]
pub(crate) struct Access {
    pub(crate) parts: Vec<Part>,
}

/// What one request has of the objects at a position.
#[derive(Clone, PartialEq)]
pub(crate) struct Part {
    pub(crate) node: NodeId,
    pub(crate) place: Place,
}

impl Access {
    pub(crate) fn of(node: NodeId, place: Place) -> Self {
        Self {
            parts: vec![Part { node, place }],
        }
    }

    fn has(&self, target: &Target) -> bool {
        let mut places = self.parts.iter().map(|part| &part.place);
        places.all(|place| place.graph == target.graph && place.ty == target.ty)
    }

    /// Whether both are selections in the same places.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let mut nodes = self.parts.iter().map(|part| part.node);
        nodes.len() == other.parts.len()
            && nodes.all(|node| other.parts.iter().any(|part| part.node == node))
    }
}

impl Position {
    pub(crate) fn new(ty: Name, path: Vec<PathStep>, scope: ScopeId, origin: Origin) -> Self {
        Self {
            ty,
            path,
            object: None,
            scope,
            origin,
            accesses: Vec::new(),
            shared: Vec::new(),
            needs: Deps::new(),
            tells_type: Deps::new(),
            fields: HashMap::new(),
            objects: HashMap::new(),
        }
    }

    /// A request that has the object as a target would have it.
    pub(crate) fn access(&self, target: &Target) -> Option<&Access> {
        self.accesses.iter().find(|access| access.has(target))
    }

    /// The path, with the condition on the type if there is one.
    pub(crate) fn path_of_objects(&self) -> Vec<PathStep> {
        let condition = self.object.iter().cloned();
        let condition = condition.map(|object| PathStep::Objects([object].into()));
        self.path.iter().cloned().chain(condition).collect()
    }
}
