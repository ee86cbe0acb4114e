//! A client's document: parsed, measured, validated, and ready to be run many times.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use apollo_compiler::ExecutableDocument;
use apollo_compiler::ast::OperationType;
use apollo_compiler::executable::Operation;
use apollo_compiler::parser::Parser;
use apollo_compiler::validation::{DiagnosticList, Valid};

use crate::budget::{self, Budgets};
use crate::error::{Code, GraphQLError, Location};
use crate::normalize::switches::Switches;
use crate::schema::ApiSchema;
use crate::subgraph::OperationKind;
use crate::variables::{self, DeclaredVariable};

/// Errors of one document that are reported; the rest would only repeat them.
const ERRORS_MAX: usize = 20;

/// A valid document.
pub(crate) struct Document {
    /// Different for every document ever parsed, so that a plan's key can not be mistaken.
    pub(crate) id: u64,
    pub(crate) executable: Valid<ExecutableDocument>,
    operations: Vec<DeclaredOperation>,
}

/// What is known of an operation before its variables are.
pub(crate) struct DeclaredOperation {
    pub(crate) kind: OperationKind,
    pub(crate) variables: Vec<DeclaredVariable>,
    pub(crate) switches: Switches,
    /// The labels of overrides that its plans may depend on, once that has been asked.
    pub(crate) labels: OnceLock<Box<[usize]>>,
}

impl Document {
    pub(crate) fn parse(
        api: &ApiSchema,
        text: &str,
        budgets: &Budgets,
    ) -> Result<Self, Vec<GraphQLError>> {
        static NEXT_ID: AtomicU64 = AtomicU64::new(0);

        let ast = Parser::new()
            .token_limit(budgets.tokens_max)
            .parse_ast(text, "query.graphql")
            .map_err(|invalid| translate(&invalid.errors, Code::ParseFailed))?;
        budget::check(&ast, budgets).map_err(|error| vec![error])?;
        let executable = ast
            .to_executable_validate(&api.schema)
            .map_err(|invalid| translate(&invalid.errors, Code::ValidationFailed))?;
        let operations = executable
            .operations
            .iter()
            .map(|operation| DeclaredOperation::new(api, &executable, operation))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| vec![error])?;
        if operations.is_empty() {
            let message = "document contains no operation";
            return Err(vec![GraphQLError::new(Code::ValidationFailed, message)]);
        }
        Ok(Self {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            executable,
            operations,
        })
    }

    /// The position of the operation to run.
    pub(crate) fn select(&self, name: Option<&str>) -> Result<usize, GraphQLError> {
        let refuse = |message: String| Err(GraphQLError::new(Code::BadUserInput, message));
        match name.filter(|name| !name.is_empty()) {
            None if self.operations.len() == 1 => Ok(0),
            None => refuse(
                "document contains several operations; name one with operationName".to_owned(),
            ),
            Some(name) => {
                let position =
                    self.executable.operations.iter().position(|operation| {
                        operation.name.as_ref().is_some_and(|own| own == name)
                    });
                position.map_or_else(
                    || refuse(format!("document contains no operation named {name:?}")),
                    Ok,
                )
            }
        }
    }

    pub(crate) fn declared(&self, position: usize) -> &DeclaredOperation {
        &self.operations[position]
    }

    pub(crate) fn operation(&self, position: usize) -> &Operation {
        self.executable
            .operations
            .iter()
            .nth(position)
            .expect("positions come from select")
    }
}

impl DeclaredOperation {
    fn new(
        api: &ApiSchema,
        document: &ExecutableDocument,
        operation: &Operation,
    ) -> Result<Self, GraphQLError> {
        Ok(Self {
            kind: match operation.operation_type {
                OperationType::Query => OperationKind::Query,
                OperationType::Mutation => OperationKind::Mutation,
                OperationType::Subscription => OperationKind::Subscription,
            },
            variables: variables::declared(&api.schema, operation)?,
            switches: Switches::of(document, operation),
            labels: OnceLock::new(),
        })
    }
}

fn translate(diagnostics: &DiagnosticList, code: Code) -> Vec<GraphQLError> {
    diagnostics
        .iter()
        .take(ERRORS_MAX)
        .map(|diagnostic| {
            let json = diagnostic.to_json();
            let mut error = GraphQLError::new(code, json.message);
            error.locations = json
                .locations
                .into_iter()
                .map(|place| Location {
                    line: place.line,
                    column: place.column,
                })
                .collect();
            error
        })
        .collect()
}
