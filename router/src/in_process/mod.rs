//! A subgraph that is an async-graphql schema in this process: values go in and come out
//! as they are, nothing is serialised.

mod isolate;

use std::sync::Arc;

use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{
    Data, ErrorExtensionValues, ObjectType, PathSegment as AsyncPathSegment, Request, Response,
    Schema, ServerError, SubscriptionType,
};
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use http::Extensions;

use self::isolate::{Isolated, batch_size, reassemble};
use crate::error::{Code, GraphQLError, PathSegment};
use crate::subgraph::{Subgraph, SubgraphOperation, SubgraphRequest, SubgraphResponse};

/// Representations that are asked one by one, at most, to find out which of them failed.
const ISOLATED_MAX: usize = 256;

type Attach = dyn Fn(Request, &Extensions) -> Request + Send + Sync;

/// An async-graphql schema as a subgraph.
pub struct InProcess<Query, Mutation, Subscription> {
    schema: Schema<Query, Mutation, Subscription>,
    attach: Arc<Attach>,
}

impl<Query, Mutation, Subscription> InProcess<Query, Mutation, Subscription> {
    /// Wraps a schema; `attach` puts what resolvers look up (viewer, loaders) into the data
    /// of each request, from what the authentication hook found out.
    pub fn new(
        schema: Schema<Query, Mutation, Subscription>,
        attach: impl Fn(Request, &Extensions) -> Request + Send + Sync + 'static,
    ) -> Self {
        Self {
            schema,
            attach: Arc::new(attach),
        }
    }
}

impl<Query, Mutation, Subscription> Subgraph for InProcess<Query, Mutation, Subscription>
where
    Query: ObjectType + 'static,
    Mutation: ObjectType + 'static,
    Subscription: SubscriptionType + 'static,
{
    fn execute(&self, request: SubgraphRequest) -> BoxFuture<'_, SubgraphResponse> {
        Box::pin(async move {
            let operation = Arc::clone(&request.operation);
            let Some(document) = operation.parsed() else {
                return unreadable(&operation);
            };
            if batch_size(&operation, &request.variables) > 1 {
                return self.execute_batch(&operation, document, request).await;
            }
            let response = self.schema.execute(self.attached(document, request)).await;
            number_entities(&operation, translate(response))
        })
    }

    fn subscribe(&self, request: SubgraphRequest) -> BoxStream<'static, SubgraphResponse> {
        let operation = Arc::clone(&request.operation);
        let Some(document) = operation.parsed() else {
            return futures::stream::iter([unreadable(&operation)]).boxed();
        };
        let request = self.attached(document, request);
        self.schema.execute_stream(request).map(translate).boxed()
    }
}

impl<Query, Mutation, Subscription> InProcess<Query, Mutation, Subscription>
where
    Query: ObjectType + 'static,
    Mutation: ObjectType + 'static,
    Subscription: SubscriptionType + 'static,
{
    fn attached(&self, document: &ExecutableDocument, request: SubgraphRequest) -> Request {
        let mut attached = (self.attach)(Request::new(""), &request.extensions);
        attached.set_parsed_query(document.clone());
        attached.variables = request.variables;
        attached.uploads = request.uploads;
        attached
    }

    /// Asks for many entities at once, and again one by one if that failed.
    ///
    /// async-graphql fails `_entities` as a whole when one representation fails, and its
    /// error paths lack the position in the list. The second round gives each its own field.
    /// Both rounds share one `Data`, so that loaders answer from what they already hold.
    async fn execute_batch(
        &self,
        operation: &SubgraphOperation,
        document: &ExecutableDocument,
        request: SubgraphRequest,
    ) -> SubgraphResponse {
        let variables = request.variables.clone();
        let mut attached = self.attached(document, request);
        let data = Arc::new(std::mem::take(&mut attached.data));
        let response = self.run(attached, Arc::clone(&data)).await;
        if response.errors.is_empty() || batch_size(operation, &variables) > ISOLATED_MAX {
            return translate(response);
        }

        let isolated = Isolated::new(operation, document, &variables);
        let mut again = Request::new("");
        again.set_parsed_query(isolated.document);
        again.variables = isolated.variables;
        let response = translate(self.run(again, data).await);
        reassemble(operation, &variables, response)
    }

    async fn run(&self, request: Request, data: Arc<Data>) -> Response {
        self.schema
            .execute_stream_with_session_data(request, data)
            .next()
            .await
            .unwrap_or_default()
    }
}

fn unreadable(operation: &SubgraphOperation) -> SubgraphResponse {
    tracing::error!(
        operation = operation.text,
        "planned operation is unreadable"
    );
    SubgraphResponse::failed(GraphQLError::internal())
}

fn translate(response: Response) -> SubgraphResponse {
    let errors = response.errors.into_iter().map(translate_error);
    SubgraphResponse::of(response.data, errors.collect())
}

fn translate_error(error: ServerError) -> GraphQLError {
    let path = error
        .path
        .into_iter()
        .map(|segment| match segment {
            AsyncPathSegment::Field(name) => PathSegment::Key(name),
            AsyncPathSegment::Index(index) => PathSegment::Index(index),
        })
        .collect();
    let coded = error.extensions.as_ref().is_some_and(has_code);
    let mut translated = if coded {
        GraphQLError::new(Code::BadUserInput, error.message)
    } else if let Some(message) = input_error(&error.message) {
        GraphQLError::new(Code::BadUserInput, message)
    } else {
        let said = shortened(&error.message);
        tracing::error!(error = said, "resolver failed without a code");
        GraphQLError::internal()
    };
    translated.path = path;
    if let Some(extensions) = error.extensions
        && let Ok(serde_json::Value::Object(own)) = serde_json::to_value(extensions)
    {
        translated.extensions.extend(own);
    }
    translated
}

/// The paths that async-graphql gives errors of entities lack the position in the list, which
/// is the first where there is no other.
fn number_entities(
    operation: &SubgraphOperation,
    mut response: SubgraphResponse,
) -> SubgraphResponse {
    if !operation.entities.is_empty() {
        for error in &mut response.errors {
            let is_numbered = matches!(error.path.get(1), Some(PathSegment::Index(_)));
            if !error.path.is_empty() && !is_numbered {
                error.path.insert(1, PathSegment::Index(0));
            }
        }
    }
    response
}

fn has_code(extensions: &ErrorExtensionValues) -> bool {
    extensions.get("code").is_some()
}

/// async-graphql gives the errors of its own input parsing no code; their texts begin like
/// this. One of them goes on with the whole value, which may be a password.
fn input_error(message: &str) -> Option<String> {
    if let Some(rest) = message.strip_prefix("Expected input type \"") {
        let ty = rest.split('"').next().unwrap_or_default();
        return Some(format!("expected a value of type {ty}"));
    }
    let starts = ["Failed to parse \"", "Invalid value for argument"];
    let is_ours = starts.iter().any(|start| message.starts_with(start));
    is_ours.then(|| message.to_owned())
}

/// The beginning of a text, for the log.
fn shortened(text: &str) -> &str {
    let end = text
        .char_indices()
        .nth(500)
        .map_or(text.len(), |(at, _)| at);
    &text[..end]
}
