//! Values to choose from.

use jsonschema::Validator;
use serde_json::{Map, Value};

use super::{Choice, Field, FieldKind, place::Place};
use crate::validate;

/// The keywords that say nothing about which values are accepted.
const ANNOTATIONS: [&str; 12] = [
    "title",
    "description",
    "default",
    "examples",
    "example",
    "deprecated",
    "readOnly",
    "writeOnly",
    "$comment",
    "nullable",
    "format",
    "contentMediaType",
];

/// The field for a schema that lists its values, by `enum`, `const`, or branches of `const`.
///
/// None when it does not.
pub(super) fn field(schema: &Map<String, Value>, place: &Place) -> Option<Field> {
    let mut choices = choices(schema)?;
    let listed = choices.len();
    match beside(schema) {
        Beside::Type => choices.retain(|choice| is_of_type(&choice.value, schema.get("type"))),
        Beside::More(validator) => choices.retain(|choice| validator.is_valid(&choice.value)),
        Beside::Unknown(keyword) => return Some(place.json(schema, place.unsupported(&keyword))),
    }
    let nullable = choices.iter().any(|choice| choice.value.is_null());
    if choices.is_empty() {
        return Some(place.json(
            schema,
            format!(
                "no value at {} fits both its list and its type",
                place.shown()
            ),
        ));
    }
    let dropped = listed - choices.len();
    let kind = match choices.as_slice() {
        [only] if schema.contains_key("const") => FieldKind::Constant(only.value.clone()),
        _ => FieldKind::Select(choices),
    };
    let mut field = place.field(schema, kind);
    field.nullable = nullable;
    if dropped > 0 {
        let shown = place.shown();
        field.warnings.push(match dropped {
            1 => format!("one of the values listed at {shown} has another type and is left out"),
            _ => format!(
                "{dropped} of the values listed at {shown} have another type and are left out"
            ),
        });
    }
    Some(field)
}

fn choices(schema: &Map<String, Value>) -> Option<Vec<Choice>> {
    let mut choices: Vec<Choice> = Vec::new();
    let mut add = |choice: Choice| {
        if !choices.iter().any(|own| own.value == choice.value) {
            choices.push(choice);
        }
    };
    match (schema.get("const"), schema.get("enum")) {
        (Some(value), None) => add(choice(value)),
        (Some(value), Some(Value::Array(values))) if values.contains(value) => add(choice(value)),
        (None, Some(Value::Array(values))) => values.iter().map(choice).for_each(add),
        (None, None) => {
            let branches = schema.get("oneOf").xor(schema.get("anyOf"))?.as_array()?;
            let branches: Option<Vec<Choice>> = branches.iter().map(constant_branch).collect();
            branches?.into_iter().for_each(add);
        }
        _ => {}
    }
    Some(choices)
}

fn choice(value: &Value) -> Choice {
    let label = match value {
        Value::String(text) if text.is_empty() => "(empty)".to_owned(),
        Value::String(text) => text.clone(),
        Value::Null => "None".to_owned(),
        other => other.to_string(),
    };
    Choice {
        value: value.clone(),
        label,
        description: None,
    }
}

/// A branch such as `{"const": 1, "title": "One"}`.
fn constant_branch(branch: &Value) -> Option<Choice> {
    let branch = branch.as_object()?;
    let allowed = |keyword: &String| {
        matches!(
            keyword.as_str(),
            "const" | "title" | "description" | "deprecated" | "type"
        )
    };
    let value = branch.get("const").filter(|_| branch.keys().all(allowed))?;
    if !is_of_type(value, branch.get("type")) {
        return None;
    }
    let text = |keyword: &str| {
        branch
            .get(keyword)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let label = text("title").unwrap_or_else(|| choice(value).label);
    Some(Choice {
        value: value.clone(),
        label,
        description: text("description"),
    })
}

/// What decides over the values beside their list.
enum Beside {
    /// At most their type.
    Type,
    /// Other rules, which this checks.
    More(Box<Validator>),
    /// A rule that cannot be checked apart from the rest of the schema.
    Unknown(String),
}

fn beside(schema: &Map<String, Value>) -> Beside {
    let is_plain = |keyword: &&String| {
        let keyword = keyword.as_str();
        let is_list = matches!(keyword, "type" | "enum" | "const" | "oneOf" | "anyOf");
        let is_checked_format =
            keyword == "format" && schema.get("format").is_some_and(Value::is_string);
        is_list
            || (ANNOTATIONS.contains(&keyword) && !is_checked_format)
            || keyword.starts_with("x-")
    };
    let lists = ["enum", "const", "oneOf", "anyOf"]
        .iter()
        .filter(|keyword| schema.contains_key(**keyword))
        .count();
    let Some(rule) = schema.keys().find(|keyword| !is_plain(keyword)) else {
        if lists == 1 {
            return Beside::Type;
        }
        return checked_by(schema, "enum");
    };
    checked_by(schema, rule)
}

fn checked_by(schema: &Map<String, Value>, rule: &str) -> Beside {
    match validate::apart(schema) {
        Some(validator) => Beside::More(Box::new(validator)),
        None => Beside::Unknown(rule.to_owned()),
    }
}

fn is_of_type(value: &Value, types: Option<&Value>) -> bool {
    let is = |name: &Value| match name.as_str().unwrap_or_default() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        _ => false,
    };
    match types {
        None => true,
        Some(Value::Array(names)) => names.iter().any(is),
        Some(name) => is(name),
    }
}
