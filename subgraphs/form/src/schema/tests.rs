use serde_json::{Value, json};

use super::*;
use crate::{field, validate::Checker};

fn body(schema: Value) -> RequestSchema {
    with_defs(schema, json!({}))
}

fn with_defs(schema: Value, defs: Value) -> RequestSchema {
    RequestSchema::parse(&json!({ "properties": { "body": schema }, "$defs": defs }))
        .expect("usable")
}

fn all_warnings(schema: &RequestSchema) -> Vec<String> {
    Checker::new(schema).expect("a cleaned schema compiles");
    field::build(schema).all_warnings()
}

#[test]
fn a_reference_that_leads_nowhere_is_left_out_with_a_warning() {
    for reference in [
        "https://evil.example/x.json",
        "file:///etc/passwd",
        "#/$defs/none",
        "#name",
        "#/properties/body/enum/0",
    ] {
        let schema =
            body(json!({ "type": "object", "properties": { "x": { "$ref": reference } } }));
        assert_eq!(
            all_warnings(&schema)[0],
            "\"$ref\" at #/properties/body/properties/x does not point into the schema and was left out",
            "{reference}"
        );
    }
}

#[test]
fn a_reference_that_never_ends_is_cut() {
    for defs in [
        json!({ "a": { "$ref": "#/$defs/a" } }),
        json!({ "a": { "$ref": "#/$defs/b" }, "b": { "$ref": "#/$defs/a" } }),
        json!({ "a": { "allOf": [{ "$ref": "#/$defs/b" }] }, "b": { "anyOf": [{ "$ref": "#/$defs/a" }, { "type": "null" }] } }),
        json!({ "a": { "not": { "$ref": "#/$defs/a" } } }),
        json!({ "a": { "if": { "$ref": "#/$defs/a/if" } } }),
    ] {
        let schema = with_defs(json!({ "$ref": "#/$defs/a" }), defs.clone());
        let found = schema.document().to_string();
        assert!(found.contains("never ends"), "{defs} became {found}");
        let checker = Checker::new(&schema).expect("compiles");
        checker.errors(&json!({ "body": { "x": [1] } }));
        assert!(!all_warnings(&schema).is_empty(), "{defs}");
    }
}

#[test]
fn a_long_chain_of_references_is_cut() {
    let defs: Value = (0..5_000)
        .map(|at| {
            (
                format!("d{at}"),
                json!({ "$ref": format!("#/$defs/d{}", at + 1) }),
            )
        })
        .collect::<serde_json::Map<_, _>>()
        .into();
    let schema = with_defs(json!({ "$ref": "#/$defs/d0" }), defs);
    Checker::new(&schema)
        .expect("compiles")
        .errors(&json!({ "body": 1 }));
}

#[test]
fn recursion_through_a_part_of_the_value_is_kept() {
    let node = json!({ "type": "object", "properties": { "next": { "$ref": "#/$defs/node" } } });
    let schema = with_defs(json!({ "$ref": "#/$defs/node" }), json!({ "node": node }));
    assert_eq!(all_warnings(&schema), Vec::<String>::new());
    let checker = Checker::new(&schema).expect("compiles");
    assert!(checker.accepts(&json!({ "body": { "next": { "next": {} } } })));
    assert!(!checker.accepts(&json!({ "body": { "next": { "next": 1 } } })));
}

#[test]
fn a_keyword_with_an_impossible_value_costs_only_itself() {
    let schema = body(
        json!({ "type": "object", "required": ["a", "a"], "properties": {
        "a": { "type": "string", "minLength": "three", "maxLength": 5 },
        "b": { "type": "file", "description": "d" },
        "c": { "type": "string", "required": true },
        "d": { "type": "array", "items": [{ "type": "string" }] },
        "e": 7,
    } }),
    );
    let warnings = all_warnings(&schema);
    for keyword in ["minLength", "type", "required", "items", "properties/e"] {
        assert!(
            warnings
                .iter()
                .any(|warning| warning.starts_with(&format!("\"{keyword}\" at #/properties/body"))),
            "{keyword} is not named in {warnings:?}"
        );
    }
    let checker = Checker::new(&schema).expect("compiles");
    assert!(!checker.accepts(&json!({ "body": { "a": "longer than five" } })));
    assert!(
        !checker.accepts(&json!({ "body": {} })),
        "`required` survived its repetition"
    );
}

#[test]
fn a_pattern_that_could_backtrack_is_not_checked_and_says_so() {
    let schema = body(json!({ "type": "object", "properties": {
        "a": { "type": "string", "pattern": "^(?!x)" }, "b": { "type": "string", "pattern": "^(a+)+$" },
    } }));
    assert_eq!(
        all_warnings(&schema),
        [
            "\"pattern\" at #/properties/body/properties/a cannot be matched in linear time and is not checked"
        ]
    );
    let checker = Checker::new(&schema).expect("compiles");
    let attack = format!("{}!", "a".repeat(100_000));
    assert!(!checker.accepts(&json!({ "body": { "b": attack } })));
}

