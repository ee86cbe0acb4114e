//! From a valid document and the setting of its switches to what the later stages need:
//! a normalized operation for the planner, and the shape of the answer for projection.
//!
//! Conditions are folded, fragments inlined, aliases replaced by neutral names, arguments
//! made variables. Nothing here depends on a value in the request but the switches.

pub(crate) mod arguments;
mod builder;
pub(crate) mod names;
mod operation;
pub(crate) mod shape;
mod shapes;
pub(crate) mod switches;

use std::sync::Arc;

use crate::document::Document;
use crate::error::GraphQLError;
use crate::normalize::arguments::Argument;
use crate::normalize::builder::Builder;
use crate::normalize::operation::Selections;
use crate::normalize::shape::Shape;
use crate::schema::ApiSchema;
use crate::subgraph::OperationKind;

/// A normalized operation.
pub(crate) struct Normalized {
    /// Operations for the planner, to be run in order: one for a query or a subscription,
    /// one per root field for a mutation, none if nothing needs a subgraph.
    pub(crate) operations: Vec<String>,
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
        operations: print(declared.kind, &selections, &builder),
        introspects: builder.introspects,
        entries: builder.entries,
        arguments: builder.arguments.list,
        shape,
    })
}

fn print(kind: OperationKind, selections: &Selections, builder: &Builder<'_>) -> Vec<String> {
    let arguments = &builder.arguments.list;
    let none = indexmap::IndexMap::new();
    match kind {
        OperationKind::Mutation => selections
            .fields
            .iter()
            .map(|field| operation::print(kind, std::iter::once(field), &none, arguments))
            .collect(),
        OperationKind::Query | OperationKind::Subscription if selections.is_empty() => Vec::new(),
        OperationKind::Query | OperationKind::Subscription => {
            let fields = selections.fields.iter();
            vec![operation::print(
                kind,
                fields,
                &selections.fragments,
                arguments,
            )]
        }
    }
}
