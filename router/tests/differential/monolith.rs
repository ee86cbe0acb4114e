//! The whole graph without federation: the API schema over the world.

use apollo_compiler::ExecutableDocument;
use apollo_compiler::resolvers::{Execution, FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::{ExecutionResponse, JsonMap};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema};
use serde_json::Value as Json;

use crate::input;
use crate::world::{Node, World, resolved};

struct Seen<'a> {
    world: &'a World,
    node: Node,
}

impl ObjectValue for Seen<'_> {
    fn type_name(&self) -> &str {
        &self.node.ty
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        let arguments = input::arguments(info);
        let found = self.world.find(&self.node, info.field_name(), &arguments)?;
        Ok(resolved(found, &|node| {
            Box::new(Seen {
                world: self.world,
                node,
            })
        }))
    }
}

/// Answers an operation.
pub(crate) fn execute(
    world: &World,
    api: &Valid<Schema>,
    document: &Valid<ExecutableDocument>,
    variables: &Json,
) -> Result<ExecutionResponse, String> {
    let variables: JsonMap = serde_json::from_value(variables.clone()).expect("JSON is JSON");
    let operation = document
        .operations
        .iter()
        .next()
        .expect("there is an operation");
    let ty: &Name = operation.object_type();
    let root = Seen {
        world,
        node: Node {
            ty: ty.clone(),
            id: 0,
        },
    };
    Execution::new(api, document)
        .operation(operation)
        .raw_variable_values(&variables)
        .execute_sync(&root)
        .map_err(|err| err.message().to_string())
}
