//! `nullable: true` of OpenAPI 3.0 in the words of JSON Schema.

use serde_json::{Map, Value, json};

use super::keyword;

const COMBINATORS: [&str; 9] = [
    "$ref",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "const",
    "dependentSchemas",
    "discriminator",
];

/// Widens a converted schema so that it takes null as well.
pub(super) fn admit_null(mut schema: Map<String, Value>) -> Value {
    if COMBINATORS
        .iter()
        .any(|keyword| schema.contains_key(*keyword))
    {
        return beside_null(schema);
    }
    if let Some(types) = schema.get_mut("type") {
        *types = match types.take() {
            Value::Array(mut types) => {
                if !types.contains(&json!("null")) {
                    types.push(json!("null"));
                }
                Value::Array(types)
            }
            Value::String(one) if one != "null" => json!([one, "null"]),
            other => other,
        };
    }
    if let Some(Value::Array(options)) = schema.get_mut("enum")
        && !options.contains(&Value::Null)
    {
        options.push(Value::Null);
    }
    Value::Object(schema)
}

/// What describes the value stays in front, what judges it moves into a branch.
fn beside_null(schema: Map<String, Value>) -> Value {
    let (mut outer, inner): (Map<_, _>, Map<_, _>) = schema
        .into_iter()
        .partition(|(keyword, _)| keyword::is_annotation(keyword));
    outer.insert("anyOf".to_owned(), json!([inner, { "type": "null" }]));
    Value::Object(outer)
}
