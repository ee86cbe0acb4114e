//! The media type of a body.

use serde_json::Value;

/// How a body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// As JSON.
    Json,
    /// As URL-encoded pairs.
    Form,
    /// As parts, which forms cannot send yet.
    Multipart,
    /// As the text that it is.
    Text,
}

impl MediaType {
    /// How the body of this schema is written.
    pub fn of(schema: Option<&Value>) -> Self {
        let name = Self::name_of(schema).to_ascii_lowercase();
        let essence = name.split(';').next().unwrap_or_default().trim();
        match essence {
            "application/x-www-form-urlencoded" => Self::Form,
            essence if essence.starts_with("multipart/") => Self::Multipart,
            essence if essence.ends_with("json") => Self::Json,
            _ => Self::Text,
        }
    }

    /// The name in the schema; JSON when there is none.
    pub fn name_of(schema: Option<&Value>) -> String {
        let name = schema
            .and_then(|schema| schema.get("x-portico-media-type"))
            .and_then(Value::as_str);
        name.unwrap_or("application/json").to_owned()
    }
}
