//! What grows without the text growing: each limit refuses the document or leaves a part open.

use serde_json::{Map, Value, json};

use super::super::{Limits, read_within};
use super::{assert_sound, describe, document, refusal};

#[test]
fn operations_are_counted_across_shared_path_items() {
    let item = json!({ "get": {}, "put": {}, "post": {}, "delete": {} });
    let paths: Map<_, _> = (0..2_000)
        .map(|n| {
            (
                format!("/p{n}"),
                json!({ "$ref": "#/components/pathItems/Same" }),
            )
        })
        .collect();
    let text = document(
        "3.1.0",
        Value::Object(paths),
        json!({ "pathItems": { "Same": item } }),
    )
    .to_string();
    assert_eq!(
        refusal(&text),
        "the description has more than 5000 operations, reached at /components/pathItems/Same/get"
    );
}

#[test]
fn a_long_path_is_refused() {
    let text = document(
        "3.1.0",
        json!({ format!("/{}", "a".repeat(500)): { "get": {} } }),
        json!({}),
    )
    .to_string();
    assert!(
        refusal(&text).ends_with("has more than 500 characters"),
        "{}",
        refusal(&text)
    );
}

#[test]
fn a_schema_shared_by_many_operations_is_counted_each_time() {
    let big: Map<_, _> = (0..5_000)
        .map(|n| {
            (
                format!("property_{n}"),
                json!({ "type": "string", "maxLength": n }),
            )
        })
        .collect();
    let body = json!({ "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Big" } } } });
    let paths: Map<_, _> = (0..1_000)
        .map(|n| (format!("/p{n}"), json!({ "post": { "requestBody": body } })))
        .collect();
    let schemas = json!({ "schemas": { "Big": { "type": "object", "properties": big } } });
    let message = refusal(&document("3.1.0", Value::Object(paths), schemas).to_string());
    assert!(
        message
            .starts_with("the request schemas of the description exceed 67108864 bytes together"),
        "{message}"
    );
}

#[test]
fn one_schema_that_is_too_large_is_left_open_and_named() {
    let big: Map<_, _> = (0..100)
        .map(|n| (format!("p{n}"), json!({ "type": "string" })))
        .collect();
    let schemas = json!({ "Big": { "properties": big }, "Small": { "type": "object" } });
    let of = |name: &str| json!({ "requestBody": { "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{name}") } } } } });
    let text = document(
        "3.1.0",
        json!({ "/a": { "post": of("Big"), "put": of("Small") } }),
        json!({ "schemas": schemas }),
    )
    .to_string();
    let limits = Limits {
        request_schema_bytes_max: 1_000,
        ..Limits::default()
    };
    let description = read_within(text.as_bytes(), &limits).expect("one large schema is no reason");
    let [post, put] = description.operations.as_slice() else {
        panic!("two operations")
    };
    assert_eq!(
        post.request_schema["properties"]["body"],
        json!({ "x-portico-media-type": "application/json" })
    );
    assert_eq!(post.request_schema.get("$defs"), None);
    assert_eq!(
        post.warnings[0].to_string(),
        "/paths/~1a/post/requestBody/content/application~1json/schema: the request schema would hold more than 1000 bytes; anything is accepted here"
    );
    assert_eq!(put.warnings, []);
    assert_eq!(
        put.request_schema["$defs"],
        json!({ "Small": { "type": "object" } })
    );
}

#[test]
fn long_chains_of_references_are_cut() {
    let mut schemas: Map<_, _> = (0..500)
        .map(|n| {
            (
                format!("S{n}"),
                json!({ "allOf": [{ "$ref": format!("#/components/schemas/S{}", n + 1) }] }),
            )
        })
        .collect();
    schemas.insert("S500".to_owned(), json!({ "type": "object" }));
    let body = json!({ "content": { "application/json": { "schema": { "$ref": "#/components/schemas/S0" } } } });
    let text = document(
        "3.1.0",
        json!({ "/a": { "post": { "requestBody": body } } }),
        json!({ "schemas": schemas }),
    );
    let operation = describe(&text).operations.remove(0);
    assert_sound(&operation);
    assert!(
        operation.warnings[0]
            .message
            .contains("through too many others"),
        "{:?}",
        operation.warnings
    );
}

