use serde_json::{Value, json};

use crate::{
    field::{self, Field, FieldKind, Fields},
    schema::RequestSchema,
    validate::Checker,
};

fn fields(schema: Value) -> Fields {
    field::build(&RequestSchema::parse(&schema).expect("usable"))
}

fn body(schema: Value) -> Field {
    let fields = fields(json!({ "properties": { "body": schema } }));
    fields
        .fields
        .into_iter()
        .next()
        .expect("a field for the body")
}

fn kind(schema: Value) -> String {
    let text = format!("{:?}", body(schema).kind);
    text.split(['(', ' ']).next().unwrap_or_default().to_owned()
}

#[test]
fn every_type_has_its_field() {
    for (schema, expected) in [
        (json!({ "type": "string" }), "Text"),
        (json!({ "type": "string", "format": "email" }), "Email"),
        (json!({ "type": "string", "format": "uri" }), "Url"),
        (json!({ "type": "string", "format": "uuid" }), "Text"),
        (json!({ "type": "string", "format": "made-up" }), "Text"),
        (json!({ "type": "string", "format": "date" }), "Date"),
        (
            json!({ "type": "string", "format": "date-time" }),
            "DateTime",
        ),
        (json!({ "type": "string", "format": "time" }), "Time"),
        (
            json!({ "type": "string", "format": "duration" }),
            "Duration",
        ),
        (json!({ "type": "string", "format": "password" }), "Secret"),
        (json!({ "type": "string", "writeOnly": true }), "Secret"),
        (json!({ "type": "string", "format": "binary" }), "Json"),
        (
            json!({ "type": "string", "contentEncoding": "base64" }),
            "Json",
        ),
        (json!({ "enum": ["a", 1, null, {}] }), "Select"),
        (
            json!({ "oneOf": [{ "const": 1, "title": "One" }, { "const": 2 }] }),
            "Select",
        ),
        (json!({ "const": { "a": 1 } }), "Constant"),
        (json!({ "type": "integer" }), "Number"),
        (json!({ "type": ["integer", "number"] }), "Number"),
        (json!({ "type": "boolean" }), "Checkbox"),
        (
            json!({ "type": "array", "items": { "type": "string" } }),
            "List",
        ),
        (json!({ "type": "array", "items": true }), "List"),
        (json!({ "type": "array", "items": false }), "List"),
        (json!({ "type": "array" }), "List"),
        (
            json!({ "type": "array", "items": { "enum": [1, 2] }, "uniqueItems": true }),
            "MultiSelect",
        ),
        (
            json!({ "type": "array", "items": { "enum": [1, 2] } }),
            "List",
        ),
        (
            json!({ "type": "object", "properties": { "a": {} } }),
            "Group",
        ),
        (json!({ "properties": { "a": {} } }), "Group"),
        (json!({ "items": { "type": "string" } }), "List"),
        (
            json!({ "anyOf": [{ "type": "boolean" }, { "type": "null" }] }),
            "Checkbox",
        ),
        (
            json!({ "allOf": [{ "type": "string" }, { "maxLength": 3 }] }),
            "Text",
        ),
    ] {
        assert_eq!(kind(schema.clone()), expected, "{schema}");
    }
}

#[test]
fn what_has_no_field_is_json_and_names_the_keyword_and_the_place() {
    for (schema, keyword) in [
        (
            json!({ "oneOf": [{ "type": "string" }, { "type": "integer" }] }),
            "oneOf",
        ),
        (
            json!({ "anyOf": [{ "type": "string" }, { "type": "integer" }, { "type": "null" }] }),
            "anyOf",
        ),
        (
            json!({ "allOf": [{ "type": "string" }, { "type": "integer" }] }),
            "allOf/type",
        ),
        (json!({ "type": "string", "not": { "const": "x" } }), "not"),
        (
            json!({ "type": "object", "properties": { "a": {} }, "if": {}, "then": {} }),
            "if",
        ),
        (
            json!({ "type": "object", "patternProperties": { "^x": {} } }),
            "patternProperties",
        ),
        (
            json!({ "type": "object", "additionalProperties": { "type": "string" } }),
            "additionalProperties",
        ),
        (
            json!({ "type": "object", "properties": { "a": {} }, "propertyNames": { "maxLength": 3 } }),
            "propertyNames",
        ),
        (
            json!({ "type": "object", "properties": { "a": {} }, "dependentRequired": { "a": ["b"] } }),
            "dependentRequired",
        ),
        (
            json!({ "type": "array", "prefixItems": [{ "type": "string" }] }),
            "prefixItems",
        ),
        (
            json!({ "type": "array", "contains": { "const": 1 } }),
            "contains",
        ),
        (json!({ "type": ["string", "integer"] }), "type"),
        (
            json!({ "type": "string", "contentEncoding": "base64" }),
            "contentEncoding",
        ),
    ] {
        let field = body(json!({ "type": "object", "properties": { "a/b": schema } }));
        let FieldKind::Group(group) = field.kind else {
            panic!("no group for {schema}")
        };
        assert_eq!(group.fields[0].kind, FieldKind::Json, "{schema}");
        assert_eq!(
            group.fields[0].warnings,
            [format!(
                "\"{keyword}\" at /body/a~1b has no field of its own; enter the value as JSON"
            )]
        );
    }
}

