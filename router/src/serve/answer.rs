//! Runs one operation, in time and whatever happens, and writes its answer.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_graphql::{
    ErrorExtensionValues, PathSegment as AsyncPathSegment, Pos, Response, ServerError, UploadValue,
    Value, Variables,
};
use futures::FutureExt;
use http::Extensions;
use serde::Serialize;
use tokio::time::{Instant, timeout_at};

use super::Served;
use crate::error::{Code, GraphQLError, PathSegment};
use crate::plan::guard::panic_message;
use crate::subgraph::{SubgraphOperation, SubgraphRequest, SubgraphResponse};

/// What a router asks, read.
pub(super) struct Question {
    pub(super) operation: Arc<SubgraphOperation>,
    pub(super) variables: Variables,
    pub(super) uploads: Vec<UploadValue>,
    pub(super) extensions: Arc<Extensions>,
}

impl Question {
    pub(super) fn until(self, served: &Served, deadline: Instant) -> SubgraphRequest {
        SubgraphRequest {
            representations: Vec::new(),
            subgraph: Arc::clone(&served.name),
            operation: self.operation,
            variables: self.variables,
            uploads: self.uploads,
            extensions: self.extensions,
            deadline,
        }
    }
}

/// Executes a query or a mutation.
pub(super) async fn answer(served: &Served, question: Question) -> SubgraphResponse {
    let deadline = Instant::now() + served.options.timeout;
    let request = question.until(served, deadline);
    let running = async { served.subgraph.execute(request).await };
    match timeout_at(deadline, AssertUnwindSafe(running).catch_unwind()).await {
        Ok(Ok(response)) => response,
        Ok(Err(panic)) => {
            let message = panic_message(&*panic);
            tracing::error!(message, "subgraph panicked");
            SubgraphResponse::failed(GraphQLError::internal())
        }
        Err(_elapsed) => {
            let message = "the subgraph did not answer in time";
            SubgraphResponse::failed(GraphQLError::new(Code::GatewayTimeout, message))
        }
    }
}

/// The JSON of an answer.
pub(super) fn write(response: &SubgraphResponse) -> Vec<u8> {
    #[derive(Serialize)]
    struct Body<'a> {
        data: &'a Value,
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        errors: &'a [GraphQLError],
    }

    let body = Body {
        data: &response.data,
        errors: &response.errors,
    };
    serde_json::to_vec(&body).unwrap_or_else(|err| {
        tracing::error!(error = %err, "an answer can not be written");
        br#"{"data":null,"errors":[{"message":"internal server error","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}"#.to_vec()
    })
}

/// The answer as the library that writes to sockets takes it.
pub(super) fn translate(response: SubgraphResponse) -> Response {
    let mut translated = Response::new(response.data);
    translated.errors = response.errors.into_iter().map(translate_error).collect();
    translated
}

fn translate_error(error: GraphQLError) -> ServerError {
    let mut translated = ServerError::new(error.message, None);
    translated.locations = error
        .locations
        .into_iter()
        .map(|location| Pos {
            line: location.line,
            column: location.column,
        })
        .collect();
    translated.path = error
        .path
        .into_iter()
        .map(|segment| match segment {
            PathSegment::Key(key) => AsyncPathSegment::Field(key),
            PathSegment::Index(index) => AsyncPathSegment::Index(index),
        })
        .collect();
    let mut extensions = ErrorExtensionValues::default();
    for (name, value) in *error.extensions {
        extensions.set(name, Value::from_json(value).unwrap_or_default());
    }
    translated.extensions = Some(extensions);
    translated
}