#[test]
fn more_definitions_than_the_limit_leave_the_part_open() {
    let schemas: Map<_, _> = (0..1_200).map(|n| (format!("S{n}"), json!({ "items": { "$ref": format!("#/components/schemas/S{}", (n + 1) % 1_200) } }))).collect();
    let body = json!({ "content": { "application/json": { "schema": { "$ref": "#/components/schemas/S0" } } } });
    let text = document(
        "3.1.0",
        json!({ "/a": { "post": { "requestBody": body } } }),
        json!({ "schemas": schemas }),
    );
    let operation = describe(&text).operations.remove(0);
    assert_sound(&operation);
    assert!(
        operation.warnings[0]
            .message
            .contains("more than 1000 definitions"),
        "{:?}",
        operation.warnings
    );
}

#[test]
fn warnings_are_counted_beyond_a_hundred() {
    let bad: Vec<_> = (0..250).map(|n| json!({ "name": n })).collect();
    let text = document(
        "3.1.0",
        json!({ "/a": { "get": { "parameters": bad } } }),
        json!({}),
    );
    let operation = describe(&text).operations.remove(0);
    assert_eq!(operation.warnings.len(), 101);
    assert_eq!(
        operation.warnings[100].message,
        "150 more warnings are not listed"
    );
}

#[test]
fn parts_that_are_shared_too_often_are_refused() {
    let read_only: Map<_, _> = (0..2_000)
        .map(|n| (format!("p{n}"), json!({ "readOnly": true })))
        .collect();
    let big = json!({ "Big": { "properties": read_only } });
    let one = json!({ "allOf": [{ "$ref": "#/components/schemas/Big" }], "required": [] });
    let many: Map<_, _> = (0..2_000).map(|n| (format!("q{n}"), one.clone())).collect();
    let body = json!({ "content": { "application/json": { "schema": { "properties": many } } } });
    let shared = document(
        "3.1.0",
        json!({ "/a": { "post": { "requestBody": body } } }),
        json!({ "schemas": big }),
    );

    let empty: Vec<_> = (0..2_000).map(|n| json!({ "name": n })).collect();
    let same = json!({ "$ref": "#/components/pathItems/Same" });
    let paths: Map<_, _> = (0..400).map(|n| (format!("/{n}"), same.clone())).collect();
    let items = json!({ "pathItems": { "Same": { "parameters": empty, "get": {} } } });
    let parameters = document("3.1.0", Value::Object(paths), items);

    // The usual limit is the same for a document forty times as large.
    let limits = Limits {
        work_max: 100_000,
        ..Limits::default()
    };
    for text in [shared, parameters] {
        let read = read_within(text.to_string().as_bytes(), &limits);
        let message = read.expect_err("the text is refused").to_string();
        let expected = "the parts of the description refer to each other too often";
        assert!(message.starts_with(expected), "{message}");
    }
}

#[test]
fn variables_of_an_address_do_not_multiply() {
    let variables: Map<_, _> = (0..40)
        .map(|n| {
            (
                format!("v{n}"),
                json!({ "default": format!("{{v{}}}{{v{}}}", n + 1, n + 1) }),
            )
        })
        .collect();
    let mut text = document("3.1.0", json!({}), json!({}));
    text["servers"] =
        json!([{ "url": "https://{v0}", "variables": variables }, { "url": "https://b" }]);
    let description = describe(&text);
    assert_eq!(description.servers.len(), 1);
    assert_eq!(description.servers[0].url, "https://b");
}

#[test]
fn long_names_are_shown_in_part() {
    let name = "ä".repeat(100_000);
    let paths = json!({ "/a": { "get": { "parameters": [{ "name": "q", "in": "query", "schema": { "properties": { name: 5 } } }] } } });
    let operation = describe(&document("3.1.0", paths, json!({})))
        .operations
        .remove(0);
    assert!(operation.warnings[0].pointer.len() < 1_010);
    assert!(operation.warnings[0].pointer.ends_with("ä…"));
}
