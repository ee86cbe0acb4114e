//! Query plans: which operation goes to which subgraph, in what order, and where in the
//! merged data its answer belongs.
//!
//! The types here are the router's own. The planner crate is named in this folder only, and
//! its plans are translated at once.

mod convert;
mod fold;
pub(crate) mod guard;
pub(crate) mod planner;

use std::collections::HashSet;
use std::sync::Arc;

use async_graphql::Name;

use crate::subgraph::SubgraphOperation;

/// What to do for one operation.
#[derive(Debug)]
pub(crate) enum PlanNode {
    Fetch(Box<Fetch>),
    Sequence(Vec<PlanNode>),
    Parallel(Vec<PlanNode>),
    /// A plan that was made on its own: a root field of a mutation.
    Shared(Arc<QueryPlan>),
}

/// A plan.
#[derive(Debug, Default)]
pub(crate) struct QueryPlan {
    /// The stream whose events seed the data, for a subscription.
    pub(crate) subscription: Option<Fetch>,
    /// What runs once, or for every event.
    pub(crate) node: Option<PlanNode>,
}

/// One request to one subgraph.
#[derive(Debug)]
pub(crate) struct Fetch {
    pub(crate) subgraph: Arc<str>,
    pub(crate) operation: Arc<SubgraphOperation>,
    /// The arguments of the normalized operation that it uses.
    pub(crate) arguments: Vec<usize>,
    pub(crate) target: Target,
}

/// Where a fetch's data belongs.
#[derive(Debug)]
pub(crate) enum Target {
    /// Its root fields are fields of the objects at these places.
    Objects {
        paths: Vec<TargetPath>,
        rewrites: Vec<Rewrite>,
        /// The keys of its root fields, to say what is missing when it fails.
        keys: Vec<String>,
    },
    /// Each of its `_entities` fields completes objects that are already there.
    Entities(Vec<EntityFetch>),
}

/// An `_entities` field and the objects that it completes.
#[derive(Debug)]
pub(crate) struct EntityFetch {
    pub(crate) response_key: String,
    pub(crate) variable: Name,
    pub(crate) paths: Vec<TargetPath>,
    /// What a representation holds.
    pub(crate) requires: Vec<Require>,
    pub(crate) input_rewrites: Vec<Rewrite>,
    pub(crate) output_rewrites: Vec<Rewrite>,
}

/// From the root to objects in the merged data.
pub(crate) type TargetPath = Vec<Step>;

#[derive(Debug, Clone)]
pub(crate) enum Step {
    Field(Name),
    /// Every item of a list.
    List,
    /// Only objects of these concrete types.
    Types(HashSet<String>),
}

/// A part of a representation.
#[derive(Debug)]
pub(crate) enum Require {
    Field {
        /// The key in the merged data.
        name: Name,
        /// The key in the representation.
        sent_as: Name,
        /// A null may be sent.
        nullable: bool,
        below: Vec<Require>,
    },
    /// Only for objects of these concrete types.
    On {
        types: HashSet<String>,
        below: Vec<Require>,
    },
}

/// A change to a representation before it is sent, or to an entity before it is merged.
#[derive(Debug)]
pub(crate) struct Rewrite {
    pub(crate) path: Vec<RewriteStep>,
    pub(crate) change: Change,
}

#[derive(Debug)]
pub(crate) enum RewriteStep {
    Key(Name),
    Types(HashSet<String>),
}

#[derive(Debug)]
pub(crate) enum Change {
    /// Sets the value at the path to a text.
    Set(String),
    /// Renames the key that ends the path.
    Rename(Name),
}

/// Why there is no plan.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum PlanError {
    #[error("planning took longer than its limit")]
    TimedOut,
    #[error("the planner panicked: {0}")]
    Panicked(String),
    #[error("the planner failed: {0}")]
    Failed(String),
}
