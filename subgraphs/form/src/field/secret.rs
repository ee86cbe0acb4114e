//! Values that are never read back: `writeOnly` and passwords.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{Field, Fields, build::Builder, fill::visit};

/// Texts shorter than this are too common to be taken out of an answer.
const REDACTED_CHARS_MIN: usize = 4;

/// Wipes the secrets from a submission's data.
pub fn scrub(fields: &Fields, data: &mut Value) {
    visit(fields, data, &mut |field, value| {
        if field.secret {
            *value = Value::Null;
        }
    });
}

/// The secret texts in a submission's data, longest first, to be kept out of what is recorded.
pub fn collect(fields: &Fields, data: &Value) -> Vec<String> {
    let mut data = data.clone();
    let mut texts = Vec::new();
    visit(fields, &mut data, &mut |field, value| {
        if field.secret {
            add_texts(value, &mut texts);
        }
    });
    texts.retain(|text| text.chars().count() >= REDACTED_CHARS_MIN);
    texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
    texts.dedup();
    texts
}

fn add_texts(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Number(number) => texts.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| add_texts(item, texts)),
        Value::Object(members) => members.values().for_each(|member| add_texts(member, texts)),
        Value::Null | Value::Bool(_) => {}
    }
}

impl Builder<'_> {
    /// A JSON field cannot say which of its parts are secret; one is enough to hide it all.
    pub(super) fn mark_secret(&mut self, field: &mut Field, schema: &Value) {
        if !field.secret && self.holds_secret(schema) {
            field.secret = true;
            field.default_value = None;
            field.examples.clear();
            field.placeholder = None;
        }
    }

    fn holds_secret(&mut self, schema: &Value) -> bool {
        let mut seen = HashSet::new();
        let mut open = vec![schema];
        while let Some(value) = open.pop() {
            // Out of budget: rather hide too much.
            let Some(left) = self.copies_left.checked_sub(1) else {
                return true;
            };
            self.copies_left = left;
            match value {
                Value::Array(items) => open.extend(items),
                Value::Object(members) => {
                    if is_secret(members) {
                        return true;
                    }
                    open.extend(members.values());
                    let reference = members.get("$ref").and_then(Value::as_str);
                    if let Some(reference) = reference.filter(|reference| seen.insert(*reference)) {
                        open.extend(self.schema.resolve(reference));
                    }
                }
                _ => {}
            }
        }
        false
    }
}

fn is_secret(schema: &Map<String, Value>) -> bool {
    schema.get("writeOnly") == Some(&Value::Bool(true))
        || schema.get("format").is_some_and(|own| own == "password")
}
