//! What becomes of each keyword.

use serde_json::{Value, json};

use super::body_schema;

#[track_caller]
fn check(version: &str, from: Value, to: Value) {
    let (schema, _, warnings) = body_schema(version, from, json!({}));
    assert_eq!(schema, to);
    assert_eq!(warnings, Vec::<String>::new());
}

/// Something is left out, and one warning names it.
#[track_caller]
fn check_warned(from: Value, to: Value, warning: &str) {
    let (schema, _, warnings) = body_schema("3.1.0", from, json!({}));
    assert_eq!(schema, to);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains(warning), "{warnings:?}");
}

#[test]
fn nullable_becomes_a_type() {
    check(
        "3.0.3",
        json!({ "type": "string", "nullable": true }),
        json!({ "type": ["string", "null"] }),
    );
    check(
        "3.0.3",
        json!({ "type": "string", "nullable": false }),
        json!({ "type": "string" }),
    );
    check("3.0.3", json!({ "nullable": true }), json!({}));
    check(
        "3.1.0",
        json!({ "type": ["string", "null"], "nullable": true }),
        json!({ "type": ["string", "null"] }),
    );
}

#[test]
fn a_nullable_enum_takes_null_once() {
    let to = json!({ "type": ["string", "null"], "enum": ["a", null] });
    check(
        "3.0.3",
        json!({ "type": "string", "nullable": true, "enum": ["a"] }),
        to.clone(),
    );
    check(
        "3.0.3",
        json!({ "type": "string", "nullable": true, "enum": ["a", null] }),
        to,
    );
}

#[test]
fn a_nullable_combination_gets_a_null_branch_and_keeps_its_description_in_front() {
    check(
        "3.0.3",
        json!({ "nullable": true, "description": "d", "oneOf": [{ "type": "string" }, { "type": "integer" }] }),
        json!({ "description": "d", "anyOf": [{ "oneOf": [{ "type": "string" }, { "type": "integer" }] }, { "type": "null" }] }),
    );
}

#[test]
fn nullable_beside_a_reference_is_meant() {
    let schemas = json!({ "Pet": { "type": "object" } });
    let from = json!({ "$ref": "#/components/schemas/Pet", "nullable": true });
    let (schema, definitions, warnings) = body_schema("3.0.3", from, schemas);
    assert_eq!(
        schema,
        json!({ "anyOf": [{ "$ref": "#/$defs/Pet" }, { "type": "null" }] })
    );
    assert_eq!(definitions, json!({ "Pet": { "type": "object" } }));
    assert_eq!(warnings, Vec::<String>::new());
}

#[test]
fn truth_values_beside_bounds_become_exclusive_bounds() {
    check(
        "3.0.3",
        json!({ "type": "number", "minimum": 1, "exclusiveMinimum": true, "maximum": 9, "exclusiveMaximum": false }),
        json!({ "type": "number", "exclusiveMinimum": 1, "maximum": 9 }),
    );
    check(
        "3.1.0",
        json!({ "exclusiveMinimum": 1.5, "minimum": 1 }),
        json!({ "exclusiveMinimum": 1.5, "minimum": 1 }),
    );
}

#[test]
fn examples_become_a_list() {
    check(
        "3.0.3",
        json!({ "type": "integer", "example": 7 }),
        json!({ "type": "integer", "examples": [7] }),
    );
    check(
        "3.1.0",
        json!({ "examples": [1, 2], "example": 3 }),
        json!({ "examples": [1, 2] }),
    );
    check(
        "3.1.0",
        json!({ "examples": { "one": { "value": 1 } } }),
        json!({ "examples": [1] }),
    );
}

#[test]
fn payloads_are_not_taken_for_schemas() {
    let payload = json!({ "nullable": true, "$ref": "nowhere", "x-y": 1 });
    check(
        "3.0.3",
        json!({ "type": "object", "default": payload, "enum": [payload], "example": payload }),
        json!({ "type": "object", "default": payload, "enum": [payload], "examples": [payload] }),
    );
    let named = json!({ "type": "object", "properties": { "nullable": { "type": "boolean" }, "example": { "type": "string" }, "x-y": {} } });
    check("3.0.3", named.clone(), named);
}

#[test]
fn encodings_are_named_as_json_schema_names_them() {
    check(
        "3.0.3",
        json!({ "type": "string", "format": "byte" }),
        json!({ "type": "string", "contentEncoding": "base64" }),
    );
    check(
        "3.0.3",
        json!({ "type": "file" }),
        json!({ "format": "binary", "type": "string" }),
    );
    check(
        "3.0.3",
        json!({ "type": "string", "format": "uuid" }),
        json!({ "type": "string", "format": "uuid" }),
    );
}

