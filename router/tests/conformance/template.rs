//! Values that depend on arguments, and on what the router sent along.

use serde_json::Value;

use crate::object::{Object, Place};

/// What a value may refer to.
pub(crate) struct Scope<'a> {
    pub(crate) place: &'a Place<'a>,
    pub(crate) arguments: &'a Value,
}

impl Scope<'_> {
    /// An argument of the field, or of the field that led to its object.
    fn argument(&self, path: &str) -> Option<Value> {
        at(Some(self.arguments), path).or_else(|| at(self.place.arguments.as_ref(), path))
    }
}

/// The variant for the arguments, if the object is variants by an argument.
pub(crate) fn choose<'a>(object: &'a Object, scope: &Scope<'_>) -> Option<&'a Value> {
    let (key, variants) = object.iter().next()?;
    let path = key.strip_prefix('?')?;
    let argument = render(scope.argument(path));
    Some(variants.get(argument).unwrap_or(&Value::Null))
}

/// Fills the braces of a text, and reads the outcome as a value of its type.
pub(crate) fn fill(text: &str, ty: &str, scope: &Scope<'_>) -> Value {
    if !text.contains('{') {
        return Value::from(text);
    }
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (path, after) = after.split_once('}').expect("a brace is closed");
        filled += before;
        filled += &lookup(path, scope);
        rest = after;
    }
    filled += rest;
    match ty {
        "Int" | "Float" | "Boolean" => serde_json::from_str(&filled).unwrap_or(Value::from(filled)),
        _ => Value::from(filled),
    }
}

fn lookup(path: &str, scope: &Scope<'_>) -> String {
    if path == "#" {
        return scope.place.fixture.log.mutations().to_string();
    }
    if let Some(path) = path.strip_prefix('$') {
        return render(scope.argument(path));
    }
    let (first, below) = path.split_once('.').unwrap_or((path, ""));
    let place = scope.place;
    let sources = [place.representation.as_ref(), place.own, place.record];
    let found = sources
        .iter()
        .flatten()
        .find_map(|source| source.get(first));
    render(at(found, below))
}

/// What is at a path; lists are taken item by item.
fn at(value: Option<&Value>, path: &str) -> Option<Value> {
    let (first, below) = path.split_once('.').unwrap_or((path, ""));
    match value? {
        Value::Array(items) => {
            let item = |item| at(Some(item), path).unwrap_or_else(|| Value::from("!missing"));
            Some(items.iter().map(item).collect())
        }
        value if first.is_empty() => Some(value.clone()),
        Value::Null => Some(Value::Null),
        value => at(value.get(first), below),
    }
}

fn render(value: Option<Value>) -> String {
    match value {
        None => "!missing".to_owned(),
        Some(Value::String(text)) => text,
        Some(Value::Array(items)) => {
            let items: Vec<_> = items.into_iter().map(|item| render(Some(item))).collect();
            format!("[{}]", items.join(","))
        }
        Some(other) => other.to_string(),
    }
}
