//! Texts become operations: which root type, which `_entities` fields. Routers send few different
//! texts, so they are kept.

use std::sync::Arc;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{DocumentOperations, Field, OperationType, Selection};
use async_graphql_value::Value as InputValue;

use crate::cache::Cache;
use crate::error::{Code, GraphQLError};
use crate::subgraph::{EntitiesField, OperationKind, SubgraphOperation};

/// The operations of one subgraph.
pub(super) struct Operations {
    cache: Cache<Arc<str>, Arc<SubgraphOperation>>,
}

impl Operations {
    pub(super) fn new(entries_max: usize, bytes_max: usize) -> Self {
        Self {
            cache: Cache::new(entries_max, bytes_max),
        }
    }

    /// The operation of a text.
    pub(super) async fn find(&self, text: &str) -> Result<Arc<SubgraphOperation>, GraphQLError> {
        if let Some(known) = self.cache.find(text) {
            return Ok(known);
        }
        let weigh = |operation: &Arc<SubgraphOperation>| operation.text.len();
        let read = || async { read(text).map(Arc::new) };
        self.cache.find_or_make(text.into(), weigh, read).await
    }
}

fn read(text: &str) -> Result<SubgraphOperation, GraphQLError> {
    let document =
        parse_query(text).map_err(|err| GraphQLError::new(Code::ParseFailed, err.to_string()))?;
    let DocumentOperations::Single(operation) = &document.operations else {
        let message = "a document for a subgraph has one operation without a name";
        return Err(GraphQLError::new(Code::BadUserInput, message));
    };
    let kind = match operation.node.ty {
        OperationType::Query => OperationKind::Query,
        OperationType::Mutation => OperationKind::Mutation,
        OperationType::Subscription => OperationKind::Subscription,
    };
    let selections = operation.node.selection_set.node.items.iter();
    let entities = selections.filter_map(|selection| match &selection.node {
        Selection::Field(field) => entities_field(&field.node),
        Selection::FragmentSpread(_) | Selection::InlineFragment(_) => None,
    });
    let entities = entities.collect();
    Ok(SubgraphOperation::new(text.to_owned(), kind, entities))
}

/// What is needed to take a batch of entities apart. Representations that are written out in the
/// document are executed as they are.
fn entities_field(field: &Field) -> Option<EntitiesField> {
    if field.name.node != "_entities" {
        return None;
    }
    match &field.get_argument("representations")?.node {
        InputValue::Variable(variable) => Some(EntitiesField {
            response_key: field.response_key().node.to_string(),
            variable: variable.to_string(),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entities_of_an_operation_are_found() {
        let text = "query($r: [_Any!]!) { a: _entities(representations: $r) { __typename } b }";
        let operation = read(text).expect("it is an operation");
        assert_eq!(operation.kind, OperationKind::Query);
        let [found] = &operation.entities[..] else {
            panic!("{:?}", operation.entities);
        };
        assert_eq!((&*found.response_key, &*found.variable), ("a", "r"));
    }

    #[test]
    fn what_is_no_single_operation_is_refused() {
        for text in ["", "{", "query A { a } query B { b }", "type A { a: Int }"] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }

    #[tokio::test]
    async fn an_operation_is_read_once_and_few_are_kept() {
        let operations = Operations::new(2, 1_000);
        let first = operations.find("{ a }").await.expect("read");
        let again = operations.find("{ a }").await.expect("read");
        assert!(Arc::ptr_eq(&first, &again));
        for text in ["{ b }", "{ c }", "{ d }"] {
            operations.find(text).await.expect("read");
        }
        assert_eq!(operations.cache.len(), 2);
    }
}
