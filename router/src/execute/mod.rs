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

use crate::data::tree::Data;
use crate::error::GraphQLError;
use crate::execute::answer::{Answered, AnsweredData, Bodies};
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
pub(crate) struct Executed<'a> {
    pub(crate) data: Data<'a>,
    pub(crate) failures: Vec<Failure>,
    /// Bytes that the data take, about.
    weight: usize,
}

impl<'a> Executed<'a> {
    /// The state before the first fetch.
    pub(crate) fn nothing() -> Self {
        Self {
            data: Data::object(),
            failures: Vec::new(),
            weight: 0,
        }
    }

    /// Notes what came; `false` when that is more than a request may hold.
    fn holds(&mut self, weight: usize, max: usize) -> bool {
        self.weight = self.weight.saturating_add(weight);
        self.weight <= max
    }

    /// Merges the answer of a fetch from a root type.
    pub(crate) fn merge_root(
        &mut self,
        fetch: &Fetch,
        path: Option<&TargetPath>,
        answered: Answered<'a>,
        inputs: &Inputs,
    ) {
        let mut errors = answered.errors;
        let fits = self.holds(answered.weight, inputs.data_bytes_max);
        if !fits {
            errors = vec![failures::too_much(inputs.data_bytes_max)];
        }
        let failures = failures::of_root(fetch, path, errors, &self.data);
        self.failures.extend(failures);
        let AnsweredData::Root(answer) = answered.data else {
            return;
        };
        match path {
            _ if !fits => {}
            None => self.data.merge(answer),
            Some(steps) => places::visit_mut(&mut self.data, steps, &mut |object| {
                object.merge_copy(&answer);
            }),
        }
    }

    fn merge_entities(
        &mut self,
        fetch: &Fetch,
        entities: &[EntityFetch],
        gathered: &[Representations],
        answered: Answered<'a>,
        inputs: &Inputs,
    ) {
        let mut errors = answered.errors;
        let fits = self.holds(answered.weight, inputs.data_bytes_max);
        if !fits {
            errors = vec![failures::too_much(inputs.data_bytes_max)];
        }
        let failures = failures::of_entities(fetch, entities, gathered, errors, &self.data);
        self.failures.extend(failures);
        let AnsweredData::Entities(lists) = answered.data else {
            return;
        };
        for ((entity, found), list) in entities.iter().zip(gathered).zip(lists) {
            let Data::List(list) = list else {
                continue;
            };
            if fits && !found.distribute(entity, list, &mut self.data) {
                tracing::error!(
                    subgraph = &*fetch.subgraph,
                    "the data changed under a fetch"
                );
                // Whose data they are now is not known.
                self.data = Data::object();
                let error = vec![GraphQLError::internal()];
                let failures = failures::of_entities(fetch, entities, gathered, error, &self.data);
                self.failures.extend(failures);
            }
        }
    }
}

/// One run of a plan. The lock is held while looking and merging, never while waiting.
struct Execution<'a> {
    subgraphs: &'a Subgraphs,
    inputs: &'a Inputs,
    plan: &'a QueryPlan,
    bodies: &'a Bodies,
    state: Mutex<Executed<'a>>,
}

/// Runs a plan on top of `seed`: an event's data for a subscription, and else nothing.
pub(crate) async fn execute<'a>(
    subgraphs: &'a Subgraphs,
    inputs: &'a Inputs,
    plan: &'a QueryPlan,
    bodies: &'a Bodies,
    seed: Executed<'a>,
) -> Executed<'a> {
    let execution = Execution {
        subgraphs,
        inputs,
        plan,
        bodies,
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

impl<'a> Execution<'a> {
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
                    let answered = self.ask(position, fetch, request).await;
                    self.change(|state| state.merge_root(fetch, path, answered, self.inputs));
                }
            }
            Target::Entities(entities) => self.fetch_entities(position, fetch, entities).await,
        }
    }

    fn is_anybody_at(&self, path: &TargetPath) -> bool {
        self.look(|data| {
            let mut is_there = false;
            places::visit(data, path, &mut |_| is_there = true);
            is_there
        })
    }

    async fn fetch_entities(&self, position: usize, fetch: &Fetch, entities: &[EntityFetch]) {
        let takes_json = self
            .subgraphs
            .get(&fetch.subgraph)
            .is_some_and(|subgraph| subgraph.takes_json());
        let mut gathered: Vec<_> = self.look(|data| {
            let gather = |entity| Representations::gather(entity, data, !takes_json);
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
        let answered = self.ask(position, fetch, request).await;
        self.change(|state| {
            state.merge_entities(fetch, entities, &gathered, answered, self.inputs);
        });
    }

    /// Sends one request and reads the answer, outside of the lock.
    async fn ask(&self, position: usize, fetch: &Fetch, request: SubgraphRequest) -> Answered<'a> {
        let response = self.send(fetch, request).await;
        answer::read(fetch, &self.plan.layouts, response, self.bodies, position)
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

    fn look<T>(&self, look: impl FnOnce(&Data<'a>) -> T) -> T {
        let state = self
            .state
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        look(&state.data)
    }

    fn change(&self, change: impl FnOnce(&mut Executed<'a>)) {
        let mut state = self
            .state
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        change(&mut state);
    }
}
