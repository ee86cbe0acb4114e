//! Text of any format.

use serde_json::{Map, Value};

use super::{Field, FieldKind, TextRules, place::Place};

/// From this length on an author expects more than one line.
const MULTILINE_LENGTH: u64 = 256;

/// The field for a schema of type string.
pub(super) fn field(schema: &Map<String, Value>, place: &Place) -> Field {
    let format = schema.get("format").and_then(Value::as_str);
    if let Some(keyword) = binary(schema, format) {
        return place.json(schema, place.unsupported(keyword));
    }
    let rules = rules(schema, format);
    let is_secret =
        format == Some("password") || schema.get("writeOnly") == Some(&Value::Bool(true));
    let kind = match format {
        _ if is_secret => FieldKind::Secret(rules),
        Some("email") => FieldKind::Email(rules),
        Some("uri") => FieldKind::Url(rules),
        Some("date") => FieldKind::Date(rules),
        Some("date-time") => FieldKind::DateTime(rules),
        Some("time") => FieldKind::Time(rules),
        Some("duration") => FieldKind::Duration(rules),
        _ => FieldKind::Text(rules),
    };
    place.field(schema, kind)
}

/// The keyword that says that the text stands for bytes.
fn binary(schema: &Map<String, Value>, format: Option<&str>) -> Option<&'static str> {
    if schema.contains_key("contentEncoding") {
        return Some("contentEncoding");
    }
    matches!(format, Some("binary" | "byte")).then_some("format")
}

fn rules(schema: &Map<String, Value>, format: Option<&str>) -> TextRules {
    let max_length = super::number::count(schema, "maxLength");
    let is_document = schema
        .get("contentMediaType")
        .and_then(Value::as_str)
        .is_some_and(|media_type| media_type.starts_with("text/"));
    TextRules {
        min_length: super::number::count(schema, "minLength"),
        max_length,
        pattern: schema
            .get("pattern")
            .and_then(Value::as_str)
            .map(str::to_owned),
        format: format.map(str::to_owned),
        multiline: is_document || max_length.is_some_and(|length| length >= MULTILINE_LENGTH),
    }
}
