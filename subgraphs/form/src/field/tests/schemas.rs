//! Arbitrary request schemas and arbitrary data that nearly fits them.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

const NAMES: [&str; 5] = ["a", "b", "a/b", "m~n", "x.y"];
const TEXTS: [&str; 17] = [
    "",
    "a",
    "aa",
    "ab",
    "abc",
    "hello b",
    "äöü",
    "x@y.example",
    "https://e.example/p?q=1",
    "2024-02-29",
    "2024-02-30",
    "2024-02-29T10:00:00Z",
    "10:00:00Z",
    "P1DT2H",
    "123e4567-e89b-12d3-a456-426614174000",
    "10.0.0.1",
    "9007199254740993",
];
const FORMATS: [&str; 10] = [
    "email",
    "uri",
    "date",
    "date-time",
    "time",
    "duration",
    "uuid",
    "ipv4",
    "password",
    "repo.nwo",
];

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(NAMES.as_slice()).prop_map(str::to_owned)
}

fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        (-3_i64..8).prop_map(|number| json!(number)),
        prop::sample::select(vec![
            json!(0.5),
            json!(1.5),
            json!(0.3),
            json!(-2.5),
            json!(9_007_199_254_740_992_i64)
        ]),
    ]
}

/// Values near those that the schemas speak of.
pub(super) fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        3 => prop::sample::select(TEXTS.as_slice()).prop_map(|text| json!(text)),
        3 => number(),
        1 => any::<bool>().prop_map(|flag| json!(flag)),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::btree_map(name(), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Data with values in the places where requests have them.
pub(super) fn data() -> impl Strategy<Value = Value> {
    let query = prop::option::of(prop::collection::btree_map(name(), value(), 0..3));
    (
        query,
        prop::option::weighted(0.8, value()),
        prop::bool::weighted(0.02),
    )
        .prop_map(|(query, body, is_odd)| {
            let mut data = Map::new();
            if let Some(query) = query {
                data.insert(
                    "query".to_owned(),
                    Value::Object(query.into_iter().collect()),
                );
            }
            data.extend(body.map(|body| ("body".to_owned(), body)));
            if is_odd {
                data.insert("bodi".to_owned(), json!(1));
            }
            Value::Object(data)
        })
}

fn keyword<S: Strategy<Value = Value>>(
    name: &'static str,
    value: S,
) -> impl Strategy<Value = Option<(String, Value)>> {
    prop::option::weighted(0.3, value)
        .prop_map(move |value| value.map(|value| (name.to_owned(), value)))
}

fn small() -> impl Strategy<Value = Value> {
    (0_u64..4).prop_map(|count| json!(count))
}

fn text() -> impl Strategy<Value = Value> {
    (
        keyword("minLength", small()),
        keyword("maxLength", small()),
        keyword(
            "pattern",
            prop::sample::select(vec![
                json!("^a+$"),
                json!("b"),
                json!("^[a-z]{2,4}$"),
                json!("(?=a)b"),
            ]),
        ),
        keyword(
            "format",
            prop::sample::select(FORMATS.as_slice()).prop_map(|format| json!(format)),
        ),
        keyword("writeOnly", Just(json!(true))),
    )
        .prop_map(|(a, b, c, d, e)| typed("string", [a, b, c, d, e]))
}

fn numeric() -> impl Strategy<Value = Value> {
    (
        prop::sample::select(vec!["integer", "number"]),
        keyword("minimum", number()),
        keyword("maximum", number()),
        keyword("exclusiveMinimum", number()),
        keyword("exclusiveMaximum", number()),
        keyword(
            "multipleOf",
            prop::sample::select(vec![json!(1), json!(2), json!(0.5), json!(0.1)]),
        ),
    )
        .prop_map(|(name, a, b, c, d, e)| typed(name, [a, b, c, d, e]))
}

fn listed() -> impl Strategy<Value = Value> {
    let values = prop::collection::vec(value(), 1..4).boxed();
    let types = prop::sample::select(vec![
        json!("string"),
        json!(["string", "null"]),
        json!("integer"),
        json!("object"),
    ]);
    prop_oneof![
        3 => (values.clone(), prop::option::weighted(0.3, types)).prop_map(|(values, types)| {
            let mut schema = Map::from_iter([("enum".to_owned(), Value::Array(values))]);
            schema.extend(types.map(|types| ("type".to_owned(), types)));
            Value::Object(schema)
        }),
        1 => value().prop_map(|value| json!({ "const": value })),
        1 => values.prop_map(|values| {
            let mut values = values;
            values.dedup();
            values.truncate(2);
            json!({ "anyOf": values.iter().map(|value| json!({ "const": value, "title": "t" })).collect::<Vec<_>>() })
        }),
        1 => (values_of_text(), small()).prop_map(|(values, length)| json!({ "enum": values, "type": "string", "minLength": length })),
    ]
}

fn values_of_text() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(TEXTS.as_slice()), 1..4)
}

