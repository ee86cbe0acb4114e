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

fn checker(body: Value) -> Checker {
    let schema = json!({ "properties": { "body": body } });
    Checker::new(&RequestSchema::parse(&schema).expect("usable")).expect("compiles")
}

/// Hundreds of patterns for each item of a list.
fn patterns(count: usize) -> Value {
    let branches: Vec<_> = (0..count)
        .map(|n| json!({ "type": "string", "pattern": format!("^a{n}b$") }))
        .collect();
    json!({ "properties": { "many": { "items": { "anyOf": branches } }, "plain": { "items": { "type": "string" } } } })
}

#[test]
fn data_that_is_too_much_work_for_its_schema_is_refused_at_once() {
    let checker = checker(patterns(600));
    let texts = |count| json!(vec!["x"; count]);
    let started = std::time::Instant::now();
    let errors = checker.errors(&json!({ "body": { "many": texts(4_000) } }));
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].code, InputErrorCode::TooLarge);
    assert!(errors[0].message.contains("too many values"), "{errors:?}");
    assert!(!checker.accepts(&json!({ "body": { "many": texts(4_000) } })));
    let long = json!([format!("a5b{}", "x".repeat(900_000))]);
    assert_eq!(
        checker.errors(&json!({ "body": { "many": long } }))[0].code,
        InputErrorCode::TooLarge
    );
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());

    // The same values where the schema is cheap, and few where it is not.
    assert_eq!(
        checker.errors(&json!({ "body": { "plain": texts(4_000) } })),
        []
    );
    assert_eq!(
        checker.errors(&json!({ "body": { "many": ["a5b", "a599b"] } })),
        []
    );
}

#[test]
fn of_much_wrong_data_one_error_is_told() {
    let checker = checker(patterns(100));
    let errors = checker.errors(&json!({ "body": { "many": vec!["x"; 4_000] } }));
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0].pointer.as_str(), "/body/many/0");
    let errors = checker.errors(&json!({ "body": { "many": vec!["x"; 40] } }));
    assert_eq!(errors.len(), 40);
}

#[test]
fn work_is_counted_where_it_is_done() {
    let recursive = json!({ "$ref": "#/$defs/Node" });
    let node = json!({ "type": "object", "properties": { "children": { "type": "array", "items": { "$ref": "#/$defs/Node" } }, "kind": { "enum": vec![1; 800] } } });
    let schema = json!({ "properties": { "body": recursive }, "$defs": { "Node": node } });
    let schema = RequestSchema::parse(&schema).expect("usable");
    let leaf = json!({ "children": [], "kind": 1 });
    let tree = |width: usize| json!({ "body": { "children": vec![leaf.clone(); width] } });
    let (few, many) = (
        schema.work(&tree(10), u64::MAX),
        schema.work(&tree(1_000), u64::MAX),
    );
    let (few, many) = (few.expect("no bound"), many.expect("no bound"));
    assert!(few * 50 < many && many < few * 200, "{few} and {many}");
    assert_eq!(schema.work(&tree(10_000), 100_000), None);
}

#[test]
fn a_missing_parameter_is_pointed_at_itself() {
    let schema = json!({
        "required": ["path", "query", "body"],
        "properties": {
            "path": { "type": "object", "properties": { "id": {}, "part": {} }, "required": ["id", "part"] },
            "query": { "type": "object", "properties": { "q": {}, "r": {} }, "required": ["q"] },
            "body": { "type": "object" },
        },
    });
    let schema = RequestSchema::parse(&schema).expect("usable");
    let errors = Checker::new(&schema).expect("compiles").errors(&json!({}));
    let mut pointers: Vec<_> = errors.iter().map(|error| error.pointer.as_str()).collect();
    pointers.sort_unstable();
    assert_eq!(pointers, ["/body", "/path/id", "/path/part", "/query/q"]);
}
