//! Places of the answer while a plan is made: which requests have the object there at hand.

use std::collections::HashMap;

use apollo_compiler::Name;

use crate::plan::draft::{Deps, GroupId, NodeId, PathStep};
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
    /// The request that tells the concrete type of the objects here.
    pub(crate) tells_type: Option<GroupId>,
    pub(crate) fields: HashMap<Name, PositionId>,
    pub(crate) objects: HashMap<Name, PositionId>,
}

/// How the place is come to.
#[derive(Clone)]
pub(crate) enum Origin {
    Root(OperationKind),
    Field {
        parent: PositionId,
        name: Name,
        field: Box<WantedField>,
    },
    /// The objects of one concrete type at another position.
    Narrowed(PositionId),
}

/// A request that has the object at hand.
#[derive(Clone)]
pub(crate) struct Access {
    pub(crate) node: NodeId,
    pub(crate) place: Place,
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
            tells_type: None,
            fields: HashMap::new(),
            objects: HashMap::new(),
        }
    }

    /// A request that has the object as a target would have it.
    pub(crate) fn access(&self, target: &Target) -> Option<&Access> {
        self.accesses
            .iter()
            .find(|access| access.place.graph == target.graph && access.place.ty == target.ty)
    }

    /// The path, with the condition on the type if there is one.
    pub(crate) fn path_of_objects(&self) -> Vec<PathStep> {
        let condition = self.object.iter().cloned().map(PathStep::Object);
        self.path.iter().cloned().chain(condition).collect()
    }
}
