//! Runs a plan: sends its fetches, merges their answers into one tree, and remembers every
//! failure with its place in that tree. What one subgraph fails to give leaves a gap, not
//! an empty answer.

pub(crate) mod answer;
mod failures;
pub(crate) mod places;
mod representations;

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};

use async_graphql::{Name, UploadValue, Value, Variables};
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use tokio::time::Instant;
use tracing::Instrument;

use crate::data::layout::Layouts;
use crate::data::tree::{Data, Place, Tree};
use crate::execute::answer::AnsweredData;
pub(crate) use crate::execute::failures::Failure;
use crate::execute::representations::Representations;
use crate::normalize::arguments;
use crate::plan::guard::panic_message;
use crate::plan::{EntityFetch, Fetch, QueryPlan, Target, TargetPath};
use crate::subgraph::{Subgraph, SubgraphRequest, SubgraphResponse};

/// The subgraphs by name.
pub(crate) type Subgraphs = HashMap<Arc<str>, Arc<dyn Subgraph>>;

/// What every fetch of one request shares.
pub(crate) struct Inputs {
    /// Values of the normalized operation's arguments.
    pub(crate) arguments: Vec<Value>,
    pub(crate) uploads: Vec<UploadValue>,
    pub(crate) extensions: Arc<http::Extensions>,
    pub(crate) deadline: Instant,
    /// Bytes of data that the subgraphs may give altogether.
    pub(crate) data_bytes_max: usize,
}

/// What execution leaves for projection.
pub(crate) struct Executed {
    pub(crate) tree: Tree,
    pub(crate) failures: Vec<Failure>,
}

impl Executed {
    /// The state before the first fetch, with room for so many values.
    pub(crate) fn nothing(inputs: &Inputs, expected: usize) -> Self {
        Self {
            tree: Tree::new(inputs.data_bytes_max, expected),
            failures: Vec::new(),
        }
    }

    /// The data have no room for anything at all.
    pub(crate) fn too_much(mut self) -> Self {
        self.failures.push(Failure {
            error: failures::too_much(&self.tree),
            path: Vec::new(),
        });
        self
    }

    /// Merges the answer of a fetch from a root type.
    pub(crate) fn merge_root(
        &mut self,
        fetch: &Fetch,
        path: Option<&TargetPath>,
        layouts: &Layouts,
        response: SubgraphResponse,
    ) {
        let answered = answer::read(&mut self.tree, fetch, layouts, response);
        let failures = failures::of_root(fetch, path, answered.errors, &self.tree);
        self.failures.extend(failures);
        let AnsweredData::Root(answer) = answered.data else {
            return;
        };
        let Some(steps) = path else {
            return self.tree.merge(Place::ROOT, answer, false);
        };
        let mut objects = Vec::new();
        places::visit(&self.tree, steps, &mut |place, _| objects.push(place));
        for place in &objects {
            self.tree.merge(*place, answer, objects.len() > 1);
        }
    }

    fn merge_entities(
        &mut self,
        fetch: &Fetch,
        entities: &[EntityFetch],
        gathered: &[Representations],
        layouts: &Layouts,
        response: SubgraphResponse,
    ) {
        let answered = answer::read(&mut self.tree, fetch, layouts, response);
        let errors = answered.errors;
        let failures = failures::of_entities(fetch, entities, gathered, errors, &self.tree);
        self.failures.extend(failures);
        let AnsweredData::Entities(lists) = answered.data else {
            return;
        };
        for (found, list) in gathered.iter().zip(lists) {
            if let Data::List(entities) = list {
                found.distribute(entities, &mut self.tree);
            }
        }
    }
}

/// One run of a plan. The lock is held while looking, reading and merging, never while waiting;
/// all fetches of a run are polled by one task, so nobody waits for it.
struct Execution<'a> {
    subgraphs: &'a Subgraphs,
    inputs: &'a Inputs,
    plan: &'a QueryPlan,
    state: Mutex<Executed>,
}

