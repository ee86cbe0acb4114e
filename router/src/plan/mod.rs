//! Query plans: which operation goes to which subgraph, after which others, and where in the
//! merged data its answer belongs.
//!
//! [`Planner`](planner::Planner) makes them from a supergraph, `wanted → draft → plan`: pure
//! computation, bounded in steps and time.

mod abstracts;
mod branches;
mod copy;
mod cost;
mod draft;
mod enter;
mod explain;
mod gaps;
pub(crate) mod guard;
pub(crate) mod labels;
pub(crate) mod planner;
mod planning;
mod position;
mod render;
mod scope;
mod select;
mod supergraph;
mod values;
mod wanted;
mod ways;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_graphql::Name;

use crate::data::layout::{LayoutId, Layouts};
use crate::subgraph::SubgraphOperation;

/// What to do for one operation.
#[derive(Debug, Default)]
pub(crate) struct QueryPlan {
    /// The stream whose events seed the data, for a subscription.
    pub(crate) subscription: Option<Fetch>,
    /// What runs once, or for every event.
    pub(crate) fetches: Vec<PlannedFetch>,
    /// What can stand where in the data.
    pub(crate) layouts: Layouts,
}

/// A request, and its place in the order of things.
#[derive(Debug)]
pub(crate) struct PlannedFetch {
    pub(crate) fetch: Fetch,
    /// How many fetches it waits for.
    pub(crate) waits_for: usize,
    /// The fetches that wait for it.
    pub(crate) then: Vec<usize>,
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
    /// Its root fields are fields of the root, or of the objects at a path.
    Objects {
        path: Option<TargetPath>,
        layout: LayoutId,
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
    /// The layout of the objects at all of the paths.
    pub(crate) layout: LayoutId,
    /// What is sent of an object; each that fits gives a representation.
    pub(crate) inputs: Vec<Input>,
}

/// A representation.
#[derive(Debug)]
pub(crate) struct Input {
    /// Only for objects of this concrete type.
    pub(crate) object: Option<String>,
    /// The type that the subgraph knows the object under.
    pub(crate) typename: String,
    pub(crate) fields: Vec<Require>,
}

/// From the root to objects in the merged data.
pub(crate) type TargetPath = Vec<Step>;

#[derive(Debug, Clone)]
pub(crate) enum Step {
    Field {
        slot: usize,
        name: Arc<str>,
    },
    /// Every item of a list.
    List,
    /// Only objects of these concrete types.
    Objects(Arc<[String]>),
}

/// A part of a representation.
#[derive(Clone, Debug)]
pub(crate) enum Require {
    Field {
        /// Where it is in the data.
        slot: usize,
        name: Arc<str>,
        /// The key in the representation.
        sent_as: Name,
        /// A null may be sent.
        nullable: bool,
        below: Vec<Require>,
    },
    /// Only for objects of these concrete types.
    On {
        types: Vec<String>,
        below: Vec<Require>,
    },
}

impl QueryPlan {
    /// The slot of the only field that a client asks of a mutation's root.
    pub(crate) fn root_slot(&self) -> usize {
        let first = self.fetches.first().map(|planned| &planned.fetch.target);
        let key = match first {
            Some(Target::Objects { keys, .. }) => keys.first(),
            _ => None,
        };
        let slot = key.and_then(|key| self.layouts.get(0).find(key, 0));
        slot.unwrap_or_default()
    }

    /// A plan of fetches, each with those that it waits for. The first of a stream's seeds
    /// the data, and nothing waits for it.
    fn new(
        fetches: Vec<Fetch>,
        after: Vec<BTreeSet<usize>>,
        is_stream: bool,
        layouts: Layouts,
    ) -> Self {
        let mut fetches = fetches.into_iter();
        let subscription = is_stream.then(|| fetches.next()).flatten();
        let skipped = usize::from(subscription.is_some());
        let mut planned: Vec<PlannedFetch> = fetches
            .map(|fetch| PlannedFetch {
                fetch,
                waits_for: 0,
                then: Vec::new(),
            })
            .collect();
        for (position, after) in after.iter().enumerate().skip(skipped) {
            for before in after.iter().filter(|before| **before >= skipped) {
                planned[position - skipped].waits_for += 1;
                planned[before - skipped].then.push(position - skipped);
            }
        }
        Self {
            subscription,
            fetches: planned,
            layouts,
        }
    }
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
