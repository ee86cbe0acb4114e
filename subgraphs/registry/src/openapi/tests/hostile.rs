//! Malformed, huge and malicious texts: each is answered with what is wrong and where.

use serde_json::{Map, Value, json};

use super::super::{Limits, OpenApiError, read, read_within};
use super::{assert_sound, describe, document};

#[track_caller]
fn refusal(text: &str) -> String {
    read(text.as_bytes())
        .expect_err("the text is refused")
        .to_string()
}

const HEAD: &str = r#""openapi":"3.1.0","info":{"title":"T","version":"1"}"#;

#[test]
fn a_refusal_names_what_and_where() {
    let table = [
        ("", "the document is empty"),
        (" \n\t", "the document is empty"),
        (
            "{\n  \"openapi\": ,\n}",
            "malformed json at line 2, column 14: expected value",
        ),
        (
            "{\"openapi\": \"3.1.0\"",
            "malformed json at line 1, column 19: EOF while parsing an object",
        ),
        (
            "{} {}",
            "malformed json at line 1, column 4: trailing characters",
        ),
        (
            "{\"a\": 1, \"a\": 2}",
            "malformed json at line 1, column 16: the key `a` occurs twice in one object",
        ),
        (
            "[]",
            "not an openapi description: the document must be an object",
        ),
        (
            "just text",
            "not an openapi description: the document must be an object",
        ),
        (
            "{}",
            "not an openapi description: /openapi must be present, with a version such as 3.1.0",
        ),
        (
            "swagger: '2.0'",
            "openapi version 2.0 at /swagger is not supported; versions 3.0 and 3.1 are, so convert the document first",
        ),
        (
            "openapi: 3.2.0",
            "openapi version 3.2.0 at /openapi is not supported; versions 3.0 and 3.1 are, so convert the document first",
        ),
        (
            "openapi: 3.1.0",
            "not an openapi description: /info must be an object with a title and a version",
        ),
        (
            "openapi: 3.1.0\ninfo: {version: '1'}",
            "not an openapi description: /info/title must be a text",
        ),
        (
            "openapi: 3.1.0\ninfo: {title: T}",
            "not an openapi description: /info/version must be a text",
        ),
        (
            "openapi: 3.0.0\ninfo: {title: T, version: '1'}",
            "not an openapi description: /paths must be an object of paths",
        ),
        (
            "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: []",
            "not an openapi description: /paths must be an object of paths",
        ),
    ];
    for (text, message) in table {
        assert_eq!(refusal(text), message);
    }
}

#[test]
fn malformed_yaml_is_located() {
    for text in [
        "openapi: 3.1.0\ninfo:\n  title: [\n",
        "a: 1\na: 2\n",
        "openapi: 3.1.0\n\tinfo: x",
        "a: *nowhere",
        "--- 1\n--- 2",
    ] {
        let err = read(text.as_bytes()).expect_err("the text is refused");
        assert!(
            matches!(&err, OpenApiError::Syntax { position, .. } if position.line >= 1),
            "{text}: {err}"
        );
    }
}

#[test]
fn text_must_be_utf_8() {
    let err = read(b"openapi: 3.1.0\ninfo: \xff\xfe").expect_err("the text is refused");
    assert_eq!(
        err.to_string(),
        "the document is not utf-8 text from byte 21 (line 2) on"
    );
}

#[test]
fn a_hundred_megabytes_are_refused_by_their_size() {
    let text = vec![b' '; 100 * 1024 * 1024];
    let err = read(&text).expect_err("the text is refused");
    assert_eq!(
        err.to_string(),
        "the document has 104857600 bytes; at most 33554432 are read"
    );
}

#[test]
fn deep_nesting_is_refused_in_both_notations() {
    let deep = format!(
        "{{{HEAD},\"x-deep\":{}{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert!(
        refusal(&deep).starts_with("the document nests deeper than 100 levels at line 1, column"),
        "{}",
        refusal(&deep)
    );
    let flow = format!(
        "openapi: 3.1.0\nx-deep: {}{}",
        "[".repeat(120),
        "]".repeat(120)
    );
    assert!(
        refusal(&flow).starts_with("the document nests deeper than 100 levels at line 2, column"),
        "{}",
        refusal(&flow)
    );
    let mut block = "openapi: 3.1.0\n".to_owned();
    for depth in 0..150 {
        block.push_str(&format!("{}a:\n", " ".repeat(depth)));
    }
    assert!(
        refusal(&block).starts_with("the document nests deeper than 100 levels"),
        "{}",
        refusal(&block)
    );
    assert!(read(format!("x: {}", "[".repeat(1_000_000)).as_bytes()).is_err());
}

#[test]
fn too_many_values_are_refused() {
    let many = format!("{{{HEAD},\"x-many\":[{}0]}}", "0,".repeat(2_000_000));
    assert!(
        refusal(&many).starts_with("the document holds more than 2000000 values at line 1"),
        "{}",
        refusal(&many)
    );
}

#[test]
fn alias_bombs_are_refused() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = level - 1;
        let aliases = vec![format!("*a{before}"); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    let message = refusal(&bomb);
    assert!(
        message.starts_with("the document's yaml anchors and aliases expand too far at line"),
        "{message}"
    );
}

#[test]
fn honest_aliases_are_expanded() {
    let text = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /a:\n    get: &op {summary: Look}\n    delete: *op\n";
    let description = read(text.as_bytes()).expect("aliases are allowed");
    assert_eq!(description.operations.len(), 2);
    assert_eq!(description.operations[1].title, "Look");
}

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
