//! Several schemas that must all hold, written as one where that is possible.

use serde_json::{Map, Number, Value, json};

use crate::schema::WARNINGS;

/// Every keyword that can refuse a value; all others only describe.
const ASSERTIONS: [&str; 38] = [
    "$ref",
    "type",
    "enum",
    "const",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "multipleOf",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "format",
    "prefixItems",
    "items",
    "contains",
    "minContains",
    "maxContains",
    "maxItems",
    "minItems",
    "uniqueItems",
    "unevaluatedItems",
    "properties",
    "patternProperties",
    "additionalProperties",
    "propertyNames",
    "required",
    "maxProperties",
    "minProperties",
    "dependentRequired",
    "dependentSchemas",
];

/// Keywords whose meaning depends on their neighbours in the same schema.
const UNITS: [&[&str]; 3] = [
    &["if", "then", "else"],
    &["contains", "minContains", "maxContains"],
    &["prefixItems", "unevaluatedItems"],
];

/// Flags that one part can raise for all.
const FLAGS: [&str; 5] = [
    "readOnly",
    "writeOnly",
    "deprecated",
    "uniqueItems",
    "nullable",
];

/// Why schemas cannot be written as one.
pub(super) struct Conflict {
    /// The keyword that stands in the way.
    pub(super) keyword: Option<String>,
}

impl Conflict {
    fn over(keyword: &str) -> Self {
        Self {
            keyword: Some(keyword.to_owned()),
        }
    }
}

/// Whether a keyword can refuse a value.
pub(super) fn is_assertion(keyword: &str) -> bool {
    ASSERTIONS.contains(&keyword)
        || keyword == "unevaluatedProperties"
        || keyword == "contentEncoding"
}

/// The words of two schemas, the first one's preferred.
pub(super) fn words(first: &Map<String, Value>, second: &Map<String, Value>) -> Map<String, Value> {
    let describes = |(keyword, value): (&String, &Value)| {
        (!is_assertion(keyword) && !keyword.starts_with('$'))
            .then(|| (keyword.clone(), value.clone()))
    };
    second
        .iter()
        .filter_map(describes)
        .chain(first.iter().filter_map(describes))
        .collect()
}

/// Puts the words of `outer` over those of `schema`.
pub(super) fn add_words(schema: &mut Map<String, Value>, outer: Map<String, Value>) {
    for (keyword, value) in outer {
        if !is_assertion(&keyword) {
            schema.insert(keyword, value);
        }
    }
}

/// One schema that accepts exactly what all parts accept; earlier parts' words win.
pub(super) fn merge(parts: Vec<Map<String, Value>>) -> Result<Map<String, Value>, Conflict> {
    check_units(&parts)?;
    let further = further_properties(&parts)?;
    let mut merged = Map::new();
    for part in parts {
        for (keyword, value) in part {
            if keyword == "additionalProperties" {
                continue;
            }
            let value = match merged.shift_remove(&keyword) {
                None => value,
                Some(first) => both(&keyword, first, value)?,
            };
            merged.insert(keyword, value);
        }
    }
    if let Some(further) = further {
        merged.insert("additionalProperties".to_owned(), further);
    }
    Ok(merged)
}

fn check_units(parts: &[Map<String, Value>]) -> Result<(), Conflict> {
    for unit in UNITS {
        let holders = parts
            .iter()
            .filter(|part| unit.iter().any(|keyword| part.contains_key(*keyword)));
        if holders.count() > 1 {
            return Err(Conflict::over(unit[0]));
        }
    }
    let about_items = |part: &&Map<String, Value>| part.contains_key("items");
    if parts.iter().any(|part| part.contains_key("prefixItems"))
        && parts.iter().filter(about_items).count() > 1
    {
        return Err(Conflict::over("prefixItems"));
    }
    let inner = parts.iter().skip(1);
    if parts.len() > 1
        && inner
            .clone()
            .any(|part| part.contains_key("unevaluatedProperties"))
    {
        return Err(Conflict::over("unevaluatedProperties"));
    }
    Ok(())
}