#[test]
fn parameters_and_a_required_body_stand_on_top() {
    let fields = fields(json!({
        "properties": {
            "path": { "type": "object", "properties": { "owner": { "type": "string" } }, "required": ["owner"] },
            "query": { "type": "object", "properties": { "per_page": { "type": "integer", "maximum": 100, "default": 30 } } },
            "body": { "type": "object", "required": ["x.y[0]"], "properties": {
                "x.y[0]": { "type": "string", "title": "The name" },
                "list": { "type": "array", "items": { "type": "object", "properties": { "n": { "type": "string" } } } },
            } },
        },
        "required": ["body"],
    }));
    let shown: Vec<_> = fields
        .fields
        .iter()
        .map(|field| (field.pointer.as_str(), field.label.as_str(), field.required))
        .collect();
    assert_eq!(
        shown,
        [
            ("/path/owner", "Owner", true),
            ("/query/per_page", "Per page", false),
            ("/body/x.y[0]", "The name", true),
            ("/body/list", "List", false),
        ]
    );
    assert!(fields.has_body_on_top && fields.accepts_unknown_properties);
    let FieldKind::List(list) = &fields.fields[3].kind else {
        panic!("a list")
    };
    let FieldKind::Group(group) = &list.item.kind else {
        panic!("a group")
    };
    assert_eq!(group.fields[0].pointer.as_str(), "/body/list/-/n");
    assert_eq!(fields.fields[1].default_value, Some(json!(30)));
}

#[test]
fn a_body_that_may_be_left_out_stays_a_group() {
    let field = body(json!({ "type": "object", "properties": { "a": {} }, "required": ["a"] }));
    assert_eq!((field.pointer.as_str(), field.required), ("/body", false));
    assert!(matches!(field.kind, FieldKind::Group(_)));
}

#[test]
fn recursion_names_what_it_repeats() {
    let node = json!({ "type": "object", "properties": {
        "name": { "type": "string" },
        "children": { "type": "array", "items": { "$ref": "#/$defs/node" } },
        "parent": { "anyOf": [{ "$ref": "#/$defs/node" }, { "type": "null" }], "description": "up" },
    } });
    let fields = fields(json!({
        "properties": { "body": { "$ref": "#/$defs/node" } }, "required": ["body"], "$defs": { "node": node },
    }));
    let FieldKind::Group(group) = &fields.fields[0].kind else {
        panic!("a repeated body stays a group")
    };
    let FieldKind::List(list) = &group.fields[1].kind else {
        panic!("a list")
    };
    assert_eq!(list.item.kind, FieldKind::Recursive("/body".into()));
    let parent = &group.fields[2];
    assert_eq!(parent.kind, FieldKind::Recursive("/body".into()));
    assert_eq!(
        (parent.nullable, parent.description.as_deref()),
        (true, Some("up"))
    );
}

#[test]
fn shared_definitions_do_not_multiply_for_ever() {
    let defs: Value = (0..40)
        .map(|at| {
            let next = json!({ "$ref": format!("#/$defs/d{}", at + 1) });
            (format!("d{at}"), json!({ "type": "object", "properties": { "a": next, "b": next, "c": { "allOf": [next, next] } } }))
        })
        .chain([("d40".to_owned(), json!({ "type": "string" }))])
        .collect::<serde_json::Map<_, _>>()
        .into();
    let schema = RequestSchema::parse(
        &json!({ "properties": { "body": { "$ref": "#/$defs/d0" } }, "$defs": defs }),
    );
    let schema = schema.expect("usable");
    Checker::new(&schema).expect("compiles");
    let fields = field::build(&schema);
    assert!(count(&fields.fields) < 1_200);
    let warnings = fields.all_warnings();
    let is_bound = |warning: &String| {
        warning.contains("more than 1000 fields") || warning.contains("too many others")
    };
    assert!(warnings.iter().any(is_bound), "{warnings:?}");
}

fn count(fields: &[Field]) -> usize {
    let below = |field: &Field| match &field.kind {
        FieldKind::Group(group) => count(&group.fields),
        FieldKind::List(list) => count(std::slice::from_ref(&list.item)),
        _ => 0,
    };
    fields.iter().map(|field| 1 + below(field)).sum()
}