#[test]
fn what_says_nothing_about_a_request_is_dropped() {
    check(
        "3.0.3",
        json!({ "type": "string", "xml": { "name": "n" }, "externalDocs": { "url": "u" }, "x-order": 3 }),
        json!({ "type": "string" }),
    );
}

#[test]
fn keywords_of_2020_12_are_kept() {
    let schema = json!({
        "type": "object",
        "properties": { "kind": { "const": "card" }, "pair": { "prefixItems": [{ "type": "string" }, true], "items": false } },
        "patternProperties": { "^n_": { "type": "number" } },
        "propertyNames": { "maxLength": 9 },
        "dependentRequired": { "kind": ["pair"] },
        "dependentSchemas": { "kind": { "minProperties": 2 } },
        "if": { "required": ["kind"] }, "then": { "maxProperties": 4 }, "else": { "not": { "minProperties": 3 } },
        "unevaluatedProperties": false
    });
    check("3.1.0", schema.clone(), schema);
}

#[test]
fn a_list_of_items_is_a_tuple() {
    check(
        "3.1.0",
        json!({ "items": [{ "type": "string" }] }),
        json!({ "prefixItems": [{ "type": "string" }] }),
    );
}

#[test]
fn types_are_made_unique() {
    check(
        "3.1.0",
        json!({ "type": ["string"] }),
        json!({ "type": "string" }),
    );
    check(
        "3.1.0",
        json!({ "type": ["string", "null", "string"] }),
        json!({ "type": ["string", "null"] }),
    );
}

#[test]
fn read_only_properties_are_not_asked_for() {
    check(
        "3.0.3",
        json!({ "type": "object", "required": ["id", "name"], "properties": {
            "id": { "type": "string", "readOnly": true }, "name": { "type": "string" }, "secret": { "type": "string", "writeOnly": true } } }),
        json!({ "type": "object", "required": ["name"], "properties": {
            "id": { "type": "string", "readOnly": true },
            "name": { "type": "string" }, "secret": { "type": "string", "writeOnly": true } } }),
    );
}

#[test]
fn read_only_is_seen_through_references_and_all_of() {
    let schemas = json!({
        "Stamp": { "type": "string", "readOnly": true },
        "Base": { "type": "object", "properties": { "id": { "$ref": "#/components/schemas/Stamp" }, "name": {} } }
    });
    let from = json!({ "allOf": [{ "$ref": "#/components/schemas/Base" }, { "required": ["id", "name"] }], "required": ["id"] });
    let (schema, definitions, _) = body_schema("3.0.3", from, schemas);
    assert_eq!(
        schema,
        json!({ "allOf": [{ "$ref": "#/$defs/Base" }, { "required": ["name"] }], "required": [] })
    );
    assert_eq!(
        definitions,
        json!({ "Base": { "type": "object", "properties": { "id": { "type": "string", "readOnly": true }, "name": {} } } })
    );
}

#[test]
fn values_that_are_not_allowed_are_left_out_and_named() {
    let table = [
        ("minLength", json!("5")),
        ("minLength", json!(-1)),
        ("minItems", json!(1.5)),
        ("multipleOf", json!(0)),
        ("pattern", json!(5)),
        ("enum", json!([])),
        ("enum", json!("a")),
        ("required", json!(true)),
        ("required", json!([1])),
        ("type", json!("any")),
        ("type", json!([])),
        ("properties", json!([])),
        ("allOf", json!([])),
        ("anyOf", json!({})),
        ("minimum", json!("1")),
        ("exclusiveMinimum", json!(true)),
        ("uniqueItems", json!("yes")),
        ("title", json!({})),
        ("dependentRequired", json!({ "a": "b" })),
        ("discriminator", json!({})),
    ];
    for (keyword, value) in table {
        check_warned(
            json!({ "deprecated": true, keyword: value }),
            json!({ "deprecated": true }),
            &format!("`{keyword}`"),
        );
    }
}

#[test]
fn unknown_keywords_are_left_out_and_named() {
    check_warned(json!({ "minimun": 1 }), json!({}), "`minimun`");
    check_warned(json!({ "$dynamicRef": "#x" }), json!({}), "`$dynamicRef`");
    check_warned(json!("string"), json!({}), "must be an object or a boolean");
}

#[test]
fn scalars_that_yaml_read_as_numbers_are_text_again() {
    check(
        "3.1.0",
        json!({ "title": 404, "maxLength": 5.0 }),
        json!({ "title": "404", "maxLength": 5 }),
    );
}

#[test]
fn recursion_stays_a_reference() {
    let node = json!({ "type": "object", "properties": { "children": { "type": "array", "items": { "$ref": "#/components/schemas/Node" } } } });
    let (schema, definitions, warnings) = body_schema(
        "3.0.3",
        json!({ "$ref": "#/components/schemas/Node" }),
        json!({ "Node": node, "Other": {} }),
    );
    assert_eq!(schema, json!({ "$ref": "#/$defs/Node" }));
    assert_eq!(
        definitions["Node"]["properties"]["children"]["items"],
        json!({ "$ref": "#/$defs/Node" })
    );
    assert_eq!(definitions.as_object().map(serde_json::Map::len), Some(1));
    assert_eq!(warnings, Vec::<String>::new());
}