fn typed<const N: usize>(name: &str, keywords: [Option<(String, Value)>; N]) -> Value {
    let own = ("type".to_owned(), json!(name));
    Value::Object(
        std::iter::once(own)
            .chain(keywords.into_iter().flatten())
            .collect(),
    )
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => text(),
        4 => numeric(),
        1 => Just(json!({ "type": "boolean" })),
        3 => listed(),
        1 => prop::sample::select(vec![json!({}), json!(true), json!(false), json!({ "type": "null" }), json!({ "type": ["string", "integer"] })]),
        3 => (0_usize..3).prop_map(|at| json!({ "$ref": format!("#/$defs/d{at}") })),
        1 => Just(json!({ "type": "string", "readOnly": true })),
    ]
}

fn object(inner: impl Strategy<Value = Value> + Clone) -> impl Strategy<Value = Value> {
    (
        prop::collection::btree_map(name(), inner, 0..4),
        prop::collection::btree_set(name(), 0..3),
        keyword(
            "additionalProperties",
            prop::sample::select(vec![json!(false), json!(true), json!({})]),
        ),
        keyword("minProperties", small()),
        keyword("maxProperties", small()),
    )
        .prop_map(|(properties, required, a, b, c)| {
            let properties: Map<String, Value> = properties.into_iter().collect();
            typed(
                "object",
                [
                    Some(("properties".to_owned(), json!(properties))),
                    Some(("required".to_owned(), json!(required))),
                    a,
                    b,
                    c,
                ],
            )
        })
}

fn array(inner: impl Strategy<Value = Value> + Clone) -> impl Strategy<Value = Value> {
    let items = prop_oneof![8 => inner, 1 => Just(json!(true)), 1 => Just(json!(false))];
    (
        keyword("items", items),
        keyword("minItems", small()),
        keyword("maxItems", small()),
        keyword("uniqueItems", Just(json!(true))),
    )
        .prop_map(|(a, b, c, d)| typed("array", [a, b, c, d]))
}

fn subschema() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            4 => object(inner.clone()),
            3 => array(inner.clone()),
            1 => (inner.clone(), any::<bool>()).prop_map(|(one, any)| union_with_null(one, any)),
            1 => inner.clone().prop_map(or_null),
            1 => (inner.clone(), inner.clone()).prop_map(|(one, two)| json!({ "allOf": [one, two] })),
            1 => (object(inner.clone()), object(inner.clone())).prop_map(|(one, two)| json!({ "allOf": [one, two] })),
            1 => (0_usize..3, inner.clone()).prop_map(|(at, beside)| with_reference(beside, at)),
            1 => (inner.clone(), inner.clone()).prop_map(|(one, two)| json!({ "oneOf": [one, two] })),
            1 => inner.prop_map(|one| json!({ "type": "string", "not": one })),
        ]
    })
}

fn union_with_null(schema: Value, any: bool) -> Value {
    let branches = json!([schema, { "type": "null" }]);
    if any {
        json!({ "anyOf": branches, "description": "d" })
    } else {
        json!({ "oneOf": branches })
    }
}

fn or_null(mut schema: Value) -> Value {
    if let Some(name) = schema
        .get("type")
        .filter(|name| name.is_string() && *name != "null")
        .cloned()
    {
        schema["type"] = json!([name, "null"]);
    }
    schema
}

fn with_reference(mut schema: Value, at: usize) -> Value {
    if let Value::Object(schema) = &mut schema {
        schema.insert("$ref".to_owned(), json!(format!("#/$defs/d{at}")));
    }
    schema
}

/// A request schema with a query, a body, and definitions that may refer to each other.
pub(super) fn request() -> impl Strategy<Value = Value> {
    let query = prop::collection::btree_map(name(), subschema(), 0..3);
    (
        query,
        subschema(),
        any::<bool>(),
        prop::collection::vec(subschema(), 3),
    )
        .prop_map(|(query, body, required, defs)| {
            let query: Map<String, Value> = query.into_iter().collect();
            let defs: Map<String, Value> = defs
                .into_iter()
                .enumerate()
                .map(|(at, schema)| (format!("d{at}"), schema))
                .collect();
            json!({
                "type": "object",
                "properties": { "query": { "type": "object", "properties": query }, "body": body },
                "required": if required { vec!["body"] } else { vec![] },
                "$defs": defs,
            })
        })
}