/// `additionalProperties` speaks of what its own schema does not name, so it merges only when
/// no other part names more.
fn further_properties(parts: &[Map<String, Value>]) -> Result<Option<Value>, Conflict> {
    let conflict = || Conflict::over("additionalProperties");
    let mut further: Option<Value> = None;
    for (at, part) in parts.iter().enumerate() {
        let Some(own) = part.get("additionalProperties") else {
            continue;
        };
        if own == &Value::Bool(true) {
            further.get_or_insert(Value::Bool(true));
            continue;
        }
        let names = |name: &String| {
            part.get("properties")
                .is_some_and(|own| own.get(name).is_some())
        };
        let others = parts
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != at)
            .map(|(_, other)| other);
        for other in others {
            let all_named = other
                .get("properties")
                .and_then(Value::as_object)
                .is_none_or(|all| all.keys().all(names));
            if !all_named || other.contains_key("patternProperties") {
                return Err(conflict());
            }
        }
        further = match further {
            None | Some(Value::Bool(true)) => Some(own.clone()),
            Some(before) if before == *own => Some(before),
            Some(_) => return Err(conflict()),
        };
    }
    Ok(further)
}

fn both(keyword: &str, first: Value, second: Value) -> Result<Value, Conflict> {
    if !is_assertion(keyword) {
        return Ok(both_words(keyword, first, second));
    }
    if first == second && keyword != "properties" {
        return Ok(first);
    }
    let conflict = || Conflict::over(keyword);
    match keyword {
        "uniqueItems" => Ok(either(&first, &second)),
        "type" => both_types(&first, &second).ok_or_else(conflict),
        "required" | "allOf" => union(first, second).ok_or_else(conflict),
        "enum" => common(first, &second).ok_or_else(conflict),
        "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties" => {
            bound(first, second, std::cmp::Ordering::Greater).ok_or_else(conflict)
        }
        "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties" => {
            bound(first, second, std::cmp::Ordering::Less).ok_or_else(conflict)
        }
        "properties" => both_properties(first, second).ok_or_else(conflict),
        "items" => Ok(json!({ "allOf": [first, second] })),
        _ => Err(conflict()),
    }
}

fn both_words(keyword: &str, first: Value, second: Value) -> Value {
    if FLAGS.contains(&keyword) {
        return either(&first, &second);
    }
    match (keyword, first, second) {
        (WARNINGS, Value::Array(mut first), Value::Array(second)) => {
            first.extend(second);
            Value::Array(first)
        }
        (_, first, _) => first,
    }
}

fn either(first: &Value, second: &Value) -> Value {
    Value::Bool(first == &Value::Bool(true) || second == &Value::Bool(true))
}

fn both_types(first: &Value, second: &Value) -> Option<Value> {
    let names = |types: &Value| -> Vec<String> {
        match types {
            Value::Array(names) => names
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            other => other.as_str().map(str::to_owned).into_iter().collect(),
        }
    };
    let (first, second) = (names(first), names(second));
    let has = |types: &[String], name: &str| types.iter().any(|own| own == name);
    let mut common: Vec<String> = Vec::new();
    for name in &first {
        match name.as_str() {
            name if has(&second, name) => common.push(name.to_owned()),
            "integer" if has(&second, "number") => common.push("integer".to_owned()),
            "number" if has(&second, "integer") => common.push("integer".to_owned()),
            _ => {}
        }
    }
    match common.len() {
        0 => None,
        1 => common.pop().map(Value::String),
        _ => Some(json!(common)),
    }
}

fn union(first: Value, second: Value) -> Option<Value> {
    let (Value::Array(mut first), Value::Array(second)) = (first, second) else {
        return None;
    };
    for value in second {
        if !first.contains(&value) {
            first.push(value);
        }
    }
    Some(Value::Array(first))
}

fn common(first: Value, second: &Value) -> Option<Value> {
    let (Value::Array(mut first), Value::Array(second)) = (first, second) else {
        return None;
    };
    first.retain(|value| second.contains(value));
    (!first.is_empty()).then_some(Value::Array(first))
}

fn both_properties(first: Value, second: Value) -> Option<Value> {
    let (Value::Object(mut first), Value::Object(second)) = (first, second) else {
        return None;
    };
    for (name, schema) in second {
        match first.get_mut(&name) {
            Some(own) if *own == schema => {}
            Some(own) => *own = json!({ "allOf": [own.take(), schema] }),
            None => {
                first.insert(name, schema);
            }
        }
    }
    Some(Value::Object(first))
}

fn bound(first: Value, second: Value, wanted: std::cmp::Ordering) -> Option<Value> {
    let order = compare(first.as_number()?, second.as_number()?)?;
    Some(if order == wanted { first } else { second })
}

/// Exact where both are whole: a double cannot tell large ones apart.
fn compare(first: &Number, second: &Number) -> Option<std::cmp::Ordering> {
    match (first.as_i128(), second.as_i128()) {
        (Some(first), Some(second)) => Some(first.cmp(&second)),
        _ => first.as_f64()?.partial_cmp(&second.as_f64()?),
    }
}
