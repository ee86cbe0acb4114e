//! What the router needs of a subgraph: to execute one operation, or to subscribe to one.

use std::sync::{Arc, OnceLock};

use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{UploadValue, Value, Variables};
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use tokio::time::Instant;

use crate::error::GraphQLError;

/// Which root type an operation starts at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperationKind {
    /// A read.
    Query,
    /// A change; its root fields run in order.
    Mutation,
    /// A stream of events.
    Subscription,
}

impl OperationKind {
    /// The keyword in a document.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Mutation => "mutation",
            Self::Subscription => "subscription",
        }
    }
}

/// An `_entities` field of a subgraph operation.
#[derive(Clone, Debug)]
pub struct EntitiesField {
    /// Its response key.
    pub response_key: String,
    /// The variable that carries its representations.
    pub variable: String,
}

/// An operation that a plan sends to a subgraph; it is shared by every request with that plan.
#[derive(Debug)]
pub struct SubgraphOperation {
    /// The document: one anonymous operation and perhaps fragments.
    pub text: String,
    /// Which root type it starts at.
    pub kind: OperationKind,
    /// The `_entities` fields in it, none in a fetch from a root type.
    pub entities: Vec<EntitiesField>,
    parsed: OnceLock<Option<ExecutableDocument>>,
    json: OnceLock<Bytes>,
}

impl SubgraphOperation {
    pub(crate) fn new(text: String, kind: OperationKind, entities: Vec<EntitiesField>) -> Self {
        Self {
            text,
            kind,
            entities,
            parsed: OnceLock::new(),
            json: OnceLock::new(),
        }
    }

    /// The beginning of every HTTP body with this operation, `{"query":"…"`, escaped once.
    pub(crate) fn json(&self) -> &Bytes {
        self.json.get_or_init(|| {
            let text = serde_json::Value::from(self.text.as_str());
            format!("{{\"query\":{text}").into()
        })
    }

    /// The document as async-graphql's syntax tree, parsed on first use; `None` when it is
    /// not a document, which would be a fault of the planner.
    #[must_use]
    pub fn parsed(&self) -> Option<&ExecutableDocument> {
        self.parsed
            .get_or_init(|| async_graphql::parser::parse_query(&self.text).ok())
            .as_ref()
    }
}

/// What a subgraph is asked.
pub struct SubgraphRequest {
    /// The name under which the engine knows the subgraph.
    pub subgraph: Arc<str>,
    /// The operation.
    pub operation: Arc<SubgraphOperation>,
    /// Values for its variables, representations among them.
    pub variables: Variables,
    /// Files of the client's multipart request, when a variable refers to one.
    pub uploads: Vec<UploadValue>,
    /// What the authentication hook attached to the client's request.
    pub extensions: Arc<http::Extensions>,
    /// When the client's request is over.
    pub deadline: Instant,
}

/// What a subgraph answers. Paths of errors use the response keys of the operation sent.
#[derive(Clone, Debug, Default)]
pub struct SubgraphResponse {
    /// The data; `Null` when there is none.
    pub data: Value,
    /// What went wrong.
    pub errors: Vec<GraphQLError>,
}

impl SubgraphResponse {
    /// An answer that is only an error.
    #[must_use]
    pub fn failed(error: GraphQLError) -> Self {
        Self {
            data: Value::Null,
            errors: vec![error],
        }
    }
}

/// A subgraph, wherever it runs.
pub trait Subgraph: Send + Sync {
    /// Executes a query or a mutation. A failure to answer is an error in the response.
    fn execute(&self, request: SubgraphRequest) -> BoxFuture<'_, SubgraphResponse>;

    /// Starts a subscription; dropping the stream ends it.
    fn subscribe(&self, request: SubgraphRequest) -> BoxStream<'static, SubgraphResponse>;
}
