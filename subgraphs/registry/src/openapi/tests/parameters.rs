//! How parameters are gathered, grouped and annotated.

use serde_json::{Value, json};

use super::{describe, document, operation};

fn group(parameters: Value, location: &str) -> (Value, Vec<String>) {
    let item = json!({ "get": { "parameters": parameters } });
    let operation = operation("3.0.3", item, json!({}));
    let warnings = operation.warnings.iter().map(ToString::to_string).collect();
    (
        operation.request_schema["properties"][location].clone(),
        warnings,
    )
}

#[test]
fn parameters_are_grouped_by_place_and_path_parameters_are_always_required() {
    let item = json!({ "get": { "parameters": [
        { "name": "id", "in": "path", "schema": { "type": "integer" } },
        { "name": "q", "in": "query", "required": true, "schema": { "type": "string" } },
        { "name": "page", "in": "query", "schema": { "type": "integer" } },
        { "name": "X-Trace", "in": "header", "schema": { "type": "string" } },
        { "name": "theme", "in": "cookie", "schema": { "type": "string" } }
    ] } });
    assert_eq!(
        operation("3.1.0", item, json!({})).request_schema,
        json!({
            "type": "object",
            "properties": {
                "path": { "type": "object", "properties": { "id": { "type": "integer" } }, "required": ["id"], "additionalProperties": false },
                "query": { "type": "object", "properties": { "q": { "type": "string" }, "page": { "type": "integer" } }, "required": ["q"], "additionalProperties": false },
                "header": { "type": "object", "properties": { "X-Trace": { "type": "string" } }, "additionalProperties": false },
                "cookie": { "type": "object", "properties": { "theme": { "type": "string" } }, "additionalProperties": false }
            },
            "required": ["path", "query"],
            "additionalProperties": false
        })
    );
}

#[test]
fn an_operation_overrides_its_path() {
    let item = json!({
        "parameters": [
            { "name": "id", "in": "path", "schema": { "type": "string" } },
            { "name": "X-Trace", "in": "header", "schema": { "type": "string" } },
            { "name": "id", "in": "query", "schema": { "const": "kept" } }
        ],
        "get": { "parameters": [
            { "name": "id", "in": "path", "schema": { "type": "integer" } },
            { "name": "x-trace", "in": "header", "schema": { "type": "integer" } }
        ] }
    });
    let schema = operation("3.1.0", item, json!({})).request_schema;
    assert_eq!(
        schema["properties"]["path"]["properties"],
        json!({ "id": { "type": "integer" } })
    );
    assert_eq!(
        schema["properties"]["header"]["properties"],
        json!({ "x-trace": { "type": "integer" } })
    );
    assert_eq!(
        schema["properties"]["query"]["properties"],
        json!({ "id": { "const": "kept" } })
    );
}

#[test]
fn references_to_parameters_are_followed() {
    let components = json!({ "parameters": {
        "Id": { "$ref": "#/components/parameters/RealId" },
        "RealId": { "name": "id", "in": "path", "required": true, "schema": { "$ref": "#/components/schemas/Id" } }
    }, "schemas": { "Id": { "type": "integer" } } });
    let item = json!({ "get": { "parameters": [{ "$ref": "#/components/parameters/Id" }] } });
    let operation = operation("3.0.3", item, components);
    assert_eq!(
        operation.request_schema["properties"]["path"]["properties"]["id"],
        json!({ "$ref": "#/$defs/Id" })
    );
    assert_eq!(
        operation.request_schema["$defs"],
        json!({ "Id": { "type": "integer" } })
    );
}