#[test]
fn words_and_samples_reach_the_field() {
    let field = body(
        json!({ "type": "string", "title": " Name ", "description": "d", "default": "x", "examples": ["one", "two"],
        "deprecated": true, "minLength": 1, "maxLength": 300, "pattern": "^a" }),
    );
    assert_eq!(
        (field.label.as_str(), field.description.as_deref()),
        ("Name", Some("d"))
    );
    assert_eq!(
        (field.default_value, field.placeholder.as_deref()),
        (Some(json!("x")), Some("one"))
    );
    assert!(field.deprecated && !field.required);
    let FieldKind::Text(rules) = field.kind else {
        panic!("text")
    };
    assert_eq!(
        (rules.min_length, rules.max_length, rules.multiline),
        (Some(1), Some(300), true)
    );
    let secret = body(
        json!({ "type": "string", "format": "password", "default": "hunter2", "examples": ["hunter3"] }),
    );
    assert_eq!(
        (secret.default_value, secret.examples.len(), secret.secret),
        (None, 0, true)
    );
}

#[test]
fn words_beside_a_reference_win() {
    let fields = fields(json!({
        "properties": { "query": { "type": "object", "properties": { "q": { "$ref": "#/$defs/q", "description": "here" } } } },
        "$defs": { "q": { "type": "string", "description": "there", "title": "T" } },
    }));
    assert_eq!(
        (
            fields.fields[0].description.as_deref(),
            fields.fields[0].label.as_str()
        ),
        (Some("here"), "T")
    );
}

#[test]
fn wide_integers_may_be_written_as_text() {
    let schema = json!({ "properties": { "body": { "type": "object", "properties": {
        "id": { "type": "integer", "format": "int64" },
        "few": { "type": "integer" },
    } } } });
    let schema = RequestSchema::parse(&schema).expect("usable");
    let (fields, checker) = (
        field::build(&schema),
        Checker::new(&schema).expect("compiles"),
    );
    for (text, number) in [
        (
            "9223372036854775807",
            Some(json!(9_223_372_036_854_775_807_i64)),
        ),
        ("-5", Some(json!(-5))),
        (
            "18446744073709551615",
            Some(json!(18_446_744_073_709_551_615_u64)),
        ),
        ("007", None),
        ("1e3", None),
        ("", None),
    ] {
        let mut data = json!({ "body": { "id": text } });
        field::fill(&fields, &mut data);
        assert_eq!(checker.accepts(&data), number.is_some(), "{text}");
        assert_eq!(data["body"]["id"], number.unwrap_or(json!(text)));
    }
    let mut data = json!({ "body": { "few": "5" } });
    field::fill(&fields, &mut data);
    assert!(
        !checker.accepts(&data),
        "text is no number where no client needs it"
    );
}

#[test]
fn constants_are_submitted_for_the_user() {
    let schema = json!({ "properties": {
        "query": { "type": "object", "properties": { "v": { "const": 2 } }, "required": ["v"] },
        "body": { "type": "object", "required": ["kind"], "properties": { "kind": { "const": "k" }, "also": { "const": 1 } } },
    }, "required": ["body"] });
    let schema = RequestSchema::parse(&schema).expect("usable");
    let mut data = json!({});
    field::fill(&field::build(&schema), &mut data);
    assert_eq!(
        data,
        json!({ "body": { "kind": "k" }, "query": { "v": 2 } })
    );
    assert!(Checker::new(&schema).expect("compiles").accepts(&data));
}

#[test]
fn secrets_are_wiped_wherever_they_hide() {
    let schema = RequestSchema::parse(&json!({
        "properties": {
            "query": { "type": "object", "properties": { "token": { "type": "string", "format": "password" } } },
            "body": { "$ref": "#/$defs/node" },
        },
        "$defs": {
            "node": { "type": "object", "properties": {
                "pin": { "type": "integer", "writeOnly": true },
                "open": { "type": "string" },
                "next": { "$ref": "#/$defs/node" },
                "many": { "type": "array", "items": { "type": "string", "format": "password" } },
                "either": { "oneOf": [{ "$ref": "#/$defs/login" }, { "type": "integer" }] },
            } },
            "login": { "type": "object", "properties": { "password": { "type": "string", "format": "password" } } },
        },
    }))
    .expect("usable");
    let fields = field::build(&schema);
    let mut data = json!({
        "query": { "token": "t0ken" },
        "body": { "open": "shown", "next": { "next": { "pin": 12345 } }, "many": ["first", "second"],
            "either": { "user": "someone", "password": "hunter2" } },
    });
    assert_eq!(
        field::collect_secrets(&fields, &data),
        ["someone", "hunter2", "second", "t0ken", "12345", "first"]
    );
    field::scrub(&fields, &mut data);
    assert_eq!(
        data,
        json!({
            "query": { "token": null },
            "body": { "open": "shown", "next": { "next": { "pin": null } }, "many": [null, null], "either": null },
        })
    );
}
