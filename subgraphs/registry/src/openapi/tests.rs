//! Tables of cases, properties over made-up documents, hostile texts, and one large real document.

mod bodies;
mod documents;
mod github;
mod hostile;
mod limits;
mod parameters;
mod properties;
mod schemas;

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::{Description, Operation, read};

/// Reads a document that is given as JSON.
fn describe(document: &Value) -> Description {
    read(document.to_string().as_bytes()).expect("the document is a description")
}

/// Why a text is refused.
#[track_caller]
fn refusal(text: &str) -> String {
    read(text.as_bytes())
        .expect_err("the text is refused")
        .to_string()
}

/// A document around paths and components.
fn document(version: &str, paths: Value, components: Value) -> Value {
    json!({ "openapi": version, "info": { "title": "T", "version": "1" }, "paths": paths, "components": components })
}

/// The only operation of a document with one path.
fn operation(version: &str, item: Value, components: Value) -> Operation {
    let mut description = describe(&document(
        version,
        json!({ "/things/{id}": item }),
        components,
    ));
    assert_eq!(
        description.operations.len(),
        1,
        "{:?}",
        description.warnings
    );
    let operation = description.operations.remove(0);
    assert_sound(&operation);
    operation
}

fn id_parameter() -> Value {
    json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } })
}

/// What a JSON body's schema becomes, with the definitions it needs and the warnings.
fn body_schema(version: &str, schema: Value, schemas: Value) -> (Value, Value, Vec<String>) {
    let body = json!({ "content": { "application/json": { "schema": schema } } });
    let item = json!({ "post": { "parameters": [id_parameter()], "requestBody": body } });
    let operation = operation(version, item, json!({ "schemas": schemas }));
    let mut body = operation.request_schema["properties"]["body"].clone();
    let media = body
        .as_object_mut()
        .and_then(|body| body.remove("x-portico-media-type"));
    assert_eq!(media, Some(json!("application/json")));
    let warnings = operation
        .warnings
        .iter()
        .map(|warning| warning.message.clone())
        .collect();
    (body, operation.request_schema["$defs"].clone(), warnings)
}

/// Asserts what holds for every request schema: valid by the meta-schema, closed under `$ref`, and
/// without a definition that nothing refers to.
fn assert_sound(operation: &Operation) {
    let schema = &operation.request_schema;
    if let Err(err) = jsonschema::meta::validate(schema) {
        panic!(
            "{} {}: {err} in {schema:#}",
            operation.method, operation.path
        );
    }
    let empty = Map::new();
    let definitions = schema["$defs"].as_object().unwrap_or(&empty);
    let mut reached = HashSet::new();
    let mut waiting = vec![&schema["properties"]];
    while let Some(value) = waiting.pop() {
        for name in references(value) {
            let definition = definitions
                .get(&name)
                .unwrap_or_else(|| panic!("`{name}` is not defined in {schema:#}"));
            if reached.insert(name) {
                waiting.push(definition);
            }
        }
    }
    assert_eq!(
        reached.len(),
        definitions.len(),
        "definitions that nothing refers to in {schema:#}"
    );
    assert_eq!(schema["type"], "object");
    assert_eq!(schema["additionalProperties"], false);
}

/// Names of the definitions that a schema refers to; payloads such as examples are not looked into.
fn references(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    match value {
        Value::Object(object) => {
            let mapping = object
                .get("discriminator")
                .and_then(|it| it["mapping"].as_object());
            let mapped = mapping.into_iter().flat_map(Map::values);
            for link in object
                .get("$ref")
                .into_iter()
                .chain(mapped)
                .filter_map(Value::as_str)
            {
                found.push(
                    link.strip_prefix("#/$defs/")
                        .expect("references stay inside")
                        .to_owned(),
                );
            }
            let payload = [
                "default",
                "const",
                "enum",
                "examples",
                "required",
                "discriminator",
                "$ref",
            ];
            for (_, value) in object
                .iter()
                .filter(|(key, _)| !payload.contains(&key.as_str()))
            {
                found.extend(references(value));
            }
        }
        Value::Array(items) => found.extend(items.iter().flat_map(references)),
        _ => {}
    }
    found
}
