//! The engine: takes a request through every stage and gives back the bytes of its answer.

use std::collections::HashMap;
use std::fmt::{Display, Formatter};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_graphql::{UploadValue, Value, Variables};
use bytes::Bytes;
use futures::FutureExt;
use serde_json::{Map, Value as Json};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tracing::Instrument;

use crate::builder::{EngineBuilder, Options};
use crate::cache::Cache;
use crate::compose::Supergraph;
use crate::data::tree::{Data, Place};
use crate::document::Document;
use crate::error::{Code, GraphQLError, PathSegment};
use crate::execute::{self, Executed, Inputs, Subgraphs};
use crate::flights::{Epoch, Flights};
use crate::input::InputPath;
use crate::introspection::{self, Introspected};
use crate::plan::guard::panic_message;
use crate::plan::planner::Planner;
use crate::prepare::{Prepared, PreparedKey};
use crate::project;
use crate::rollout::Rollout;
use crate::schema::ApiSchema;
use crate::subgraph::OperationKind;
use crate::variables;

/// What a client asks.
#[derive(Default)]
pub struct Request {
    /// The document.
    pub query: String,
    /// Which of its operations.
    pub operation_name: Option<String>,
    /// Values for the operation's variables.
    pub variables: Map<String, Json>,
    /// Files, with the places in the variables where they belong.
    pub uploads: Vec<Upload>,
    /// Whatever the client put into `extensions`.
    pub extensions: Map<String, Json>,
}

/// A file of a multipart request.
pub struct Upload {
    /// The places that refer to it: `input`, `files`, 2 is `variables.input.files.2`.
    pub paths: Vec<Vec<PathSegment>>,
    /// The file.
    pub value: UploadValue,
}

/// What surrounds a request.
#[derive(Clone, Default)]
pub struct Context {
    /// Handed to every subgraph as it is: the authenticated caller, above all.
    pub extensions: http::Extensions,
    /// When to give up; from now the request timeout, unless set.
    pub deadline: Option<Instant>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Response {
    pub(crate) body: Bytes,
    pub(crate) errors: Vec<GraphQLError>,
    pub(crate) executed: bool,
}

impl Response {
    /// The JSON of the answer.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The errors in it.
    #[must_use]
    pub fn errors(&self) -> &[GraphQLError] {
        &self.errors
    }

    /// Whether execution began, so that there is a `data` entry.
    #[must_use]
    pub fn is_executed(&self) -> bool {
        self.executed
    }

    /// An answer to a request that was not executed.
    #[must_use]
    pub fn refused(errors: Vec<GraphQLError>) -> Self {
        let refused = project::refuse(errors);
        Self {
            body: refused.body.into(),
            errors: refused.errors,
            executed: false,
        }
    }
}

/// How much an engine has cached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cached {
    /// Valid documents.
    pub documents: usize,
    /// Operations of documents, each with a setting of its conditions.
    pub prepared: usize,
    /// Plans of normalized operations.
    pub plans: usize,
}

/// A plan, to be printed.
pub struct Explanation(Arc<Prepared>);

impl Display for Explanation {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        self.0.plans.iter().try_for_each(|plan| plan.fmt(f))
    }
}

/// A federated graph that answers requests.
pub struct Engine {
    pub(crate) api: Arc<ApiSchema>,
    pub(crate) planner: Arc<Planner>,
    pub(crate) planning: Arc<Semaphore>,
    pub(crate) documents: Cache<Arc<str>, Arc<Document>>,
    pub(crate) prepared: Cache<PreparedKey, Arc<Prepared>>,
    pub(crate) plans: Cache<Arc<str>, Arc<crate::plan::QueryPlan>>,
    pub(crate) subgraphs: Subgraphs,
    pub(crate) flights: Flights<Response>,
    pub(crate) epoch: Epoch,
    pub(crate) rollout: Arc<dyn Rollout>,
    pub(crate) options: Options,
}