/// Runs a plan on top of `seed`: an event's data for a subscription, and else nothing.
pub(crate) async fn execute(
    subgraphs: &Subgraphs,
    inputs: &Inputs,
    plan: &QueryPlan,
    seed: Executed,
) -> Executed {
    let execution = Execution {
        subgraphs,
        inputs,
        plan,
        state: Mutex::new(seed),
    };
    execution.run().await;
    execution
        .state
        .into_inner()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// The request of a fetch, without representations.
pub(crate) fn request(fetch: &Fetch, inputs: &Inputs) -> SubgraphRequest {
    let mut variables = Variables::default();
    for &position in &fetch.arguments {
        let value = inputs.arguments.get(position).cloned().unwrap_or_default();
        variables.insert(Name::new(arguments::variable(position)), value);
    }
    // Only arguments refer to files, and they do so by position.
    let takes_files = !fetch.arguments.is_empty();
    let files = inputs.uploads.iter().filter(|_| takes_files);
    SubgraphRequest {
        subgraph: Arc::clone(&fetch.subgraph),
        operation: Arc::clone(&fetch.operation),
        variables,
        uploads: files.flat_map(UploadValue::try_clone).collect(),
        representations: Vec::new(),
        extensions: Arc::clone(&inputs.extensions),
        deadline: inputs.deadline,
    }
}

impl Execution<'_> {
    /// Starts every fetch as soon as those that it waits for have ended.
    async fn run(&self) {
        let fetches = &self.plan.fetches;
        let mut waits_for: Vec<usize> = fetches.iter().map(|planned| planned.waits_for).collect();
        let start = |position: usize| self.fetch(position).map(move |()| position);
        let ready = (0..fetches.len()).filter(|position| waits_for[*position] == 0);
        let mut running: FuturesUnordered<_> = ready.map(start).collect();
        while let Some(ended) = running.next().await {
            for &next in &fetches[ended].then {
                waits_for[next] -= 1;
                if waits_for[next] == 0 {
                    running.push(start(next));
                }
            }
        }
    }

    async fn fetch(&self, position: usize) {
        let fetch = &self.plan.fetches[position].fetch;
        match &fetch.target {
            Target::Objects { path, .. } => {
                let path = path.as_ref();
                if path.is_none_or(|path| self.is_anybody_at(path)) {
                    let request = request(fetch, self.inputs);
                    let response = self.send(fetch, request).await;
                    let layouts = &self.plan.layouts;
                    self.change(|state| state.merge_root(fetch, path, layouts, response));
                }
            }
            Target::Entities(entities) => self.fetch_entities(fetch, entities).await,
        }
    }

    fn is_anybody_at(&self, path: &TargetPath) -> bool {
        self.look(|tree| {
            let mut is_there = false;
            places::visit(tree, path, &mut |_, _| is_there = true);
            is_there
        })
    }

    async fn fetch_entities(&self, fetch: &Fetch, entities: &[EntityFetch]) {
        let takes_json = self
            .subgraphs
            .get(&fetch.subgraph)
            .is_some_and(|subgraph| subgraph.takes_json());
        let mut gathered: Vec<_> = self.look(|tree| {
            let gather = |entity| Representations::gather(entity, tree, !takes_json);
            entities.iter().map(gather).collect()
        });
        if gathered.iter().all(Representations::is_empty) {
            return;
        }
        let mut request = request(fetch, self.inputs);
        for (entity, found) in entities.iter().zip(&mut gathered) {
            if takes_json {
                request.representations.push(found.json.clone());
            } else {
                let list = Value::List(std::mem::take(&mut found.values));
                request.variables.insert(entity.variable.clone(), list);
            }
        }
        let response = self.send(fetch, request).await;
        let layouts = &self.plan.layouts;
        self.change(|state| {
            state.merge_entities(fetch, entities, &gathered, layouts, response);
        });
    }

    /// Sends one request; whatever happens, there is a response, and in time.
    async fn send(&self, fetch: &Fetch, request: SubgraphRequest) -> SubgraphResponse {
        let Some(subgraph) = self.subgraphs.get(&fetch.subgraph) else {
            return SubgraphResponse::failed(failures::unreachable(&fetch.subgraph));
        };
        if Instant::now() >= self.inputs.deadline {
            return SubgraphResponse::failed(failures::late(&fetch.subgraph));
        }
        let span = tracing::debug_span!("fetch", subgraph = &*fetch.subgraph);
        let answer = async { subgraph.execute(request).await }.instrument(span);
        let answer = AssertUnwindSafe(answer).catch_unwind();
        match tokio::time::timeout_at(self.inputs.deadline, answer).await {
            Ok(Ok(response)) => response,
            Ok(Err(panic)) => {
                let message = panic_message(&*panic);
                tracing::error!(subgraph = &*fetch.subgraph, message, "subgraph panicked");
                SubgraphResponse::failed(crate::error::GraphQLError::internal())
            }
            Err(_elapsed) => SubgraphResponse::failed(failures::late(&fetch.subgraph)),
        }
    }

    fn look<T>(&self, look: impl FnOnce(&Tree) -> T) -> T {
        let state = self
            .state
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        look(&state.tree)
    }

    fn change(&self, change: impl FnOnce(&mut Executed)) {
        let mut state = self
            .state
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        change(&mut state);
    }
}
