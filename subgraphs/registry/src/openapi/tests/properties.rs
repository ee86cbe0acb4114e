//! Properties that hold for whatever a document says.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::super::{Limits, read, read_within};
use super::{assert_sound, describe, document};

/// Any JSON value, small.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (-9.0..9.0_f64).prop_map(Value::from),
        "[a-z]{0,5}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec(("[a-z]{1,4}", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

const TARGETS: [&str; 10] = [
    "#/components/schemas/A",
    "#/components/schemas/B",
    "#/components/schemas/C",
    "#/components/schemas/A/properties/p",
    "#/components/schemas/B/allOf/0",
    "#/paths/~1a~1{id}/post/requestBody/content/application~1json/schema",
    "#/components/schemas/None",
    "file:///etc/passwd",
    "#",
    "B",
];

const KEYWORDS: [&str; 34] = [
    "$ref",
    "type",
    "nullable",
    "format",
    "enum",
    "const",
    "default",
    "example",
    "examples",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxItems",
    "uniqueItems",
    "required",
    "title",
    "description",
    "readOnly",
    "writeOnly",
    "deprecated",
    "discriminator",
    "dependentRequired",
    "x-any",
    "xml",
    "$id",
    "unheard",
    "contentEncoding",
    "minProperties",
    "$defs",
    "oneOf",
    "not",
];

/// A value that fits its keyword, mostly.
fn plain(keyword: &'static str) -> BoxedStrategy<Value> {
    let types = select(vec![
        "string", "integer", "object", "array", "null", "wrong",
    ]);
    match keyword {
        "$ref" => select(TARGETS.to_vec()).prop_map(Value::from).boxed(),
        "type" => prop_oneof![
            types.clone().prop_map(Value::from),
            vec(types, 0..3).prop_map(Value::from)
        ]
        .boxed(),
        "nullable" | "uniqueItems" | "readOnly" | "writeOnly" | "exclusiveMinimum" => {
            any::<bool>().prop_map(Value::from).boxed()
        }
        "required" => vec(select(vec!["p", "q", "r"]), 0..3)
            .prop_map(Value::from)
            .boxed(),
        "minimum" | "maximum" | "minLength" | "maxItems" => (-3..9).prop_map(Value::from).boxed(),
        "discriminator" => select(TARGETS.to_vec())
            .prop_map(|to| json!({ "propertyName": "k", "mapping": { "v": to } }))
            .boxed(),
        _ => anything().boxed(),
    }
}

/// Something like a schema: known keywords with fitting and unfitting values, nested.
fn schema() -> impl Strategy<Value = Value> {
    let entry = select(KEYWORDS.to_vec()).prop_flat_map(|keyword| {
        let value = prop_oneof![4 => plain(keyword), 1 => anything().boxed()];
        value.prop_map(move |value| (keyword.to_owned(), value))
    });
    let leaf = vec(entry, 0..4).prop_map(|entries| Value::Object(entries.into_iter().collect()));
    leaf.prop_recursive(4, 24, 4, |inner| {
        let list = vec(inner.clone(), 0..3);
        let named = vec((select(vec!["p", "q", "r"]), inner.clone()), 0..3).prop_map(|members| {
            members
                .into_iter()
                .map(|(name, schema)| (name.to_owned(), schema))
                .collect::<Map<_, _>>()
        });
        let nested = prop_oneof![
            (
                select(vec!["allOf", "anyOf", "oneOf", "prefixItems", "items"]),
                list.prop_map(Value::from)
            ),
            (
                select(vec![
                    "not",
                    "if",
                    "then",
                    "items",
                    "additionalProperties",
                    "propertyNames"
                ]),
                inner.clone()
            ),
            (
                select(vec!["properties", "patternProperties", "dependentSchemas"]),
                named.prop_map(Value::Object)
            ),
        ];
        (inner, vec(nested, 0..3)).prop_map(|(base, nested)| {
            let mut base = base.as_object().cloned().unwrap_or_default();
            base.extend(
                nested
                    .into_iter()
                    .map(|(keyword, value)| (keyword.to_owned(), value)),
            );
            Value::Object(base)
        })
    })
}

