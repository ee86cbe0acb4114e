//! A subgraph that is an async-graphql schema in this process: values go in and come out
//! as they are, nothing is serialised.

use std::sync::Arc;

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, Selection};
use async_graphql::{
    Data, ErrorExtensionValues, Name, ObjectType, PathSegment as AsyncPathSegment, Positioned,
    Request, Response, Schema, ServerError, SubscriptionType, Value, Variables,
};
use async_graphql_value::Value as InputValue;
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use http::Extensions;
use indexmap::IndexMap;

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
            translate(response)
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

fn representations<'a>(variables: &'a Variables, name: &str) -> &'a [Value] {
    match variables.get(name) {
        Some(Value::List(list)) => list,
        _ => &[],
    }
}

fn batch_size(operation: &SubgraphOperation, variables: &Variables) -> usize {
    operation
        .entities
        .iter()
        .map(|field| representations(variables, &field.variable).len())
        .sum()
}

fn isolated_name(field: usize, index: usize) -> String {
    format!("_i{field}_{index}")
}

/// The same operation with a field of its own for each representation.
struct Isolated {
    document: ExecutableDocument,
    variables: Variables,
}

impl Isolated {
    fn new(
        operation: &SubgraphOperation,
        document: &ExecutableDocument,
        variables: &Variables,
    ) -> Self {
        let mut isolated = Self {
            document: document.clone(),
            variables: variables.clone(),
        };
        for (position, entities) in operation.entities.iter().enumerate() {
            let count = representations(variables, &entities.variable).len();
            isolated.split(position, &entities.response_key, &entities.variable, count);
        }
        for entities in &operation.entities {
            isolated.variables.remove(entities.variable.as_str());
            isolated.drop_variable(&entities.variable);
        }
        for (position, entities) in operation.entities.iter().enumerate() {
            let list = representations(variables, &entities.variable);
            for (index, representation) in list.iter().enumerate() {
                let name = Name::new(isolated_name(position, index));
                let single = Value::List(vec![representation.clone()]);
                isolated.variables.insert(name, single);
            }
        }
        isolated
    }

    fn split(&mut self, position: usize, response_key: &str, variable: &str, count: usize) {
        let DocumentOperations::Single(operation) = &mut self.document.operations else {
            return;
        };
        let items = &mut operation.node.selection_set.node.items;
        let Some(at) = items.iter().position(|item| is_field(item, response_key)) else {
            return;
        };
        let original = items.remove(at);
        items.extend((0..count).map(|index| alone(&original, &isolated_name(position, index))));

        let variables = &mut operation.node.variable_definitions;
        let declared = variables
            .iter()
            .find(|declared| declared.node.name.node == variable);
        let Some(declared) = declared.cloned() else {
            return;
        };
        variables.extend((0..count).map(|index| {
            let mut single = declared.clone();
            single.node.name.node = Name::new(isolated_name(position, index));
            single
        }));
    }

    fn drop_variable(&mut self, variable: &str) {
        if let DocumentOperations::Single(operation) = &mut self.document.operations {
            operation
                .node
                .variable_definitions
                .retain(|declared| declared.node.name.node != variable);
        }
    }
}

fn is_field(item: &Positioned<Selection>, response_key: &str) -> bool {
    matches!(&item.node, Selection::Field(field)
        if field.node.response_key().node == response_key)
}

/// The field under another alias, with the variable of the same name as its representations.
fn alone(original: &Positioned<Selection>, name: &str) -> Positioned<Selection> {
    let mut selection = original.clone();
    if let Selection::Field(field) = &mut selection.node {
        let pos = field.pos;
        field.node.alias = Some(Positioned::new(Name::new(name), pos));
        for (_, value) in &mut field.node.arguments {
            value.node = InputValue::Variable(Name::new(name));
        }
    }
    selection
}

/// Puts the entities that were asked one by one back into their lists.
fn reassemble(
    operation: &SubgraphOperation,
    variables: &Variables,
    response: SubgraphResponse,
) -> SubgraphResponse {
    let Value::Object(mut data) = response.data else {
        return response;
    };
    let mut lists = IndexMap::new();
    for (position, entities) in operation.entities.iter().enumerate() {
        let count = representations(variables, &entities.variable).len();
        let list = (0..count).map(|index| {
            match data.swap_remove(isolated_name(position, index).as_str()) {
                Some(Value::List(mut single)) => single.pop().unwrap_or_default(),
                _ => Value::Null,
            }
        });
        lists.insert(
            Name::new(&entities.response_key),
            Value::List(list.collect()),
        );
    }

    let mut errors = response.errors;
    for error in &mut errors {
        restore_path(operation, &mut error.path);
    }
    SubgraphResponse {
        data: Value::Object(lists),
        errors,
    }
}

/// `_i0_3, name` becomes `_entities, 3, name`.
fn restore_path(operation: &SubgraphOperation, path: &mut Vec<PathSegment>) {
    let Some(PathSegment::Key(key)) = path.first() else {
        return;
    };
    let Some((field, index)) = key
        .strip_prefix("_i")
        .and_then(|rest| rest.split_once('_'))
        .and_then(|(field, index)| Some((field.parse::<usize>().ok()?, index.parse().ok()?)))
    else {
        return;
    };
    let Some(entities) = operation.entities.get(field) else {
        return;
    };
    path[0] = PathSegment::Key(entities.response_key.clone());
    path.insert(1, PathSegment::Index(index));
}

fn translate(response: Response) -> SubgraphResponse {
    SubgraphResponse {
        data: response.data,
        errors: response.errors.into_iter().map(translate_error).collect(),
    }
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
    let mut translated = if coded || is_input_error(&error.message) {
        GraphQLError::new(Code::BadUserInput, error.message)
    } else {
        tracing::error!(message = error.message, "resolver failed without a code");
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

fn has_code(extensions: &ErrorExtensionValues) -> bool {
    extensions.get("code").is_some()
}

/// async-graphql gives the errors of its own input parsing no code; their text has this shape.
fn is_input_error(message: &str) -> bool {
    message.starts_with("Failed to parse \"") || message.starts_with("Invalid value for argument")
}