#[test]
fn a_bad_parameter_is_named_and_the_operation_stays() {
    let table = [
        (
            json!({ "$ref": "http://example.com/p.json" }),
            "never fetched",
        ),
        (
            json!({ "$ref": "#/components/parameters/Loop" }),
            "in a circle",
        ),
        (
            json!({ "$ref": "#/components/parameters/Nothing" }),
            "leads to nothing",
        ),
        (json!({ "in": "query" }), "needs a name"),
        (json!({ "name": "a" }), "needs `in`"),
        (json!({ "name": "a", "in": "body" }), "not `body`"),
        (json!("text"), "needs a name"),
        (
            json!({ "name": "a", "in": "query" }),
            "neither `schema` nor `content`",
        ),
        (
            json!({ "name": "other", "in": "path", "schema": {} }),
            "has no `{other}`",
        ),
        (
            json!({ "name": "a", "in": "query", "style": "matrix", "schema": {} }),
            "`form` is used",
        ),
    ];
    for (parameter, why) in table {
        let item = json!({ "get": { "parameters": [super::id_parameter(), parameter] } });
        let looped =
            json!({ "parameters": { "Loop": { "$ref": "#/components/parameters/Loop" } } });
        let operation = operation("3.0.3", item, looped);
        assert_eq!(operation.warnings.len(), 1, "{:?}", operation.warnings);
        assert!(
            operation.warnings[0].message.contains(why),
            "{:?}",
            operation.warnings
        );
        assert!(
            operation.warnings[0]
                .pointer
                .starts_with("/paths/~1things~1{id}/get"),
            "{:?}",
            operation.warnings
        );
    }
}

#[test]
fn headers_that_are_set_by_other_means_are_not_asked_for() {
    let parameters = json!([super::id_parameter(), { "name": "Accept", "in": "header", "schema": {} }, { "name": "authorization", "in": "header", "schema": {} }]);
    assert_eq!(group(parameters, "header"), (Value::Null, vec![]));
}

#[test]
fn an_undescribed_path_variable_is_any_text() {
    let (path, warnings) = group(json!([]), "path");
    assert_eq!(path["properties"], json!({ "id": { "type": "string" } }));
    assert_eq!(path["required"], json!(["id"]));
    assert_eq!(
        warnings,
        ["/paths/~1things~1{id}/get: no parameter describes `{id}`; any text is accepted"]
    );
}

#[test]
fn how_a_value_is_written_is_noted_where_it_is_not_the_rule() {
    let parameters = json!([
        super::id_parameter(),
        { "name": "rule", "in": "query", "style": "form", "explode": true, "schema": { "type": "array" } },
        { "name": "csv", "in": "query", "explode": false, "allowReserved": true, "schema": { "type": "array" } },
        { "name": "deep", "in": "query", "style": "deepObject", "explode": true, "schema": { "type": "object" } },
        { "name": "json", "in": "query", "content": { "application/json": { "schema": { "type": "object" } } } }
    ]);
    let (query, warnings) = group(parameters, "query");
    assert_eq!(
        query["properties"],
        json!({
            "rule": { "type": "array" },
            "csv": { "type": "array", "x-portico-explode": false, "x-portico-allow-reserved": true },
            "deep": { "type": "object", "x-portico-style": "deepObject", "x-portico-explode": true },
            "json": { "type": "object", "x-portico-media-type": "application/json" }
        })
    );
    assert_eq!(warnings, Vec::<String>::new());
}

#[test]
fn what_a_parameter_says_goes_before_what_its_schema_says() {
    let parameters = json!([super::id_parameter(), { "name": "a", "in": "query", "description": "here", "deprecated": true, "example": 1,
        "schema": { "description": "everywhere", "example": 2 } }, { "name": "b", "in": "query", "schema": true }]);
    let (query, _) = group(parameters, "query");
    assert_eq!(
        query["properties"],
        json!({ "a": { "description": "here", "examples": [1], "deprecated": true }, "b": {} })
    );
}

#[test]
fn an_operation_without_input_has_an_empty_request() {
    let description = describe(&document("3.1.0", json!({ "/": { "get": {} } }), json!({})));
    assert_eq!(
        description.operations[0].request_schema,
        json!({ "type": "object", "properties": {}, "additionalProperties": false })
    );
}
