use serde_json::{Value, json};

use super::*;

fn errors(schema: Value, value: Value) -> Vec<String> {
    let schema =
        RequestSchema::parse(&json!({ "properties": { "body": schema } })).expect("usable");
    let found = Checker::new(&schema)
        .expect("compiles")
        .errors(&json!({ "body": value }));
    found
        .iter()
        .map(|error| format!("{} {:?}: {}", error.pointer, error.code, error.message))
        .collect()
}

#[test]
fn each_rule_has_a_code_and_a_sentence() {
    for (schema, value, expected) in [
        (
            json!({ "type": "string" }),
            json!(1),
            "/body Type: must be text",
        ),
        (
            json!({ "type": ["integer", "null"] }),
            json!("x"),
            "/body Type: must be null or a whole number",
        ),
        (
            json!({ "format": "email", "type": "string" }),
            json!("x"),
            "/body Format: must be an e-mail address",
        ),
        (
            json!({ "enum": ["a", 1] }),
            json!("b"),
            "/body Enum: must be one of \"a\", 1",
        ),
        (json!({ "const": 5 }), json!(4), "/body Const: must be 5"),
        (
            json!({ "pattern": "^a$" }),
            json!("b"),
            "/body Pattern: must match the pattern ^a$",
        ),
        (
            json!({ "minLength": 2 }),
            json!("b"),
            "/body MinLength: must have at least 2 characters",
        ),
        (
            json!({ "maxLength": 2 }),
            json!("bbb"),
            "/body MaxLength: must have at most 2 characters",
        ),
        (
            json!({ "minimum": 2 }),
            json!(1),
            "/body Minimum: must be at least 2",
        ),
        (
            json!({ "exclusiveMinimum": 2 }),
            json!(2),
            "/body Minimum: must be more than 2",
        ),
        (
            json!({ "maximum": 2 }),
            json!(3),
            "/body Maximum: must be at most 2",
        ),
        (
            json!({ "exclusiveMaximum": 2 }),
            json!(2),
            "/body Maximum: must be less than 2",
        ),
        (
            json!({ "multipleOf": 0.5 }),
            json!(0.3),
            "/body MultipleOf: must be a multiple of 0.5",
        ),
        (
            json!({ "minItems": 1 }),
            json!([]),
            "/body MinItems: must have at least 1 items",
        ),
        (
            json!({ "maxItems": 0 }),
            json!([1]),
            "/body MaxItems: must have at most 0 items",
        ),
        (
            json!({ "uniqueItems": true }),
            json!([1, 1]),
            "/body UniqueItems: must not hold the same item twice",
        ),
        (
            json!({ "required": ["a/b"], "properties": {} }),
            json!({}),
            "/body/a~1b Required: is required",
        ),
        (
            json!({ "additionalProperties": false, "properties": {} }),
            json!({ "x.y": 1 }),
            "/body/x.y AdditionalProperty: is not a property that the endpoint knows",
        ),
        (
            json!({ "minProperties": 1 }),
            json!({}),
            "/body MinProperties: must have at least 1 properties",
        ),
        (
            json!({ "not": { "type": "string" } }),
            json!(""),
            "/body Not: is excluded by the endpoint",
        ),
        (
            json!({ "properties": { "a": false } }),
            json!({ "a": 1 }),
            "/body/a NotAllowed: must be left out",
        ),
        (
            json!({ "oneOf": [{ "minimum": 1 }, { "maximum": 5 }] }),
            json!(3),
            "/body OneOf: fits several alternatives, of which exactly one must fit",
        ),
        (
            json!({ "anyOf": [{ "type": "string" }, { "type": "boolean" }] }),
            json!(1),
            "/body AnyOf: fits none of the alternatives",
        ),
        (
            json!({ "items": { "properties": { "n": { "type": "integer" } } } }),
            json!([{ "n": 1 }, { "n": "x" }]),
            "/body/1/n Type: must be a whole number",
        ),
    ] {
        assert_eq!(errors(schema.clone(), value), [expected], "{schema}");
    }
}

#[test]
fn what_is_wrong_beside_null_is_explained() {
    let schema = json!({ "anyOf": [{ "type": "object", "properties": { "a": { "type": "string", "minLength": 2 } } }, { "type": "null" }] });
    assert_eq!(
        errors(schema, json!({ "a": "x" })),
        ["/body/a MinLength: must have at least 2 characters"]
    );
}

#[test]
fn no_message_repeats_a_value() {
    const SECRET: &str = "hunter2-is-my-password";
    for schema in [
        json!({ "type": "integer" }),
        json!({ "type": "string", "format": "email" }),
        json!({ "type": "string", "pattern": "^[0-9]+$" }),
        json!({ "type": "string", "maxLength": 3 }),
        json!({ "enum": ["a"] }),
        json!({ "const": "a" }),
        json!({ "anyOf": [{ "type": "string", "maxLength": 2 }, { "type": "null" }] }),
        json!({ "oneOf": [{ "type": "integer" }, { "type": "boolean" }] }),
        json!({ "not": { "type": "string" } }),
        json!({ "type": "string", "readOnly": true }),
        json!(false),
    ] {
        for message in errors(schema, json!(SECRET)) {
            assert!(!message.contains(SECRET), "{message}");
        }
    }
}

#[test]
fn data_beyond_the_limits_is_refused_before_it_is_checked() {
    let mut deep = json!(1);
    for _ in 0..40 {
        deep = json!([deep]);
    }
    assert!(errors(json!({}), deep)[0].contains("TooDeep"));
    assert!(errors(json!({}), json!(vec![0; 30_000]))[0].contains("TooLarge"));
    assert!(errors(json!({}), json!("x".repeat(2 << 20)))[0].contains("TooLarge"));
    assert_eq!(
        errors(
            json!({ "items": { "type": "string" } }),
            json!(vec![1; 5_000])
        )
        .len(),
        100
    );
}
