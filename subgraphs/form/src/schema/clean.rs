//! Takes out of a schema what a form must not, or cannot, follow.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::{SchemaError, WARNINGS, graph, meta, walk};
use crate::{pointer::Pointer, validate};

/// Keywords that would give a subschema an identity or a dialect of its own.
const IDENTITIES: [&str; 7] = [
    "$schema",
    "$id",
    "$anchor",
    "$dynamicAnchor",
    "$recursiveAnchor",
    "$vocabulary",
    "id",
];

/// Which keywords say what type a schema without `type` is about.
const TYPE_HINTS: [(&str, &[&str]); 4] = [
    (
        "object",
        &[
            "properties",
            "additionalProperties",
            "patternProperties",
            "minProperties",
            "maxProperties",
        ],
    ),
    (
        "array",
        &[
            "items",
            "prefixItems",
            "minItems",
            "maxItems",
            "uniqueItems",
        ],
    ),
    (
        "string",
        &["pattern", "minLength", "maxLength", "contentEncoding"],
    ),
    (
        "number",
        &[
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
        ],
    ),
];

/// Keywords after which a missing `type` is no gap.
const TYPED_OTHERWISE: [&str; 8] = [
    "type", "$ref", "enum", "const", "allOf", "anyOf", "oneOf", "not",
];

/// How far a schema's references and branches are followed to learn whether it is read-only.
const READ_ONLY_STEPS_MAX: usize = 64;

/// Repairs the document in place; what is lost is written into it as a warning.
pub(super) fn clean(document: &mut Value) -> Result<(), SchemaError> {
    walk::for_each(document, &Pointer::root(), true, &mut |schema, _, _| {
        IDENTITIES
            .iter()
            .for_each(|keyword| drop_identity(schema, keyword));
        drop_repeated_names(schema);
    });
    meta::repair(document)?;
    let mut patterns = HashMap::new();
    walk::for_each(
        document,
        &Pointer::root(),
        true,
        &mut |schema, pointer, is_field| {
            drop_dynamic_references(schema, pointer);
            drop_unsupported_patterns(schema, pointer, &mut patterns);
            allow_null(schema);
            if is_field {
                infer_type(schema);
            }
        },
    );
    graph::cut_references(document);
    release_read_only(document);
    Ok(())
}

/// Adds a warning to the schema that it is about.
pub(super) fn warn(schema: &mut Map<String, Value>, warning: &str) {
    let warnings = schema.entry(WARNINGS).or_insert_with(|| json!([]));
    if !warnings.is_array() {
        *warnings = json!([]);
    }
    if let Value::Array(warnings) = warnings {
        warnings.push(warning.into());
    }
}

fn drop_identity(schema: &mut Map<String, Value>, keyword: &str) {
    // A property may be called `id`; as a keyword it only ever held a string.
    if schema
        .get(keyword)
        .is_some_and(|value| keyword != "id" || value.is_string())
    {
        schema.shift_remove(keyword);
    }
}

/// A name that `required` repeats is harmless; the meta-schema would cost us the whole list.
fn drop_repeated_names(schema: &mut Map<String, Value>) {
    if let Some(Value::Array(names)) = schema.get_mut("required") {
        let mut seen = HashSet::new();
        names.retain(|name| seen.insert(name.to_string()));
    }
}

fn drop_dynamic_references(schema: &mut Map<String, Value>, pointer: &Pointer) {
    for keyword in ["$dynamicRef", "$recursiveRef"] {
        if schema.shift_remove(keyword).is_some() {
            warn(
                schema,
                &format!("\"{keyword}\" at #{pointer} is not supported and was left out"),
            );
        }
    }
}

