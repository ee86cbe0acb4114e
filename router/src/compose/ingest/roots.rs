//! The root types of a subgraph, which may have any name until composition.

use std::collections::HashMap;

use apollo_compiler::Name;
use apollo_compiler::ast::{Definition, Document, OperationType};

use crate::compose::diagnostics::{Code, Diagnostics, Location};

const OPERATIONS: [OperationType; 3] = [
    OperationType::Query,
    OperationType::Mutation,
    OperationType::Subscription,
];

/// Each root operation of a document with the name of its type.
pub(crate) fn find(document: &Document) -> Vec<(OperationType, Name)> {
    let mut explicit = false;
    let mut roots = Vec::new();
    for definition in &document.definitions {
        match definition {
            Definition::SchemaDefinition(schema) => {
                explicit = true;
                roots.extend(
                    schema
                        .root_operations
                        .iter()
                        .map(|root| (root.0, root.1.clone())),
                );
            }
            Definition::SchemaExtension(schema) => {
                roots.extend(
                    schema
                        .root_operations
                        .iter()
                        .map(|root| (root.0, root.1.clone())),
                );
            }
            _ => {}
        }
    }
    if !explicit {
        let unnamed = OPERATIONS
            .into_iter()
            .filter(|operation| !roots.iter().any(|(named, _)| named == operation));
        roots.extend(
            unnamed
                .filter_map(|operation| {
                    Some((operation, object_named(document, default_name(operation))?))
                })
                .collect::<Vec<_>>(),
        );
    }
    roots
}

/// The new names of root types that are not called `Query`, `Mutation` or `Subscription`.
pub(crate) fn renames(roots: &[(OperationType, Name)]) -> HashMap<Name, Name> {
    roots
        .iter()
        .filter(|(operation, name)| name != default_name(*operation))
        .map(|(operation, name)| {
            (
                name.clone(),
                Name::new_static(default_name(*operation)).expect("a valid name"),
            )
        })
        .collect()
}

/// Reports types that would collide with a renamed root type.
pub(crate) fn refuse_misnamed(
    document: &Document,
    roots: &[(OperationType, Name)],
    subgraph: &str,
    diagnostics: &mut Diagnostics,
) {
    for operation in OPERATIONS {
        let default = default_name(operation);
        let is_root = roots
            .iter()
            .any(|(of, name)| *of == operation && name == default);
        let other = document
            .definitions
            .iter()
            .find(|definition| definition.name().is_some_and(|name| name == default));
        if let (false, Some(other)) = (is_root, other) {
            let code = match operation {
                OperationType::Query => Code::RootQueryUsed,
                OperationType::Mutation => Code::RootMutationUsed,
                OperationType::Subscription => Code::RootSubscriptionUsed,
            };
            let location = Location::of(other.location(), &document.sources);
            let message = format!(
                "type '{default}' is not the {} root, rename it",
                operation.name()
            );
            diagnostics.error_in(code, subgraph, location, message);
        }
    }
}

pub(crate) fn default_name(operation: OperationType) -> &'static str {
    match operation {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    }
}

fn object_named(document: &Document, name: &str) -> Option<Name> {
    document
        .definitions
        .iter()
        .find_map(|definition| match definition {
            Definition::ObjectTypeDefinition(object) if object.name == name => {
                Some(object.name.clone())
            }
            Definition::ObjectTypeExtension(object) if object.name == name => {
                Some(object.name.clone())
            }
            _ => None,
        })
}
