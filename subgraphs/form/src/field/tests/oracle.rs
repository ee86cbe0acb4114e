//! What the fields of a form allow, read from the fields alone.

use serde_json::{Map, Value};

use crate::field::{Field, FieldKind, Fields, GroupRules, NumberRules, TextRules};

/// Whether a client that follows the fields could submit this data.
pub(super) fn allows(fields: &Fields, data: &Value) -> bool {
    let Value::Object(root) = data else {
        return false;
    };
    let is_known = |location: &String| {
        let prefix = format!("/{location}");
        fields.fields.iter().any(|field| {
            field.pointer.as_str().split('/').nth(1) == Some(location)
                && field.pointer.as_str().starts_with(&prefix)
        }) || (location == "body" && fields.has_body_on_top)
            || (location == "query" && data["query"] == Value::Object(Map::new()))
    };
    root.iter()
        .all(|(location, value)| is_known(location) && allows_location(fields, location, value))
        && fields
            .fields
            .iter()
            .all(|field| allows_presence(field, data.pointer(field.pointer.as_str())))
}

fn allows_location(fields: &Fields, location: &str, value: &Value) -> bool {
    let whole = format!("/{location}");
    if fields
        .fields
        .iter()
        .any(|field| field.pointer.as_str() == whole)
    {
        return true;
    }
    let Value::Object(members) = value else {
        return false;
    };
    members.keys().all(|name| {
        fields.fields.iter().any(|field| {
            field.name == *name && field.pointer.as_str().starts_with(&format!("{whole}/"))
        }) || (location == "body" && fields.accepts_unknown_properties)
    })
}

fn allows_presence(field: &Field, value: Option<&Value>) -> bool {
    match value {
        None => !field.required || field.read_only,
        Some(value) => allows_value(field, value, &mut Vec::new()),
    }
}

fn allows_value<'f>(field: &'f Field, value: &Value, outer: &mut Vec<&'f Field>) -> bool {
    if field.read_only {
        return false;
    }
    if value.is_null() && field.nullable {
        return true;
    }
    outer.push(field);
    let allowed = allows_kind(field, value, outer);
    outer.pop();
    allowed
}

fn allows_kind<'f>(field: &'f Field, value: &Value, outer: &mut Vec<&'f Field>) -> bool {
    match &field.kind {
        FieldKind::Json => true,
        FieldKind::Checkbox => value.is_boolean(),
        FieldKind::Constant(own) => value == own,
        FieldKind::Select(options) => options.iter().any(|option| option.value == *value),
        FieldKind::Number(rules) => value
            .as_f64()
            .is_some_and(|number| allows_number(rules, number)),
        FieldKind::Text(rules)
        | FieldKind::Email(rules)
        | FieldKind::Url(rules)
        | FieldKind::Date(rules)
        | FieldKind::DateTime(rules)
        | FieldKind::Time(rules)
        | FieldKind::Duration(rules)
        | FieldKind::Secret(rules) => value.as_str().is_some_and(|text| allows_text(rules, text)),
        FieldKind::MultiSelect(rules) => value.as_array().is_some_and(|items| {
            is_count_right(items.len(), rules.min_items, rules.max_items)
                && are_unique(items)
                && items
                    .iter()
                    .all(|item| rules.options.iter().any(|option| option.value == *item))
        }),
        FieldKind::List(rules) => value.as_array().is_some_and(|items| {
            is_count_right(items.len(), rules.min_items, rules.max_items)
                && (!rules.unique_items || are_unique(items))
                && items
                    .iter()
                    .all(|item| allows_value(&rules.item, item, outer))
        }),
        FieldKind::Group(rules) => value
            .as_object()
            .is_some_and(|members| allows_group(rules, members, outer)),
        FieldKind::Recursive(pointer) => {
            let at = outer
                .iter()
                .position(|field| field.pointer == *pointer)
                .expect("a repeated field is around");
            let repeated = outer[at];
            // Null is the repeating field's own matter.
            !value.is_null() && allows_kind(repeated, value, outer)
        }
    }
}

fn allows_group<'f>(
    rules: &'f GroupRules,
    members: &Map<String, Value>,
    outer: &mut Vec<&'f Field>,
) -> bool {
    is_count_right(members.len(), rules.min_properties, rules.max_properties)
        && (rules.accepts_unknown_properties
            || members
                .keys()
                .all(|name| rules.fields.iter().any(|field| field.name == *name)))
        && rules
            .fields
            .iter()
            .all(|field| match members.get(&field.name) {
                None => !field.required,
                Some(value) => allows_value(field, value, outer),
            })
}

fn is_count_right(count: usize, min: Option<u64>, max: Option<u64>) -> bool {
    let count = u64::try_from(count).expect("a small count");
    min.is_none_or(|min| count >= min) && max.is_none_or(|max| count <= max)
}

fn are_unique(items: &[Value]) -> bool {
    items
        .iter()
        .enumerate()
        .all(|(at, item)| !items[..at].contains(item))
}

fn allows_number(rules: &NumberRules, number: f64) -> bool {
    let bound = |bound: &Option<serde_json::Number>, holds: fn(f64, f64) -> bool| {
        bound
            .as_ref()
            .and_then(serde_json::Number::as_f64)
            .is_none_or(|bound| holds(number, bound))
    };
    let is_multiple = |step: f64| ((number / step).round() * step - number).abs() < 1e-9;
    (!rules.integer || number.fract() == 0.0)
        && bound(&rules.minimum, |number, bound| number >= bound)
        && bound(&rules.maximum, |number, bound| number <= bound)
        && bound(&rules.exclusive_minimum, |number, bound| number > bound)
        && bound(&rules.exclusive_maximum, |number, bound| number < bound)
        && rules
            .multiple_of
            .as_ref()
            .and_then(serde_json::Number::as_f64)
            .is_none_or(is_multiple)
}

fn allows_text(rules: &TextRules, text: &str) -> bool {
    is_count_right(text.chars().count(), rules.min_length, rules.max_length)
        && rules
            .pattern
            .as_deref()
            .is_none_or(|pattern| match pattern {
                "^a+$" => !text.is_empty() && text.bytes().all(|byte| byte == b'a'),
                "b" => text.contains('b'),
                "^[a-z]{2,4}$" => {
                    (2..=4).contains(&text.len())
                        && text.bytes().all(|byte| byte.is_ascii_lowercase())
                }
                other => panic!("no oracle for the pattern {other}"),
            })
        && rules.format.as_deref().is_none_or(|format| match format {
            "email" => text == "x@y.example",
            "uri" => text == "https://e.example/p?q=1",
            "date" => text == "2024-02-29",
            "date-time" => text == "2024-02-29T10:00:00Z",
            "time" => text == "10:00:00Z",
            "duration" => text == "P1DT2H",
            "uuid" => text == "123e4567-e89b-12d3-a456-426614174000",
            "ipv4" => text == "10.0.0.1",
            _ => true,
        })
}

/// Whether any field takes more than it shows.
pub(super) fn has_json(fields: &[Field]) -> bool {
    fields.iter().any(|field| match &field.kind {
        FieldKind::Json => true,
        FieldKind::Group(group) => has_json(&group.fields),
        FieldKind::List(list) => has_json(std::slice::from_ref(&list.item)),
        _ => false,
    })
}
