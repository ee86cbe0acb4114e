//! The variables of a request, coerced to the types that the operation declares.

use std::collections::HashMap;

use apollo_compiler::Schema;
use apollo_compiler::ast::Type;
use apollo_compiler::executable::Operation;
use async_graphql::{Name, Value, Variables};
use serde_json::{Map, Value as Json};

use crate::error::{Code, GraphQLError};
use crate::input::{InputPath, JsonCoercion};
use crate::literal;

/// A variable that an operation declares.
pub(crate) struct DeclaredVariable {
    name: Name,
    ty: Type,
    default: Option<Value>,
}

/// The declarations of an operation, with their defaults coerced.
pub(crate) fn declared(
    schema: &Schema,
    operation: &Operation,
) -> Result<Vec<DeclaredVariable>, GraphQLError> {
    operation
        .variables
        .iter()
        .map(|variable| {
            let default = variable
                .default_value
                .as_ref()
                .map(|default| literal::constant(schema, &variable.ty, default))
                .transpose()
                .map_err(|message| {
                    let message = format!("${}: {message}", variable.name);
                    GraphQLError::new(Code::ValidationFailed, message)
                })?;
            Ok(DeclaredVariable {
                name: Name::new(&variable.name),
                ty: (*variable.ty).clone(),
                default,
            })
        })
        .collect()
}

/// Coerces what the client sent; undeclared variables are ignored, as the specification has it.
pub(crate) fn coerce(
    schema: &Schema,
    declared: &[DeclaredVariable],
    given: &Map<String, Json>,
    uploads: &HashMap<InputPath, usize>,
) -> Result<Variables, Vec<GraphQLError>> {
    let mut coercion = JsonCoercion::new(schema, uploads);
    let mut variables = Variables::default();
    let mut errors = Vec::new();
    for variable in declared {
        let value = match (given.get(variable.name.as_str()), &variable.default) {
            (Some(json), _) => coercion.variable(&variable.name, &variable.ty, json),
            (None, Some(default)) => Ok(default.clone()),
            (None, None) if variable.ty.is_non_null() => Err(missing(variable)),
            (None, None) => continue,
        };
        match value {
            Ok(value) => {
                variables.insert(variable.name.clone(), value);
            }
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() {
        Ok(variables)
    } else {
        Err(errors)
    }
}

fn missing(variable: &DeclaredVariable) -> GraphQLError {
    let message = format!(
        "${}: a value of type {} is required",
        variable.name, variable.ty
    );
    GraphQLError::new(Code::BadUserInput, message).with_extension("field", "")
}