#[test]
fn parameters_are_shaped_for_delivery() {
    let schema = RequestSchema::parse(&json!({ "properties": {
        "path": { "type": "object", "properties": { "id": { "type": "string" } } },
        "query": { "type": "object", "properties": { "q": {} }, "required": ["q"] },
        "header": { "type": "object", "properties": { "Authorization": {}, "X-Ok": {} }, "required": ["Authorization"] },
    } }))
    .expect("usable");
    assert_eq!(
        all_warnings(&schema)[0],
        "header \"Authorization\" at /header is set by the platform and has no field"
    );
    let checker = Checker::new(&schema).expect("compiles");
    let codes = |data: Value| -> Vec<String> {
        checker
            .errors(&data)
            .iter()
            .map(|error| format!("{} {:?}", error.pointer, error.code))
            .collect()
    };
    assert_eq!(
        codes(json!({ "path": { "id": "1" }, "query": { "q": 1 } })),
        Vec::<String>::new()
    );
    assert_eq!(codes(json!({})), ["/path/id Required", "/query/q Required"]);
    assert_eq!(
        codes(
            json!({ "path": { "id": "" }, "query": { "q": 1, "r": 2 }, "header": { "Authorization": "x" }, "other": 1 })
        ),
        [
            "/path/id MinLength",
            "/query/r AdditionalProperty",
            "/header/Authorization AdditionalProperty",
            "/other AdditionalProperty"
        ]
    );
}

#[test]
fn read_only_values_are_neither_asked_for_nor_taken() {
    let schema = with_defs(
        json!({ "type": "object", "required": ["id", "at", "name"], "properties": {
            "id": { "type": "integer", "readOnly": true }, "at": { "$ref": "#/$defs/at" }, "name": { "type": "string" },
        } }),
        json!({ "at": { "type": "string", "readOnly": true } }),
    );
    let checker = Checker::new(&schema).expect("compiles");
    assert!(checker.accepts(&json!({ "body": { "name": "n" } })));
    let errors = checker.errors(&json!({ "body": { "name": "n", "id": 1 } }));
    assert_eq!(
        (errors[0].pointer.as_str(), errors[0].message.as_str()),
        ("/body/id", "is read-only and must be left out")
    );
}

#[test]
fn schemas_beyond_the_limits_are_refused() {
    let mut deep = json!({ "type": "string" });
    for _ in 0..100 {
        deep = json!({ "type": "array", "items": deep });
    }
    let wide: Value = (0..30_000)
        .map(|at| (at.to_string(), json!({})))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let doubled: Value = (0..40)
        .map(|at| (format!("d{at}"), json!({ "allOf": vec![json!({ "$ref": format!("#/properties/body/$defs/d{}", at + 1) }); 2] })))
        .collect::<serde_json::Map<_, _>>()
        .into();
    for (schema, error) in [
        (deep, SchemaError::TooDeep(96)),
        (
            json!({ "enum": vec![0; 60_000] }),
            SchemaError::TooLarge("50,000 values"),
        ),
        (
            json!({ "properties": wide.clone(), "required": wide.as_object().map(|all| all.keys().collect::<Vec<_>>()) }),
            SchemaError::TooLarge("50,000 values"),
        ),
        (
            json!({ "description": "x".repeat(3 << 20) }),
            SchemaError::TooLarge("2 MiB of text"),
        ),
        (
            json!({ "$ref": "#/properties/body/$defs/d0", "$defs": doubled }),
            SchemaError::TooCostly,
        ),
    ] {
        let raw = json!({ "properties": { "body": schema } });
        assert_eq!(RequestSchema::parse(&raw).map(drop), Err(error));
    }
    for raw in [json!(true), json!([]), json!(null), json!("x")] {
        assert_eq!(
            RequestSchema::parse(&raw).map(drop),
            Err(SchemaError::NotAnObject)
        );
    }
}

#[test]
fn a_schema_that_multiplies_with_depth_takes_only_shallow_data() {
    let node = json!({ "oneOf": [
        { "type": "object", "properties": { "x": { "$ref": "#/$defs/node" } }, "required": ["y"] },
        { "type": "object", "properties": { "x": { "$ref": "#/$defs/node" } } },
        { "type": "object", "properties": { "x": { "$ref": "#/$defs/node" } }, "required": ["z"] },
    ] });
    let schema = with_defs(json!({ "$ref": "#/$defs/node" }), json!({ "node": node }));
    assert!(
        schema.data_depth_max() < 15,
        "depth {}",
        schema.data_depth_max()
    );
    let mut value = json!({});
    for _ in 0..30 {
        value = json!({ "x": value });
    }
    let errors = Checker::new(&schema)
        .expect("compiles")
        .errors(&json!({ "body": value }));
    assert_eq!(errors[0].code, crate::validate::InputErrorCode::TooDeep);
    let plain = with_defs(
        json!({ "$ref": "#/$defs/n" }),
        json!({ "n": { "properties": { "a": { "$ref": "#/$defs/n" }, "b": { "$ref": "#/$defs/n" } } } }),
    );
    assert_eq!(
        plain.data_depth_max(),
        32,
        "plain recursion costs nothing extra"
    );
}