fn parameter() -> impl Strategy<Value = Value> {
    let place = select(vec!["path", "query", "header", "cookie", "body"]);
    let name = select(vec!["id", "a", "b", "Accept"]);
    let known = (name, place, schema(), any::<bool>())
        .prop_map(|(name, place, schema, required)| json!({ "name": name, "in": place, "schema": schema, "required": required }));
    prop_oneof![5 => known, 1 => anything(), 1 => select(TARGETS.to_vec()).prop_map(|to| json!({ "$ref": to }))]
}

prop_compose! {
    fn description()(
        version in select(vec!["3.0.3", "3.1.0"]),
        body in schema(),
        parameters in vec(parameter(), 0..4),
        shared in vec(parameter(), 0..3),
        components in [schema(), schema(), schema()],
    ) -> Value {
        let [a, b, c] = components;
        let content = json!({ "application/json": { "schema": body } });
        let item = json!({ "parameters": shared, "get": { "parameters": parameters }, "post": { "requestBody": { "content": content } } });
        document(version, json!({ "/a/{id}": item }), json!({ "schemas": { "A": a, "B": b, "C": c } }))
    }
}

/// Follows references that judge one and the same value; a validator must come to an end.
fn assert_finite(schema: &Value, root: &Value, followed: usize) {
    assert!(followed < 100, "a value is judged without end in {root:#}");
    if let Some(link) = schema.get("$ref").and_then(Value::as_str) {
        let target = root
            .pointer(link.trim_start_matches('#'))
            .expect("references are closed");
        assert_finite(target, root, followed + 1);
    }
    for branch in ["allOf", "anyOf", "oneOf"]
        .iter()
        .filter_map(|keyword| schema.get(*keyword)?.as_array())
        .flatten()
    {
        assert_finite(branch, root, followed);
    }
    for branch in ["not", "if", "then", "else"]
        .iter()
        .filter_map(|keyword| schema.get(*keyword))
    {
        assert_finite(branch, root, followed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_operation_is_lost_and_every_request_schema_is_sound(document in description()) {
        let description = describe(&document);
        prop_assert_eq!(description.operations.len(), 2);
        for operation in &description.operations {
            assert_sound(operation);
            for definition in operation.request_schema["$defs"].as_object().into_iter().flat_map(Map::values) {
                assert_finite(definition, &operation.request_schema, 0);
            }
        }
    }

    #[test]
    fn a_converted_schema_converts_to_itself(document in description()) {
        let first = describe(&document).operations.remove(1).request_schema;
        let body = first["properties"].get("body").cloned().unwrap_or(json!({}));
        let mut again = super::document("3.1.0", json!({ "/a/{id}": { "post": { "requestBody": {
            "content": { "application/json": { "schema": body } } } } } }), json!({}));
        again["$defs"] = first["$defs"].clone();
        let second = describe(&again).operations.remove(0);
        let warned: Vec<_> = second.warnings.iter().filter(|warning| !warning.message.contains("no parameter describes")).collect();
        prop_assert!(warned.is_empty(), "{:?}", warned);
        prop_assert_eq!(&second.request_schema["properties"]["body"], &first["properties"]["body"]);
        for (name, definition) in second.request_schema["$defs"].as_object().into_iter().flatten() {
            prop_assert_eq!(definition, &first["$defs"][name]);
        }
    }

    #[test]
    fn json_read_as_yaml_says_the_same(document in description()) {
        let yaml = format!("# yaml\n{document}");
        prop_assert_eq!(read(yaml.as_bytes()), read(document.to_string().as_bytes()));
    }

    #[test]
    fn no_text_is_too_odd(text in vec(any::<u8>(), 0..300)) {
        let _ = read(&text);
    }

    #[test]
    fn no_document_is_too_odd(paths in anything(), components in anything(), info in anything()) {
        let text = json!({ "openapi": "3.1.0", "info": info, "paths": paths, "components": components, "servers": paths });
        let _ = read(text.to_string().as_bytes());
    }

    #[test]
    fn limits_hold(document in description(), bytes in 50_usize..400) {
        let limits = Limits { request_schema_bytes_max: bytes, definitions_max: 2, warnings_max: 3, ..Limits::default() };
        let description = read_within(document.to_string().as_bytes(), &limits).expect("a limit of one schema refuses nothing");
        for operation in &description.operations {
            prop_assert!(operation.request_schema["$defs"].as_object().map_or(0, Map::len) <= 2);
            prop_assert!(operation.warnings.len() <= 4);
        }
    }
}
