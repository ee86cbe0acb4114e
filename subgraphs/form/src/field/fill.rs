//! What the server adds to submitted data before it is checked.

use serde_json::{Map, Number, Value};

use super::{Field, FieldKind, Fields};
use crate::pointer::unescape;

/// Deeper data is refused by the validator anyway.
const DEPTH_MAX: usize = 64;

/// Submits constants for the user, and reads digits where a number is too wide for a client
/// that only knows doubles.
pub fn fill(fields: &Fields, data: &mut Value) {
    if let (true, Value::Object(root)) = (fields.has_body_on_top, &mut *data) {
        root.entry("body")
            .or_insert_with(|| Value::Object(Map::new()));
    }
    for field in &fields.fields {
        if let (true, FieldKind::Constant(value)) = (field.required, &field.kind) {
            insert_on_top(field, value, data);
        }
    }
    visit(fields, data, &mut |field, value| match &field.kind {
        FieldKind::Number(rules) if rules.wide => read_digits(value),
        FieldKind::Group(group) => {
            if let Value::Object(members) = value {
                group
                    .fields
                    .iter()
                    .for_each(|field| insert_constant(field, members));
            }
        }
        _ => {}
    });
}

fn insert_constant(field: &Field, members: &mut Map<String, Value>) {
    if let (true, FieldKind::Constant(value)) = (field.required, &field.kind)
        && !members.contains_key(&field.name)
    {
        members.insert(field.name.clone(), value.clone());
    }
}

/// A top-level field stands in the data or in the object of its location.
fn insert_on_top(field: &Field, value: &Value, data: &mut Value) {
    let tokens: Vec<&str> = field.pointer.as_str().split('/').skip(1).collect();
    let Value::Object(root) = data else { return };
    match tokens.as_slice() {
        [name] => {
            root.entry(unescape(name)).or_insert_with(|| value.clone());
        }
        [location, name] => {
            let members = root
                .entry(unescape(location))
                .or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(members) = members {
                members
                    .entry(unescape(name))
                    .or_insert_with(|| value.clone());
            }
        }
        _ => {}
    }
}

fn read_digits(value: &mut Value) {
    let Value::String(text) = value else { return };
    let number = text
        .parse::<i64>()
        .map(Number::from)
        .or_else(|_| text.parse::<u64>().map(Number::from));
    // `+7` and `007` parse too, but are not how JSON writes a number.
    if let Ok(number) = number
        && number.to_string() == *text
    {
        *value = Value::Number(number);
    }
}

/// Calls `change` on every value of the data that has a field, outermost first.
pub(super) fn visit(
    fields: &Fields,
    data: &mut Value,
    change: &mut impl FnMut(&Field, &mut Value),
) {
    for field in &fields.fields {
        if let Some(value) = data.pointer_mut(field.pointer.as_str()) {
            visit_value(field, value, &mut Vec::new(), change);
        }
    }
}

fn visit_value<'f>(
    field: &'f Field,
    value: &mut Value,
    outer: &mut Vec<&'f Field>,
    change: &mut impl FnMut(&Field, &mut Value),
) {
    if outer.len() > DEPTH_MAX {
        return;
    }
    change(field, value);
    outer.push(field);
    match (&field.kind, value) {
        (FieldKind::Group(group), Value::Object(members)) => {
            for field in &group.fields {
                if let Some(value) = members.get_mut(&field.name) {
                    visit_value(field, value, outer, change);
                }
            }
        }
        (FieldKind::List(list), Value::Array(items)) => {
            items
                .iter_mut()
                .for_each(|item| visit_value(&list.item, item, outer, change));
        }
        (FieldKind::Recursive(pointer), value) => {
            if let Some(repeated) = outer
                .iter()
                .copied()
                .find(|field| field.pointer == *pointer)
            {
                visit_value(repeated, value, outer, change);
            }
        }
        _ => {}
    }
    outer.pop();
}