/// Only patterns that run in linear time are enforced; the others would let one submission
/// occupy the server.
fn drop_unsupported_patterns(
    schema: &mut Map<String, Value>,
    pointer: &Pointer,
    known: &mut HashMap<String, bool>,
) {
    let mut is_supported = |pattern: &str| {
        *known
            .entry(pattern.to_owned())
            .or_insert_with_key(|pattern| validate::is_pattern_supported(pattern))
    };
    let pattern = schema.get("pattern").and_then(Value::as_str);
    if let Some(pattern) = pattern.filter(|pattern| !is_supported(pattern)) {
        let why = match validate::is_pattern_valid(pattern) {
            true => "cannot be matched in linear time",
            false => "is no regular expression",
        };
        schema.shift_remove("pattern");
        warn(
            schema,
            &format!("\"pattern\" at #{pointer} {why} and is not checked"),
        );
    }
    let Some(Value::Object(named)) = schema.get_mut("patternProperties") else {
        return;
    };
    let before = named.len();
    named.retain(|pattern, _| is_supported(pattern));
    if named.len() < before {
        warn(
            schema,
            &format!("\"patternProperties\" at #{pointer} has a pattern that is not checked"),
        );
    }
}

/// Reads OpenAPI 3.0's `nullable` beside a `type`.
fn allow_null(schema: &mut Map<String, Value>) {
    if schema.get("nullable") != Some(&Value::Bool(true)) {
        return;
    }
    if let Some(Value::String(name)) = schema.get("type")
        && name != "null"
    {
        let both = json!([name, "null"]);
        schema.insert("type".to_owned(), both);
    }
}

/// Gives the type that the keywords speak of: `{"properties": …}` means an object.
fn infer_type(schema: &mut Map<String, Value>) {
    if TYPED_OTHERWISE
        .iter()
        .any(|keyword| schema.contains_key(*keyword))
    {
        return;
    }
    let mut types = TYPE_HINTS
        .iter()
        .filter(|(_, keywords)| keywords.iter().any(|keyword| schema.contains_key(*keyword)))
        .map(|(name, _)| *name);
    if let (Some(name), None) = (types.next(), types.next()) {
        schema.insert("type".to_owned(), name.into());
    }
}

/// A property that is only ever read is not asked for in a request, and not taken either: the
/// flag moves up to where every reader of the schema sees it.
fn release_read_only(document: &mut Value) {
    let whole = document.clone();
    walk::for_each(
        document,
        &Pointer::root(),
        true,
        &mut |schema, _, is_field| {
            if is_field
                && !schema.contains_key("readOnly")
                && is_read_only(schema, &whole, &mut { READ_ONLY_STEPS_MAX })
            {
                schema.insert("readOnly".to_owned(), Value::Bool(true));
            }
            let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
                return;
            };
            let read_only: Vec<String> = properties
                .iter()
                .filter_map(|(name, property)| Some((name, property.as_object()?)))
                .filter(|(_, property)| {
                    is_read_only(property, &whole, &mut { READ_ONLY_STEPS_MAX })
                })
                .map(|(name, _)| name.clone())
                .collect();
            if let Some(Value::Array(required)) = schema.get_mut("required") {
                required.retain(|name| {
                    name.as_str()
                        .is_none_or(|name| !read_only.iter().any(|own| own == name))
                });
            }
        },
    );
}

fn is_read_only(schema: &Map<String, Value>, document: &Value, steps_left: &mut usize) -> bool {
    let Some(left) = steps_left.checked_sub(1) else {
        return false;
    };
    *steps_left = left;
    if let Some(flag) = schema.get("readOnly") {
        return flag == &Value::Bool(true);
    }
    let target = || {
        let pointer = graph::target(schema.get("$ref")?.as_str()?)?;
        document.pointer(&pointer)?.as_object()
    };
    if target().is_some_and(|target| is_read_only(target, document, steps_left)) {
        return true;
    }
    let branches = |keyword: &str| {
        schema
            .get(keyword)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
    };
    let is_null =
        |branch: &&Map<String, Value>| branch.get("type").is_some_and(|name| name == "null");
    let mut all = branches("allOf");
    if all.any(|branch| is_read_only(branch, document, steps_left)) {
        return true;
    }
    let mut others = branches("anyOf")
        .chain(branches("oneOf"))
        .filter(|branch| !is_null(branch));
    match (others.next(), others.next()) {
        (Some(only), None) => is_read_only(only, document, steps_left),
        _ => false,
    }
}
