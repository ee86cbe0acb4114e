//! The arguments of an operation, each made a variable of its own.
//!
//! Literals thereby never reach the planner or the text of a subgraph operation, and
//! requests that differ only in them share a plan.

use std::collections::HashMap;

use apollo_compiler::Schema;
use apollo_compiler::ast::{Type, Value as Literal};
use apollo_compiler::executable::Field;
use async_graphql::{Value, Variables};

use crate::error::{Code, GraphQLError};
use crate::literal::{self, Template};
use crate::normalize::switches::Settings;

/// An argument: variable `$a<position>` of the normalized operation.
pub(crate) struct Argument {
    pub(crate) ty: Type,
    template: Template,
    /// What the client calls it, for errors: `Query.user(id:)`.
    coordinate: String,
}

impl Argument {
    /// Its value in one request.
    pub(crate) fn value(&self, variables: &Variables) -> Result<Value, GraphQLError> {
        let refuse = |reason: &str| {
            let message = format!("{}: {reason}", self.coordinate);
            GraphQLError::new(Code::BadUserInput, message)
        };
        let value = self
            .template
            .fill(variables)
            .map_err(|reason| refuse(&reason))?
            .unwrap_or_default();
        if self.ty.is_non_null() && matches!(value, Value::Null) {
            return Err(refuse("a value is required, found null"));
        }
        Ok(value)
    }
}

/// The arguments met so far; equal ones are one.
#[derive(Default)]
pub(crate) struct Arguments {
    pub(crate) list: Vec<Argument>,
    known: HashMap<String, usize>,
}

impl Arguments {
    /// The arguments of a field as text, `(first:$a0,after:$a1)` in order of name.
    pub(crate) fn of(
        &mut self,
        schema: &Schema,
        field: &Field,
        settings: Settings<'_>,
    ) -> Result<Vec<(String, usize)>, GraphQLError> {
        let mut passed = Vec::with_capacity(field.arguments.len());
        for argument in &field.arguments {
            if let Literal::Variable(name) = &*argument.value
                && !settings.is_present(name)
            {
                continue;
            }
            let Some(definition) = field.definition.argument_by_name(&argument.name) else {
                continue;
            };
            let coordinate = format!("{}({}:)", field.name, argument.name);
            let template =
                literal::template(schema, &definition.ty, &argument.value).map_err(|reason| {
                    let message = format!("{coordinate}: {reason}");
                    GraphQLError::new(Code::ValidationFailed, message)
                })?;
            let position = self.intern(&definition.ty, template, coordinate);
            passed.push((argument.name.to_string(), position));
        }
        passed.sort();
        Ok(passed)
    }

    fn intern(&mut self, ty: &Type, template: Template, coordinate: String) -> usize {
        let key = format!("{ty} {template:?}");
        if let Some(position) = self.known.get(&key) {
            return *position;
        }
        let position = self.list.len();
        self.known.insert(key, position);
        self.list.push(Argument {
            ty: ty.clone(),
            template,
            coordinate,
        });
        position
    }
}

/// The text of arguments in the normalized operation.
pub(crate) fn print(passed: &[(String, usize)]) -> String {
    if passed.is_empty() {
        return String::new();
    }
    let arguments: Vec<_> = passed
        .iter()
        .map(|(name, position)| format!("{name}:${}", variable(*position)))
        .collect();
    format!("({})", arguments.join(","))
}

/// The variable of an argument.
pub(crate) fn variable(position: usize) -> String {
    format!("a{position}")
}
