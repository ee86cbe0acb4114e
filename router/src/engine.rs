//! The engine: takes a request through every stage and gives back the bytes of its answer.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::{UploadValue, Value, Variables};
use bytes::Bytes;
use serde_json::{Map, Value as Json};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::budget::Budgets;
use crate::cache::Cache;
use crate::compose::Supergraph;
use crate::document::Document;
use crate::error::{GraphQLError, PathSegment};
use crate::execute::{self, Executed, Inputs, Subgraphs};
use crate::input::InputPath;
use crate::introspection::{self, Introspected};
use crate::normalize::names;
use crate::plan::planner::Planner;
use crate::prepare::{Prepared, PreparedKey};
use crate::project;
use crate::schema::ApiSchema;
use crate::subgraph::{OperationKind, Subgraph};
use crate::variables;

/// What an operator may set.
#[derive(Clone, Debug)]
pub struct Options {
    /// Bounds of one document.
    pub budgets: Budgets,
    /// How long one request may take.
    pub request_timeout: Duration,
    /// How long one plan may take.
    pub plan_timeout: Duration,
    /// Documents kept, and as many plans.
    pub cached_documents_max: usize,
    /// Bytes of the texts of documents kept.
    pub cached_bytes_max: usize,
    /// Whether clients may ask for the schema.
    pub introspection: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            budgets: Budgets::default(),
            request_timeout: Duration::from_secs(30),
            plan_timeout: Duration::from_secs(5),
            cached_documents_max: 1_000,
            cached_bytes_max: 16 << 20,
            introspection: true,
        }
    }
}

/// Why an engine can not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The API schema is not valid GraphQL.
    #[error("api schema is invalid: {0}")]
    ApiSchema(String),
    /// The planner can not read the supergraph.
    #[error("supergraph is unusable: {0}")]
    Supergraph(String),
    /// The supergraph names a subgraph that was not given.
    #[error("supergraph names subgraph {0:?}, which was not given")]
    MissingSubgraph(String),
    /// A subgraph was given that the supergraph does not name.
    #[error("subgraph {0:?} was given, which the supergraph does not name")]
    UnknownSubgraph(String),
    /// A field has a name that the engine uses for its own purposes.
    #[error("field {0:?} has a reserved name: names like _p0_name belong to the router")]
    ReservedName(String),
}

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

/// Gathers what an [`Engine`] needs.
pub struct EngineBuilder {
    supergraph: Supergraph,
    subgraphs: Subgraphs,
    options: Options,
}

impl EngineBuilder {
    /// Adds a subgraph under the name that the supergraph knows it by.
    #[must_use]
    pub fn subgraph(mut self, name: &str, subgraph: Arc<dyn Subgraph>) -> Self {
        self.subgraphs.insert(name.into(), subgraph);
        self
    }

    /// Replaces the default options.
    #[must_use]
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Checks that everything fits together.
    pub fn build(self) -> Result<Engine, BuildError> {
        let api = ApiSchema::parse(&self.supergraph.api_sdl).map_err(BuildError::ApiSchema)?;
        if let Some(field) = names::find_clash(&api) {
            return Err(BuildError::ReservedName(field));
        }
        let planner = Planner::new(&self.supergraph.sdl)
            .map_err(|err| BuildError::Supergraph(err.to_string()))?;
        for name in planner.subgraphs() {
            if !self.subgraphs.contains_key(name) {
                return Err(BuildError::MissingSubgraph(name.to_owned()));
            }
        }
        for name in self.subgraphs.keys() {
            if !planner.subgraphs().any(|known| known == &**name) {
                return Err(BuildError::UnknownSubgraph(name.to_string()));
            }
        }
        let options = self.options;
        let entries = options.cached_documents_max;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Engine {
            documents: Cache::new(entries, options.cached_bytes_max),
            prepared: Cache::new(entries, usize::MAX),
            plans: Cache::new(entries, options.cached_bytes_max),
            api: Arc::new(api),
            planner: Arc::new(planner),
            planning: Arc::new(Semaphore::new(threads)),
            subgraphs: self.subgraphs,
            options,
        })
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

/// A federated graph that answers requests.
pub struct Engine {
    pub(crate) api: Arc<ApiSchema>,
    pub(crate) planner: Arc<Planner>,
    pub(crate) planning: Arc<Semaphore>,
    pub(crate) documents: Cache<Arc<str>, Arc<Document>>,
    pub(crate) prepared: Cache<PreparedKey, Arc<Prepared>>,
    pub(crate) plans: Cache<Arc<str>, Arc<crate::plan::QueryPlan>>,
    pub(crate) subgraphs: Subgraphs,
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
}

impl Engine {
    /// Begins to build an engine for a composed supergraph.
    #[must_use]
    pub fn builder(supergraph: Supergraph) -> EngineBuilder {
        EngineBuilder {
            supergraph,
            subgraphs: HashMap::new(),
            options: Options::default(),
        }
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
    pub async fn execute(&self, request: Request, context: Context) -> Response {
        match self.ready(request, context).await {
            Ok(ready) if ready.kind() == OperationKind::Subscription => {
                Response::refused(vec![GraphQLError::new(
                    crate::error::Code::BadUserInput,
                    "subscriptions need a streaming transport such as /graphql/ws",
                )])
            }
            Ok(ready) => self.run(ready).await,
            Err(errors) => Response::refused(errors),
        }
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
        let prepared = self
            .prepare(&document, position, setting, deadline)
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
            },
            position,
            variables,
            prepared,
            document,
        })
    }

    pub(crate) async fn run(&self, ready: Ready) -> Response {
        let introspected = match self.introspect(&ready) {
            Ok(introspected) => introspected,
            Err(error) => return Response::refused(vec![error]),
        };
        let node = ready.prepared.plan.node.as_ref();
        let executed =
            execute::execute(&self.subgraphs, &ready.inputs, node, execute::nothing()).await;
        respond(&ready.prepared, executed, introspected)
    }

    fn introspect(&self, ready: &Ready) -> Result<Option<Introspected>, GraphQLError> {
        if !ready.prepared.introspects {
            return Ok(None);
        }
        if !self.options.introspection {
            return Err(GraphQLError::new(
                crate::error::Code::ValidationFailed,
                "introspection is switched off",
            ));
        }
        introspection::introspect(&self.api, &ready.document, ready.position, &ready.variables)
            .map(Some)
    }
}

/// The answer of an executed request.
pub(crate) fn respond(
    prepared: &Prepared,
    executed: Executed,
    introspected: Option<Introspected>,
) -> Response {
    let projected = project::project(&prepared.shape, executed, introspected);
    Response {
        body: projected.body.into(),
        errors: projected.errors,
        executed: true,
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
