//! Runs a plan: sends its fetches, merges their answers into one tree, and remembers every
//! failure with its place in that tree. What one subgraph fails to give leaves a gap, not
//! an empty answer.

mod failures;
pub(crate) mod merge;
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

pub(crate) use crate::execute::failures::Failure;
use crate::execute::merge::merge_object;
use crate::execute::places::Object;
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
}

/// What execution leaves for projection.
pub(crate) struct Executed {
    pub(crate) data: Value,
    pub(crate) failures: Vec<Failure>,
}

/// One run of a plan. The lock is held while looking and merging, never while waiting.
pub(crate) struct Execution<'a> {
    subgraphs: &'a Subgraphs,
    inputs: &'a Inputs,
    state: Mutex<Executed>,
}

/// Runs a plan on top of `seed`: an event's data for a subscription, what earlier root fields
/// left for a mutation, and else nothing.
pub(crate) async fn execute(
    subgraphs: &Subgraphs,
    inputs: &Inputs,
    plan: &QueryPlan,
    seed: Executed,
) -> Executed {
    let execution = Execution {
        subgraphs,
        inputs,
        state: Mutex::new(seed),
    };
    execution.run(plan).await;
    execution
        .state
        .into_inner()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// The state before the first fetch.
pub(crate) fn nothing() -> Executed {
    Executed {
        data: Value::Object(Object::new()),
        failures: Vec::new(),
    }
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
        extensions: Arc::clone(&inputs.extensions),
        deadline: inputs.deadline,
    }
}

/// Merges the answer of a fetch from a root type.
pub(crate) fn merge_root(
    fetch: &Fetch,
    path: Option<&TargetPath>,
    response: SubgraphResponse,
    into: &mut Executed,
) {
    into.failures
        .extend(failures::of_root(fetch, path, response.errors, &into.data));
    let Value::Object(answer) = response.data else {
        return;
    };
    let Some(steps) = path else {
        if let Value::Object(root) = &mut into.data {
            merge_object(root, answer);
        }
        return;
    };
    let mut found = Vec::new();
    places::visit(&into.data, steps, &mut Vec::new(), &mut |_, indices| {
        found.push(indices.to_vec());
    });
    for indices in found {
        if let Some(object) = places::locate(&mut into.data, steps, &indices) {
            merge_object(object, answer.clone());
        }
    }
}

impl Execution<'_> {
    /// Starts every fetch as soon as those that it waits for have ended.
    async fn run(&self, plan: &QueryPlan) {
        let fetches = &plan.fetches;
        let mut waits_for: Vec<usize> = fetches.iter().map(|planned| planned.waits_for).collect();
        let start = |position: usize| {
            let fetched = self.fetch(&fetches[position].fetch);
            fetched.map(move |()| position)
        };
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

    async fn fetch(&self, fetch: &Fetch) {
        match &fetch.target {
            Target::Objects { path: None, .. } => self.fetch_root(fetch, None).await,
            Target::Objects {
                path: Some(path), ..
            } => {
                let is_anybody_there = self.look(|data| {
                    let mut is_there = false;
                    places::visit(data, path, &mut Vec::new(), &mut |_, _| is_there = true);
                    is_there
                });
                if is_anybody_there {
                    self.fetch_root(fetch, Some(path)).await;
                }
            }
            Target::Entities(entities) => self.fetch_entities(fetch, entities).await,
        }
    }

    async fn fetch_root(&self, fetch: &Fetch, path: Option<&TargetPath>) {
        let response = self.ask(fetch, request(fetch, self.inputs)).await;
        self.change(|state| merge_root(fetch, path, response, state));
    }

    async fn fetch_entities(&self, fetch: &Fetch, entities: &[EntityFetch]) {
        let mut gathered: Vec<_> = self.look(|data| {
            let gather = |entity| Representations::gather(entity, data);
            entities.iter().map(gather).collect()
        });
        if gathered.iter().all(|found| found.list.is_empty()) {
            return;
        }
        let mut request = request(fetch, self.inputs);
        for (entity, found) in entities.iter().zip(&mut gathered) {
            let list = std::mem::take(&mut found.list);
            if list.is_empty() && request.variables.contains_key(&entity.variable) {
                continue;
            }
            request
                .variables
                .insert(entity.variable.clone(), Value::List(list));
        }
        let mut response = self.ask(fetch, request).await;
        self.change(|state| {
            let errors = std::mem::take(&mut response.errors);
            state
                .failures
                .extend(failures::of_entities(fetch, entities, &gathered, errors));
            let Value::Object(mut answer) = response.data else {
                return;
            };
            for (entity, found) in entities.iter().zip(&gathered) {
                if let Some(Value::List(list)) = answer.swap_remove(entity.response_key.as_str()) {
                    merge_entities(entity, found, list, &mut state.data);
                }
            }
        });
    }

    /// Sends one request; whatever happens, there is a response, and in time.
    async fn ask(&self, fetch: &Fetch, request: SubgraphRequest) -> SubgraphResponse {
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

    fn look<T>(&self, look: impl FnOnce(&Value) -> T) -> T {
        let state = self
            .state
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        look(&state.data)
    }

    fn change(&self, change: impl FnOnce(&mut Executed)) {
        let mut state = self
            .state
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        change(&mut state);
    }
}

fn merge_entities(
    entity: &EntityFetch,
    found: &Representations,
    list: Vec<Value>,
    data: &mut Value,
) {
    for (value, places) in list.into_iter().zip(&found.places) {
        let Value::Object(answer) = value else {
            continue;
        };
        let Some((last, others)) = places.split_last() else {
            continue;
        };
        for place in others {
            if let Some(object) = places::locate(data, &entity.paths[place.path], &place.indices) {
                merge_object(object, answer.clone());
            }
        }
        if let Some(object) = places::locate(data, &entity.paths[last.path], &last.indices) {
            merge_object(object, answer);
        }
    }
}