/// A request that is ready to run.
pub(crate) struct Ready {
    pub(crate) document: Arc<Document>,
    pub(crate) position: usize,
    pub(crate) variables: Variables,
    pub(crate) prepared: Arc<Prepared>,
    pub(crate) inputs: Inputs,
}

impl Ready {
    pub(crate) fn kind(&self) -> OperationKind {
        self.document.declared(self.position).kind
    }

    fn name(&self) -> Option<&str> {
        let operation = self.document.operation(self.position);
        operation.name.as_ref().map(|name| name.as_str())
    }
}

impl Engine {
    /// Begins to build an engine for a composed supergraph.
    #[must_use]
    pub fn builder(supergraph: Supergraph) -> EngineBuilder {
        EngineBuilder::new(supergraph)
    }

    /// How much is cached.
    #[must_use]
    pub fn cached(&self) -> Cached {
        Cached {
            documents: self.documents.len(),
            prepared: self.prepared.len(),
            plans: self.plans.len(),
        }
    }

    /// Answers a query or a mutation.
    ///
    /// A mutation that has begun goes on to its end even when nobody waits for it any more.
    /// A query may join an identical one of the same caller ([`SharedBy`]).
    pub async fn execute(self: &Arc<Self>, request: Request, context: Context) -> Response {
        let Some(key) = self.share(&request, &context).await else {
            return self.execute_alone(request, context).await;
        };
        let engine = Arc::clone(self);
        let flight = async move { engine.execute_alone(request, context).await };
        let answer = self.flights.join(key, flight).await;
        Arc::unwrap_or_clone(answer)
    }

    async fn execute_alone(self: &Arc<Self>, request: Request, context: Context) -> Response {
        match self.ready(request, context).await {
            Ok(ready) if ready.kind() == OperationKind::Subscription => {
                Response::refused(vec![GraphQLError::new(
                    Code::BadUserInput,
                    "subscriptions need a streaming transport such as /graphql/ws",
                )])
            }
            Ok(ready) => self.complete(ready).await,
            Err(errors) => Response::refused(errors),
        }
    }

    /// Runs what is ready, whatever becomes of the caller or of a stage that panics.
    pub(crate) async fn complete(self: &Arc<Self>, ready: Ready) -> Response {
        let span = tracing::info_span!(
            "operation",
            operation.kind = ready.kind().as_str(),
            operation.name = ready.name()
        );
        let engine = Arc::clone(self);
        let is_mutation = ready.kind() == OperationKind::Mutation;
        let run = async move {
            let _ending = is_mutation.then(|| engine.epoch.begin());
            engine.run(ready).await
        }
        .instrument(span);
        let finished = if is_mutation {
            tokio::spawn(run).await.map_err(|err| err.to_string())
        } else {
            let caught = AssertUnwindSafe(run).catch_unwind().await;
            caught.map_err(|panic| panic_message(&*panic))
        };
        finished.unwrap_or_else(|message| {
            tracing::error!(message, "the engine panicked");
            Response::refused(vec![GraphQLError::internal()])
        })
    }

    /// Whether an operation is a query, a mutation or a subscription.
    pub async fn kind(
        &self,
        query: &str,
        operation_name: Option<&str>,
    ) -> Result<OperationKind, Vec<GraphQLError>> {
        let document = self.document(query).await?;
        let position = document
            .select(operation_name)
            .map_err(|error| vec![error])?;
        Ok(document.declared(position).kind)
    }

    /// The plan of an operation, for people: which requests go to which subgraph, and after
    /// which others. Nothing is executed.
    pub async fn explain(&self, request: Request) -> Result<Explanation, Vec<GraphQLError>> {
        let ready = self.ready(request, Context::default()).await?;
        Ok(Explanation(ready.prepared))
    }

