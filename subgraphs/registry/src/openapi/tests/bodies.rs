//! Which media type a body is sent as, and what is noted about it.

use serde_json::{Value, json};

use super::{id_parameter, operation};

fn body(request_body: Value) -> (Value, Vec<String>) {
    let item = json!({ "post": { "parameters": [id_parameter()], "requestBody": request_body } });
    let bodies = json!({ "requestBodies": { "Thing": { "required": true, "content": { "application/json": { "schema": {} } } } } });
    let operation = operation("3.0.3", item, bodies);
    let warnings = operation.warnings.iter().map(ToString::to_string).collect();
    (
        operation.request_schema["properties"]["body"].clone(),
        warnings,
    )
}

#[test]
fn json_is_preferred_then_forms_then_the_first() {
    let table = [
        (
            vec![
                "text/plain",
                "multipart/form-data",
                "application/x-www-form-urlencoded",
                "application/json; charset=utf-8",
            ],
            3,
        ),
        (
            vec![
                "text/plain",
                "application/merge-patch+json",
                "multipart/form-data",
            ],
            1,
        ),
        (
            vec![
                "text/plain",
                "multipart/form-data",
                "application/x-www-form-urlencoded",
            ],
            2,
        ),
        (vec!["text/plain", "multipart/form-data"], 1),
        (vec!["text/plain", "text/x-markdown"], 0),
    ];
    for (media, chosen) in table {
        let content: serde_json::Map<_, _> = media
            .iter()
            .map(|media| ((*media).to_owned(), json!({ "schema": {} })))
            .collect();
        let (body, warnings) = body(json!({ "content": content }));
        assert_eq!(body["x-portico-media-type"], media[chosen]);
        assert_eq!(warnings.len(), 1);
        for other in media.iter().filter(|other| **other != media[chosen]) {
            assert!(warnings[0].contains(other), "{warnings:?}");
        }
    }
}

#[test]
fn a_media_type_without_a_schema_says_what_it_can() {
    let table = [
        ("application/json", json!({})),
        ("*/*", json!({})),
        ("text/csv", json!({ "type": "string" })),
        (
            "application/octet-stream",
            json!({ "type": "string", "format": "binary" }),
        ),
        ("multipart/form-data", json!({ "type": "object" })),
    ];
    for (media, mut expected) in table {
        let (body, _) = body(json!({ "content": { media: {} } }));
        expected["x-portico-media-type"] = json!(if media == "*/*" {
            "application/json"
        } else {
            media
        });
        assert_eq!(body, expected);
    }
}

#[test]
fn references_to_bodies_are_followed_and_a_required_body_is_required() {
    let item = json!({ "post": { "parameters": [id_parameter()], "requestBody": { "$ref": "#/components/requestBodies/Thing" } } });
    let bodies = json!({ "requestBodies": { "Thing": { "required": true, "description": "d", "content": { "application/json": { "schema": true } } } } });
    let schema = operation("3.0.3", item, bodies).request_schema;
    assert_eq!(
        schema["properties"]["body"],
        json!({ "description": "d", "x-portico-media-type": "application/json" })
    );
    assert_eq!(schema["required"], json!(["path", "body"]));
}

#[test]
fn an_unknown_body_is_any_body() {
    let (body, warnings) = body(json!({ "$ref": "body.yaml" }));
    assert_eq!(body, json!({ "x-portico-media-type": "application/json" }));
    assert!(
        warnings[0].contains("`body.yaml` leads out of the document"),
        "{warnings:?}"
    );
}

#[test]
fn a_body_without_content_or_in_a_get_is_left_out() {
    let (schema, warnings) = body(json!({ "content": {} }));
    assert_eq!((schema, warnings.len()), (Value::Null, 1));
    let item = json!({ "get": { "parameters": [id_parameter()], "requestBody": { "content": { "application/json": {} } } } });
    let operation = operation("3.0.3", item, json!({}));
    assert_eq!(operation.request_schema["properties"]["body"], Value::Null);
    assert!(
        operation.warnings[0]
            .message
            .contains("a GET request has no body"),
        "{:?}",
        operation.warnings
    );
}

#[test]
fn encodings_of_form_parts_are_noted() {
    let (body, _) = body(json!({ "content": { "multipart/form-data": {
        "schema": { "type": "object", "properties": { "file": { "type": "string", "format": "binary" } } },
        "encoding": { "file": { "contentType": "image/png", "headers": {} }, "other": { "headers": {} } } } } }));
    assert_eq!(
        body["x-portico-encoding"],
        json!({ "file": { "contentType": "image/png" } })
    );
}
