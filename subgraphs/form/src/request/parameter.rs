//! How OpenAPI writes a parameter's value: the style, and whether it explodes.

use serde_json::{Map, Value};

use super::{Values, encode};
use crate::validate::{InputError, InputErrorCode};

/// How one parameter is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style<'a> {
    pub(super) name: &'a str,
    pub(super) explode: bool,
    /// Whether the value is written as JSON text.
    json: bool,
    reserved: bool,
}

impl<'a> Style<'a> {
    /// The style that a parameter's schema carries, or its location's own.
    pub(super) fn of(schema: Option<&'a Value>, default: &'a str) -> Self {
        let note = |name: &str| schema.and_then(|schema| schema.get(name));
        let name = note("x-portico-style")
            .and_then(Value::as_str)
            .unwrap_or(default);
        let explode = note("x-portico-explode").and_then(Value::as_bool);
        Self {
            name,
            explode: explode.unwrap_or(name == "form"),
            json: note("x-portico-media-type")
                .and_then(Value::as_str)
                .is_some_and(|own| own.contains("json")),
            reserved: note("x-portico-allow-reserved") == Some(&Value::Bool(true)),
        }
    }

    /// The style of a property of a form body, from its `encoding`.
    pub(super) fn of_encoding(encoding: Option<&'a Value>) -> Self {
        let note = |name: &str| encoding.and_then(|encoding| encoding.get(name));
        let name = note("style").and_then(Value::as_str).unwrap_or("form");
        let explode = note("explode")
            .and_then(Value::as_bool)
            .unwrap_or(name == "form");
        let json = note("contentType")
            .and_then(Value::as_str)
            .is_some_and(|own| own.contains("json"));
        Self {
            name,
            explode,
            json,
            reserved: false,
        }
    }

    /// Whether slashes in a path value separate segments.
    pub(super) fn allows_slashes(self) -> bool {
        self.reserved
    }

    fn encode(self, text: &str) -> String {
        if self.reserved {
            encode::reserved(text)
        } else {
            encode::value(text)
        }
    }
}

/// A value's shape, as far as a parameter can hold it.
pub(super) enum Shape {
    /// Null: the parameter is left out.
    Nothing,
    /// One text.
    One(String),
    /// A list of texts.
    Many(Vec<String>),
    /// Named texts.
    Named(Vec<(String, String)>),
}

/// Reads a value as texts; nested lists and objects have no place in a parameter.
pub(super) fn shape(
    value: &Value,
    style: Style<'_>,
) -> Result<Shape, (InputErrorCode, &'static str)> {
    const NESTED: (InputErrorCode, &str) = (
        InputErrorCode::NotSerializable,
        "holds lists or objects that a parameter cannot carry",
    );
    if style.json {
        return Ok(Shape::One(value.to_string()));
    }
    Ok(match value {
        Value::Null => Shape::Nothing,
        Value::Array(items) => Shape::Many(
            items
                .iter()
                .filter(|item| !item.is_null())
                .map(scalar)
                .collect::<Option<_>>()
                .ok_or(NESTED)?,
        ),
        Value::Object(members) => Shape::Named(named(members).ok_or(NESTED)?),
        one => Shape::One(scalar(one).ok_or(NESTED)?),
    })
}

fn named(members: &Map<String, Value>) -> Option<Vec<(String, String)>> {
    let members = members.iter().filter(|(_, value)| !value.is_null());
    members
        .map(|(name, value)| Some((name.clone(), scalar(value)?)))
        .collect()
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The query string, encoded.
pub(super) fn query(values: &Values<'_>, errors: &mut Vec<InputError>) -> String {
    let mut pairs = Vec::new();
    for (name, schema, value) in values.iter() {
        let style = Style::of(schema, "form");
        match shape(value, style) {
            Ok(shape) => pairs.extend(query_pairs(name, shape, style)),
            Err((code, message)) => errors.push(values.error(name, code, message)),
        }
    }
    pairs.join("&")
}

/// The `name=value` pairs that one parameter becomes.
pub(super) fn query_pairs(name: &str, shape: Shape, style: Style<'_>) -> Vec<String> {
    let key = encode::value(name);
    let separator = match style.name {
        "spaceDelimited" => "%20",
        "pipeDelimited" => "%7C",
        _ => ",",
    };
    let join = |texts: Vec<String>| {
        let texts: Vec<String> = texts.iter().map(|text| style.encode(text)).collect();
        vec![format!("{key}={}", texts.join(separator))]
    };
    match shape {
        Shape::Nothing => Vec::new(),
        Shape::One(text) => vec![format!("{key}={}", style.encode(&text))],
        Shape::Many(texts) if style.explode => texts
            .iter()
            .map(|text| format!("{key}={}", style.encode(text)))
            .collect(),
        // An empty list has no way to be written; leaving it out is what clients do.
        Shape::Many(texts) if texts.is_empty() => Vec::new(),
        Shape::Many(texts) => join(texts),
        Shape::Named(pairs) if style.name == "deepObject" => pairs
            .iter()
            .map(|(name, text)| {
                format!("{key}%5B{}%5D={}", encode::value(name), style.encode(text))
            })
            .collect(),
        Shape::Named(pairs) if style.explode => pairs
            .iter()
            .map(|(name, text)| format!("{}={}", encode::value(name), style.encode(text)))
            .collect(),
        Shape::Named(pairs) if pairs.is_empty() => Vec::new(),
        Shape::Named(pairs) => join(
            pairs
                .into_iter()
                .flat_map(|(name, text)| [name, text])
                .collect(),
        ),
    }
}