    pub(crate) async fn ready(
        &self,
        request: Request,
        context: Context,
    ) -> Result<Ready, Vec<GraphQLError>> {
        let one = |error| vec![error];
        let deadline = context
            .deadline
            .unwrap_or_else(|| Instant::now() + self.options.request_timeout);
        let document = self.document(&request.query).await?;
        let position = document
            .select(request.operation_name.as_deref())
            .map_err(one)?;
        let declared = document.declared(position);

        let (places, uploads) = place(request.uploads);
        let schema = &self.api.schema;
        let variables =
            variables::coerce(schema, &declared.variables, &request.variables, &places)?;
        let setting = declared.switches.read(&variables).map_err(one)?;
        let on = self.labels_on(&document, position, &context.extensions);
        let prepared = self
            .prepare(&document, position, (setting, on), deadline)
            .await
            .map_err(one)?;
        let arguments: Result<Vec<Value>, _> = prepared
            .arguments
            .iter()
            .map(|argument| argument.value(&variables))
            .collect();
        Ok(Ready {
            inputs: Inputs {
                arguments: arguments.map_err(one)?,
                uploads,
                extensions: Arc::new(context.extensions),
                deadline,
                data_bytes_max: self.options.data_bytes_max,
            },
            position,
            variables,
            prepared,
            document,
        })
    }

    async fn run(&self, ready: Ready) -> Response {
        let introspected = match self.introspect(&ready) {
            Ok(introspected) => introspected,
            Err(error) => return Response::refused(vec![error]),
        };
        let seed = Executed::nothing(&ready.inputs, ready.prepared.expected_values());
        let executed = match ready.kind() {
            OperationKind::Mutation => self.run_in_order(&ready, seed).await,
            OperationKind::Query | OperationKind::Subscription => {
                self.run_plan(&ready, 0, seed).await
            }
        };
        self.respond(&ready.prepared, executed, introspected)
    }

    async fn run_plan(&self, ready: &Ready, position: usize, seed: Executed) -> Executed {
        match ready.prepared.plans.get(position) {
            Some(plan) => execute::execute(&self.subgraphs, &ready.inputs, plan, seed).await,
            None => seed,
        }
    }

    /// The root fields of a mutation, one after the other; each has a slot of the root.
    async fn run_in_order(&self, ready: &Ready, mut executed: Executed) -> Executed {
        let plans = &ready.prepared.plans;
        let Ok(whole) = executed.tree.add_slots(plans.len()) else {
            return executed.too_much();
        };
        let nothing = executed.tree.root();
        for (plan, (position, slot)) in plans.iter().zip(whole.places().enumerate()) {
            executed.tree.set(Place::ROOT, nothing);
            executed = self.run_plan(ready, position, executed).await;
            let root = executed.tree.root();
            let data = executed.tree.field(root, plan.root_slot());
            executed.tree.set(slot, data);
        }
        executed.tree.set(Place::ROOT, Data::Object(whole));
        executed
    }

    /// The answer of an executed request.
    pub(crate) fn respond(
        &self,
        prepared: &Prepared,
        executed: Executed,
        introspected: Option<Introspected>,
    ) -> Response {
        let max = self.options.answer_bytes_max;
        let projected = project::project(prepared, executed, introspected, max);
        Response {
            body: projected.body.into(),
            errors: projected.errors,
            executed: true,
        }
    }

    fn introspect(&self, ready: &Ready) -> Result<Option<Introspected>, GraphQLError> {
        if !ready.prepared.introspects {
            return Ok(None);
        }
        if !self.options.introspection {
            return Err(GraphQLError::new(
                Code::ValidationFailed,
                "introspection is switched off",
            ));
        }
        introspection::introspect(&self.api, &ready.document, ready.position, &ready.variables)
            .map(Some)
    }
}

/// Takes files apart into what refers to them and what subgraphs receive.
fn place(uploads: Vec<Upload>) -> (HashMap<InputPath, usize>, Vec<UploadValue>) {
    let mut places = HashMap::new();
    let mut values = Vec::with_capacity(uploads.len());
    for upload in uploads {
        for path in upload.paths {
            places.insert(InputPath(path), values.len());
        }
        values.push(upload.value);
    }
    (places, values)
}
