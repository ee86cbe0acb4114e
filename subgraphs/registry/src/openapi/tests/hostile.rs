//! Malformed, huge and malicious texts: each is answered with what is wrong and where.

use super::super::{OpenApiError, read};
use super::refusal;

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
