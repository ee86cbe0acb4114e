//! A subgraph made of an SDL and a JSON file. It is strict: whatever a subgraph should not be asked is a
//! complaint, which fails the case whatever the answer looks like.
//!
//! The JSON has an object for each root type and a list of records for each entity type. `"down": "CODE"`
//! makes the subgraph fail as a whole. A value is what the field answers, except:
//!
//! - `"a {path} b"` fills in what the representation, or else the object itself, has at a path; a list is
//!   taken item by item, and what is not there becomes `!missing`. `{$path}` is an argument of the field, or of
//!   the field that led to its object; `{#}` counts the root fields of mutations that have begun.
//! - `{"?path": {"1": …, "2": …}}` chooses by the text of an argument, and is null for any other.
//! - `{"!": "CODE"}` is an error; a record may be one too.
//! - An object that has a key of its type is completed by the record with that key. A field that is
//!   `@external` is answered only from the object itself, so that to write it there is to provide it.
//! - An object in an abstract place says its `__typename`.

use std::sync::Arc;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::resolvers::Execution;
use async_graphql::Value as GraphQLValue;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt};
use router::{GraphQLError, PathSegment, Subgraph, SubgraphRequest, SubgraphResponse};
use serde_json::{Map, Value};

use crate::log::Log;
use crate::object::Place;
use crate::schema::SubgraphSchema;

pub(crate) struct Fixture {
    pub(crate) name: String,
    pub(crate) schema: SubgraphSchema,
    pub(crate) data: Map<String, Value>,
    pub(crate) log: Arc<Log>,
}

impl Fixture {
    pub(crate) fn complain(&self, complaint: &str) {
        self.log.complain(format!("{}: {complaint}", self.name));
    }

    fn answer(&self, request: &SubgraphRequest) -> SubgraphResponse {
        let text = &request.operation.text;
        let variables = serde_json::to_value(&request.variables).expect("variables are JSON");
        self.log.ask(format!("{}: {text} {variables}", self.name));
        if let Some(code) = self.data.get("down").and_then(Value::as_str) {
            return SubgraphResponse::failed(error(Some(code), "down", Vec::new()));
        }
        match self.execute(text, variables) {
            Ok(response) => response,
            Err(complaint) => {
                self.complain(&complaint);
                SubgraphResponse::failed(error(None, &complaint, Vec::new()))
            }
        }
    }

    fn execute(&self, text: &str, variables: Value) -> Result<SubgraphResponse, String> {
        let schema = self.schema.valid();
        let document = ExecutableDocument::parse_and_validate(schema, text, "operation.graphql")
            .map_err(|failed| failed.errors.to_string())?;
        let operation = document
            .operations
            .get(None)
            .map_err(|err| format!("{err:?}"))?;
        let root = Place::root(self, operation.object_type());
        let variables = apollo_compiler::response::JsonValue::from(variables);
        let variables = variables.as_object().cloned().unwrap_or_default();
        let executed = Execution::new(schema, &document)
            .raw_variable_values(&variables)
            .execute_sync(&root)
            .map_err(|err| format!("{err:?}"))?;
        let data = serde_json::to_value(&executed.data).map_err(|err| err.to_string())?;
        let errors = executed.errors.iter().map(|failed| self.error(failed));
        let data = GraphQLValue::from_json(data).map_err(|err| err.to_string())?;
        Ok(SubgraphResponse::of(data, errors.collect()))
    }

    /// The executor has messages only, so a code travels in one, after an exclamation mark.
    fn error(&self, failed: &apollo_compiler::response::GraphQLError) -> GraphQLError {
        let message = &failed.message;
        let is_code = |letter: char| letter.is_ascii_uppercase() || letter == '_';
        let code = message.split_once('!').map(|(_, rest)| {
            let end = rest.find(|letter| !is_code(letter));
            &rest[..end.unwrap_or(rest.len())]
        });
        let code = code.filter(|code| !code.is_empty());
        // Refusals have been complained of where they were made; a null may be meant.
        let is_told = message.starts_with("resolver error") || message.ends_with("to null");
        if code.is_none() && !is_told {
            self.complain(message);
        }
        let path = serde_json::to_value(&failed.path).and_then(serde_json::from_value);
        error(code, message, path.expect("paths are keys and indices"))
    }
}

impl Subgraph for Fixture {
    fn execute(&self, request: SubgraphRequest) -> BoxFuture<'_, SubgraphResponse> {
        std::future::ready(self.answer(&request)).boxed()
    }

    fn subscribe(&self, request: SubgraphRequest) -> BoxStream<'static, SubgraphResponse> {
        futures::stream::iter([self.answer(&request)]).boxed()
    }
}

fn error(code: Option<&str>, message: &str, path: Vec<PathSegment>) -> GraphQLError {
    let code = code.map(|code| ("code".to_owned(), Value::from(code)));
    GraphQLError {
        message: message.to_owned(),
        locations: Vec::new(),
        path,
        extensions: Box::new(code.into_iter().collect()),
    }
}
