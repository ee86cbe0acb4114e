//! What a field has whatever its type: its place, its words, its flags.

use serde_json::{Map, Value};

use super::{Field, FieldKind};
use crate::{label, pointer::Pointer, schema};

const EXAMPLES_MAX: usize = 5;
const PLACEHOLDER_CHARS_MAX: usize = 120;

/// Where a field is about to be made.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) pointer: Pointer,
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) depth: usize,
}

impl Place {
    pub(super) fn child(&self, name: &str, required: bool) -> Self {
        Self {
            pointer: self.pointer.child(name),
            name: name.to_owned(),
            required,
            depth: self.depth + 1,
        }
    }

    pub(super) fn item(&self) -> Self {
        Self {
            pointer: self.pointer.item(),
            name: String::new(),
            required: true,
            depth: self.depth + 1,
        }
    }

    fn label(&self, schema: &Map<String, Value>) -> String {
        match schema.get("title").and_then(Value::as_str).map(str::trim) {
            Some(title) if !title.is_empty() => title.to_owned(),
            _ if self.name.is_empty() => "Item".to_owned(),
            _ => label::from_name(&self.name),
        }
    }

    /// A field with everything but its type's own rules.
    pub(super) fn field(&self, schema: &Map<String, Value>, kind: FieldKind) -> Field {
        let flag = |keyword: &str| schema.get(keyword) == Some(&Value::Bool(true));
        let secret = matches!(kind, FieldKind::Secret(_)) || flag("writeOnly");
        let examples = if secret { Vec::new() } else { examples(schema) };
        Field {
            pointer: self.pointer.clone(),
            name: self.name.clone(),
            label: self.label(schema),
            description: description(schema),
            required: self.required,
            nullable: false,
            read_only: flag("readOnly"),
            secret,
            deprecated: flag("deprecated"),
            default_value: schema.get("default").filter(|_| !secret).cloned(),
            placeholder: examples.first().and_then(placeholder),
            help: help(&kind).map(str::to_owned),
            examples,
            warnings: warnings(schema),
            kind,
        }
    }

    /// The field for what no other field can show.
    pub(super) fn json(&self, schema: &Map<String, Value>, warning: String) -> Field {
        let mut field = self.field(schema, FieldKind::Json);
        field.warnings.push(warning);
        field
    }

    /// The warning that names a keyword without a field of its own.
    pub(super) fn unsupported(&self, keyword: &str) -> String {
        format!(
            "\"{keyword}\" at {} has no field of its own; enter the value as JSON",
            self.shown()
        )
    }

    /// The pointer in a sentence.
    pub(super) fn shown(&self) -> &str {
        if self.pointer.as_str().is_empty() {
            "the root"
        } else {
            self.pointer.as_str()
        }
    }
}

fn description(schema: &Map<String, Value>) -> Option<String> {
    let text = schema.get("description")?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// JSON Schema's `examples` and OpenAPI 3.0's `example`.
fn examples(schema: &Map<String, Value>) -> Vec<Value> {
    let many = schema
        .get("examples")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    many.chain(schema.get("example"))
        .take(EXAMPLES_MAX)
        .cloned()
        .collect()
}

fn placeholder(example: &Value) -> Option<String> {
    let text = match example {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.contains('\n') && text.chars().count() <= PLACEHOLDER_CHARS_MAX).then_some(text)
}

fn warnings(schema: &Map<String, Value>) -> Vec<String> {
    let left = schema.get(schema::WARNINGS).and_then(Value::as_array);
    left.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

fn help(kind: &FieldKind) -> Option<&'static str> {
    match kind {
        FieldKind::Email(_) => Some("An e-mail address, such as name@example.com"),
        FieldKind::Url(_) => Some("A complete URL, such as https://example.com/path"),
        FieldKind::Date(_) => Some("A date, such as 2030-12-31"),
        FieldKind::DateTime(_) => {
            Some("A date and time with its offset, such as 2030-12-31T23:59:00Z")
        }
        FieldKind::Time(_) => Some("A time with its offset, such as 23:59:00Z"),
        FieldKind::Duration(_) => Some("An ISO 8601 duration, such as P1DT12H"),
        FieldKind::Secret(_) => Some("Wiped once delivered, and never shown again"),
        FieldKind::Json => Some("Any JSON value that the form's schema accepts"),
        FieldKind::Recursive(_) => Some("The same fields again, one level deeper"),
        _ => None,
    }
}
