//! Answers `__schema` and `__type` from the API schema.

use apollo_compiler::introspection::{check_max_depth, partial_execute};
use apollo_compiler::response::JsonMap;
use apollo_compiler::response::serde_json_bytes;
use apollo_compiler::validation::Valid;
use async_graphql::Variables;

use crate::document::Document;
use crate::error::{Code, GraphQLError};
use crate::schema::ApiSchema;

/// The schema fields of an answer, by response key.
pub(crate) struct Introspected {
    pub(crate) data: JsonMap,
    pub(crate) errors: Vec<GraphQLError>,
}

/// Runs the part of an operation that asks for the schema.
pub(crate) fn introspect(
    api: &ApiSchema,
    document: &Document,
    position: usize,
    variables: &Variables,
) -> Result<Introspected, GraphQLError> {
    let refuse = |message: String| GraphQLError::new(Code::ValidationFailed, message);
    let operation = document.operation(position);
    check_max_depth(&document.executable, operation)
        .map_err(|err| refuse(err.message().to_string()))?;

    let variables = Valid::assume_valid(to_json(variables));
    let answer = partial_execute(
        &api.schema,
        &api.implementers,
        &document.executable,
        operation,
        &variables,
    )
    .map_err(|err| refuse(err.message().to_string()))?;
    let errors = answer.errors.into_iter();
    Ok(Introspected {
        data: answer.data.unwrap_or_default(),
        errors: errors
            .map(|error| GraphQLError::new(Code::Internal, error.message))
            .collect(),
    })
}

fn to_json(variables: &Variables) -> JsonMap {
    let json = |value| serde_json_bytes::to_value(value).unwrap_or_default();
    variables
        .iter()
        .map(|(name, value)| (name.as_str().into(), json(value)))
        .collect()
}
