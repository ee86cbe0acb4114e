//! From a valid document and the setting of its switches to what the later stages need:
//! a normalized operation for the planner, and the shape of the answer for projection.
//!
//! Conditions are folded, fragments inlined, aliases replaced by neutral names, arguments
//! made variables. Nothing here depends on a value in the request but the switches.

pub(crate) mod arguments;
mod builder;
pub(crate) mod names;
pub(crate) mod operation;
pub(crate) mod shape;
mod shapes;
pub(crate) mod switches;
mod twins;

use std::sync::Arc;

use crate::document::Document;
use crate::error::GraphQLError;
use crate::normalize::arguments::Argument;
use crate::normalize::builder::Builder;
use crate::normalize::operation::Selections;
use crate::normalize::shape::Shape;
use crate::schema::ApiSchema;
use crate::subgraph::OperationKind;

/// One operation for the planner.
pub(crate) struct NormalizedOperation {
    pub(crate) kind: OperationKind,
    pub(crate) selections: Selections,
    /// The types of the operation's variables, by position.
    pub(crate) types: Arc<[String]>,
    /// All of it as text; equal texts have equal plans.
    pub(crate) text: String,
}

/// A normalized document.
pub(crate) struct Normalized {
    pub(crate) kind: OperationKind,
    /// Operations for the planner, to be run in order: one for a query or a subscription,
    /// one per root field for a mutation, none if nothing needs a subgraph.
    pub(crate) operations: Vec<NormalizedOperation>,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) shape: Arc<Shape>,
    /// Whether the schema itself is asked for.
    pub(crate) introspects: bool,
    /// How many fields the shape has.
    pub(crate) entries: usize,
}

/// Normalizes one operation of a document.
pub(crate) fn normalize(
    api: &ApiSchema,
    document: &Document,
    position: usize,
    setting: &[bool],
) -> Result<Normalized, GraphQLError> {
    let declared = document.declared(position);
    let operation = document.operation(position);
    let mut builder = Builder::new(api, &document.executable, declared.switches.set(setting));
    let root = &operation.selection_set;
    builder.serial_root = declared.kind == OperationKind::Mutation;

    let mut selections = Selections::default();
    builder.select(root, &root.ty, &mut selections)?;
    let shape = builder.shape(root)?;
    Ok(Normalized {
        kind: declared.kind,
        operations: split(declared.kind, selections, &builder.arguments.list),
        introspects: builder.introspects,
        entries: builder.entries,
        arguments: builder.arguments.list,
        shape,
    })
}

/// The root fields of a mutation have effects and are planned one by one.
fn split(
    kind: OperationKind,
    selections: Selections,
    arguments: &[Argument],
) -> Vec<NormalizedOperation> {
    if selections.is_empty() {
        return Vec::new();
    }
    let parts = match kind {
        OperationKind::Mutation => {
            let fields = selections.fields.into_iter();
            fields
                .map(|(name, field)| Selections::single(name, field))
                .collect()
        }
        OperationKind::Query | OperationKind::Subscription => vec![selections],
    };
    let types: Arc<[String]> = arguments
        .iter()
        .map(|argument| argument.ty.to_string())
        .collect();
    let normalized = |selections: Selections| NormalizedOperation {
        kind,
        text: operation::print(kind, &selections, arguments),
        selections,
        types: Arc::clone(&types),
    };
    parts.into_iter().map(normalized).collect()
}
