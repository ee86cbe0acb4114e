//! The keywords of a schema: which kind of value each takes, and the rules for plain ones.

use std::collections::HashSet;
use std::io;

use serde_json::{Map, Value};

use super::pattern::is_regex;
use super::tree::{Node, Object};

/// Takes a keyword's value over into the schema; `false` when it is not allowed there.
type Take = fn(&Node<'_>, &Object<'_>, &mut Map<String, Value>) -> bool;

/// What a keyword's value is made of.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// Says nothing about a request.
    Dropped,
    /// A schema of another value.
    Schema,
    /// A schema of the same value.
    Branch,
    /// A schema, or in older drafts a list.
    Items,
    /// Schemas of the same value.
    Branches,
    /// Schemas of other values.
    Schemas,
    /// Schemas of other values by name.
    SchemaMap,
    /// Schemas of the properties.
    Properties,
    /// Schemas of the same value by name.
    BranchMap,
    /// Names of properties.
    Required,
    /// OpenAPI's hint at the branch that applies.
    Discriminator,
    /// Anything without a schema inside.
    Plain(Take),
}

impl PartialEq for Shape {
    fn eq(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// The shape of a known keyword.
pub(super) fn shape(keyword: &str) -> Option<Shape> {
    Some(match keyword {
        "$ref" | "nullable" | "xml" | "externalDocs" => Shape::Dropped,
        "$schema" | "$id" | "$anchor" | "$comment" | "$vocabulary" | "$defs" | "definitions" => {
            Shape::Dropped
        }
        "additionalProperties" | "propertyNames" | "contains" | "contentSchema" => Shape::Schema,
        "unevaluatedProperties" | "unevaluatedItems" => Shape::Schema,
        "not" | "if" | "then" | "else" => Shape::Branch,
        "items" => Shape::Items,
        "allOf" | "anyOf" | "oneOf" => Shape::Branches,
        "prefixItems" => Shape::Schemas,
        "patternProperties" => Shape::SchemaMap,
        "properties" => Shape::Properties,
        "dependentSchemas" => Shape::BranchMap,
        "required" => Shape::Required,
        "discriminator" => Shape::Discriminator,
        "type" => Shape::Plain(types),
        "format" => Shape::Plain(format),
        "enum" => Shape::Plain(|value, _, out| put(out, "enum", non_empty(value))),
        "const" => Shape::Plain(|value, _, out| put(out, "const", Some(value.to_value()))),
        "default" => Shape::Plain(|value, _, out| put(out, "default", Some(value.to_value()))),
        "example" => Shape::Plain(example),
        "examples" => Shape::Plain(|value, _, out| put(out, "examples", examples(value))),
        "minimum" => Shape::Plain(|value, object, out| bound(value, object, out, LOWER)),
        "maximum" => Shape::Plain(|value, object, out| bound(value, object, out, UPPER)),
        "exclusiveMinimum" => {
            Shape::Plain(|value, object, out| exclusive(value, object, out, LOWER))
        }
        "exclusiveMaximum" => {
            Shape::Plain(|value, object, out| exclusive(value, object, out, UPPER))
        }
        "dependentRequired" => {
            Shape::Plain(|value, _, out| put(out, "dependentRequired", dependencies(value)))
        }
        _ if keyword.starts_with("x-") && !keyword.starts_with("x-portico-") => Shape::Dropped,
        _ => Shape::Plain(scalar(keyword)?),
    })
}

/// Keywords that take one number, text or truth value.
fn scalar(keyword: &str) -> Option<Take> {
    Some(match keyword {
        "title" => |value, _, out| put(out, "title", prose(value)),
        "description" => |value, _, out| put(out, "description", prose(value)),
        "pattern" => |value, _, out| put(out, "pattern", pattern(value)),
        "contentEncoding" => |value, _, out| put(out, "contentEncoding", text(value)),
        "contentMediaType" => |value, _, out| put(out, "contentMediaType", text(value)),
        "multipleOf" => |value, _, out| put(out, "multipleOf", step(value)),
        "minLength" => |value, _, out| put(out, "minLength", count(value)),
        "maxLength" => |value, _, out| put(out, "maxLength", count(value)),
        "minItems" => |value, _, out| put(out, "minItems", count(value)),
        "maxItems" => |value, _, out| put(out, "maxItems", count(value)),
        "minContains" => |value, _, out| put(out, "minContains", count(value)),
        "maxContains" => |value, _, out| put(out, "maxContains", count(value)),
        "minProperties" => |value, _, out| put(out, "minProperties", count(value)),
        "maxProperties" => |value, _, out| put(out, "maxProperties", count(value)),
        "uniqueItems" => |value, _, out| put(out, "uniqueItems", truth(value)),
        "deprecated" => |value, _, out| put(out, "deprecated", truth(value)),
        "readOnly" => |value, _, out| put(out, "readOnly", truth(value)),
        "writeOnly" => |value, _, out| put(out, "writeOnly", truth(value)),
        "x-portico-media-type" => |value, _, out| put(out, "x-portico-media-type", text(value)),
        "x-portico-encoding" => |value, _, out| put(out, "x-portico-encoding", object(value)),
        "x-portico-style" => |value, _, out| put(out, "x-portico-style", text(value)),
        "x-portico-explode" => |value, _, out| put(out, "x-portico-explode", truth(value)),
        "x-portico-allow-reserved" => {
            |value, _, out| put(out, "x-portico-allow-reserved", truth(value))
        }
        _ => return None,
    })
}

/// Keywords that describe and never refuse; they keep their meaning beside a 3.0 `$ref`.
pub(super) fn is_annotation(keyword: &str) -> bool {
    matches!(
        keyword,
        "title"
            | "description"
            | "default"
            | "example"
            | "examples"
            | "deprecated"
            | "readOnly"
            | "writeOnly"
    )
}

fn put(out: &mut Map<String, Value>, keyword: &str, value: Option<Value>) -> bool {
    let fits = value.is_some();
    out.extend(value.map(|value| (keyword.to_owned(), value)));
    fits
}

fn text(value: &Node<'_>) -> Option<Value> {
    value.as_text().map(Value::from)
}

fn pattern(value: &Node<'_>) -> Option<Value> {
    value
        .as_text()
        .filter(|text| is_regex(text))
        .map(Value::from)
}

/// YAML reads an unquoted title such as `404` as a number.
fn prose(value: &Node<'_>) -> Option<Value> {
    match value {
        Node::Text(_) => text(value),
        Node::Number(number) => Some(Value::String(number.to_string())),
        Node::Bool(truth) => Some(Value::String(truth.to_string())),
        Node::Null | Node::List(_) | Node::Object(_) => None,
    }
}

fn truth(value: &Node<'_>) -> Option<Value> {
    match value {
        Node::Bool(_) => Some(value.to_value()),
        _ => None,
    }
}

fn object(value: &Node<'_>) -> Option<Value> {
    value.as_object().map(|_| value.to_value())
}

fn number(value: &Node<'_>) -> Option<Value> {
    match value {
        Node::Number(_) => Some(value.to_value()),
        _ => None,
    }
}

/// A natural number, also when written as `5.0`.
fn count(value: &Node<'_>) -> Option<Value> {
    let Node::Number(number) = value else {
        return None;
    };
    match (number.as_u64(), number.as_f64()) {
        (Some(count), _) => Some(count.into()),
        (None, Some(float)) if float >= 0.0 && float.fract() == 0.0 && float < 9e15 => {
            Some((float as u64).into())
        }
        _ => None,
    }
}

fn step(value: &Node<'_>) -> Option<Value> {
    number(value).filter(|step| step.as_f64().is_some_and(|step| step > 0.0))
}

fn non_empty(value: &Node<'_>) -> Option<Value> {
    value
        .as_list()
        .filter(|items| !items.is_empty())
        .map(|_| value.to_value())
}

const TYPES: [&str; 7] = [
    "null", "boolean", "object", "array", "number", "string", "integer",
];

fn types(value: &Node<'_>, _: &Object<'_>, out: &mut Map<String, Value>) -> bool {
    let mut names: Vec<&str> = match value {
        Node::Text(name) if name == "file" => {
            out.insert("format".to_owned(), "binary".into());
            vec!["string"]
        }
        Node::Text(name) => vec![name],
        Node::List(names) => names
            .iter()
            .map(|name| name.as_text().unwrap_or_default())
            .collect(),
        _ => return false,
    };
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(*name));
    if names.iter().any(|name| !TYPES.contains(name)) {
        return false;
    }
    let types = match names.as_slice() {
        [] => return false,
        [one] => Value::from(*one),
        many => Value::from(many),
    };
    put(out, "type", Some(types))
}

/// 3.0 says `byte` where JSON Schema says how the text is encoded.
fn format(value: &Node<'_>, _: &Object<'_>, out: &mut Map<String, Value>) -> bool {
    match value.as_text() {
        Some("byte") => put(out, "contentEncoding", Some("base64".into())),
        _ => put(out, "format", text(value)),
    }
}

fn example(value: &Node<'_>, object: &Object<'_>, out: &mut Map<String, Value>) -> bool {
    object.get("examples").is_some()
        || put(out, "examples", Some(Value::Array(vec![value.to_value()])))
}

/// A list, or where OpenAPI puts them by name, the values.
pub(super) fn examples(value: &Node<'_>) -> Option<Value> {
    match value {
        Node::List(_) => Some(value.to_value()),
        Node::Object(named) => {
            let values = named.iter().filter_map(|(_, example)| example.get("value"));
            Some(values.map(Node::to_value).collect())
        }
        _ => None,
    }
}

#[derive(Clone, Copy)]
struct Side {
    bound: &'static str,
    exclusive: &'static str,
}

const LOWER: Side = Side {
    bound: "minimum",
    exclusive: "exclusiveMinimum",
};
const UPPER: Side = Side {
    bound: "maximum",
    exclusive: "exclusiveMaximum",
};

fn bound(value: &Node<'_>, object: &Object<'_>, out: &mut Map<String, Value>, side: Side) -> bool {
    let Some(value) = number(value) else {
        return false;
    };
    match object.get(side.exclusive) {
        Some(Node::Bool(true)) => put(out, side.exclusive, Some(value)),
        _ => put(out, side.bound, Some(value)),
    }
}

/// In 3.0 a truth value beside the bound, which the bound itself takes care of.
fn exclusive(
    value: &Node<'_>,
    object: &Object<'_>,
    out: &mut Map<String, Value>,
    side: Side,
) -> bool {
    match value {
        Node::Bool(false) => true,
        Node::Bool(true) => object.get(side.bound).is_some(),
        _ => put(out, side.exclusive, number(value)),
    }
}

/// Names that the caller must send: each once, without those that the service sets.
pub(super) fn required(value: &Node<'_>, hidden: &HashSet<&str>) -> Option<Value> {
    let mut seen = HashSet::new();
    let mut names = Vec::new();
    for name in value.as_list()? {
        let name = name.as_text()?;
        if !hidden.contains(name) && seen.insert(name) {
            names.push(Value::from(name));
        }
    }
    Some(Value::Array(names))
}

fn dependencies(value: &Node<'_>) -> Option<Value> {
    let none = HashSet::new();
    let entries = value
        .as_object()?
        .iter()
        .map(|(name, names)| Some((name.to_owned(), required(names, &none)?)));
    entries.collect::<Option<Map<_, _>>>().map(Value::Object)
}

/// The length of a value as compact JSON.
pub(super) fn serialized_len(value: &Value) -> usize {
    struct Counter(usize);
    impl io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut counter = Counter(0);
    serde_json::to_writer(&mut counter, value).expect("a value with string keys serializes");
    counter.0
}
