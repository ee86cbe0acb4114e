//! Asking for entities one by one, in one request: a field of its own for each.
//!
//! async-graphql fails `_entities` as a whole when one representation fails, and its error
//! paths lack the position in the list.

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, Selection};
use async_graphql::{Name, Positioned, Value, Variables};
use async_graphql_value::Value as InputValue;
use indexmap::IndexMap;

use crate::error::PathSegment;
use crate::subgraph::{SubgraphOperation, SubgraphResponse};

fn representations<'a>(variables: &'a Variables, name: &str) -> &'a [Value] {
    match variables.get(name) {
        Some(Value::List(list)) => list,
        _ => &[],
    }
}

pub(crate) fn batch_size(operation: &SubgraphOperation, variables: &Variables) -> usize {
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
pub(crate) struct Isolated {
    pub(crate) document: ExecutableDocument,
    pub(crate) variables: Variables,
}

impl Isolated {
    pub(crate) fn new(
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
pub(crate) fn reassemble(
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
    SubgraphResponse::of(Value::Object(lists), errors)
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