#[test]
fn a_schema_that_is_only_itself_is_cut() {
    let schemas = json!({
        "A": { "allOf": [{ "$ref": "#/components/schemas/B" }], "maxProperties": 3 },
        "B": { "$ref": "#/components/schemas/A" },
        "Self": { "$ref": "#/components/schemas/Self" }
    });
    let from = json!({ "properties": { "a": { "$ref": "#/components/schemas/A" }, "s": { "$ref": "#/components/schemas/Self" } } });
    let (_, definitions, warnings) = body_schema("3.0.3", from, schemas);
    assert_eq!(
        definitions,
        json!({ "A": { "allOf": [{ "$ref": "#/$defs/B" }], "maxProperties": 3 }, "B": {}, "Self": {} })
    );
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(
        warnings
            .iter()
            .all(|warning| warning.contains("leads back")),
        "{warnings:?}"
    );
}

#[test]
fn references_that_lead_nowhere_leave_their_place_open() {
    let table = [
        ("http://example.com/pet.json", "never fetched"),
        ("file:///etc/passwd", "never fetched"),
        ("pet.yaml#/Pet", "never fetched"),
        ("#/components/schemas/Missing", "leads to nothing"),
        ("#Pet", "not a json pointer"),
        ("#/components/%zz", "not a json pointer"),
    ];
    for (reference, why) in table {
        check_warned(json!({ "$ref": reference }), json!({}), why);
    }
    check_warned(json!({ "$ref": 5 }), json!({}), "must be a string");
}

#[test]
fn any_place_in_the_document_can_be_referred_to() {
    let schemas = json!({ "odd name/~": { "properties": { "x": { "type": "string" } } } });
    let from = json!({ "items": { "$ref": "#/components/schemas/odd%20name~1~0/properties/x" } });
    let (schema, definitions, _) = body_schema("3.1.0", from, schemas);
    assert_eq!(
        schema,
        json!({ "items": { "$ref": "#/$defs/odd_name_1_0.properties.x" } })
    );
    assert_eq!(
        definitions,
        json!({ "odd_name_1_0.properties.x": { "type": "string" } })
    );
}

#[test]
fn names_that_become_alike_are_told_apart() {
    let schemas = json!({ "a b": { "const": 1 }, "a_b": { "const": 2 }, "a_b_2": { "const": 3 } });
    let from = json!({ "prefixItems": [
        { "$ref": "#/components/schemas/a b" }, { "$ref": "#/components/schemas/a_b_2" }, { "$ref": "#/components/schemas/a_b" } ] });
    let (schema, definitions, _) = body_schema("3.1.0", from, schemas);
    let consts: Vec<_> = schema["prefixItems"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|item| {
            definitions[item["$ref"]
                .as_str()
                .expect("a link")
                .trim_start_matches("#/$defs/")]["const"]
                .clone()
        })
        .collect();
    assert_eq!(consts, [json!(1), json!(3), json!(2)]);
}

#[test]
fn beside_a_reference_3_1_judges_and_3_0_only_describes() {
    let schemas = json!({ "Name": { "type": "string" } });
    let from = json!({ "$ref": "#/components/schemas/Name", "description": "d", "maxLength": 3 });
    let (schema, _, warnings) = body_schema("3.1.0", from.clone(), schemas.clone());
    assert_eq!(
        schema,
        json!({ "$ref": "#/$defs/Name", "description": "d", "maxLength": 3 })
    );
    assert_eq!(warnings, Vec::<String>::new());
    let (schema, _, warnings) = body_schema("3.0.3", from, schemas);
    assert_eq!(
        schema,
        json!({ "$ref": "#/$defs/Name", "description": "d" })
    );
    assert!(
        warnings[0].contains("`maxLength` beside $ref"),
        "{warnings:?}"
    );
}

#[test]
fn a_discriminator_maps_into_the_definitions() {
    let schemas = json!({ "Cat": { "type": "object" }, "Dog": { "type": "object" } });
    let from = json!({
        "oneOf": [{ "$ref": "#/components/schemas/Cat" }, { "$ref": "#/components/schemas/Dog" }],
        "discriminator": { "propertyName": "kind", "mapping": { "c": "Cat", "d": "#/components/schemas/Dog", "e": "elsewhere.json" } }
    });
    let (schema, _, warnings) = body_schema("3.0.3", from, schemas);
    let to =
        json!({ "propertyName": "kind", "mapping": { "c": "#/$defs/Cat", "d": "#/$defs/Dog" } });
    assert_eq!(schema["discriminator"], to);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
}
