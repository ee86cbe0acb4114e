//! Writes leaves of the tree: as JSON, and as values for a subgraph in this process.

use async_graphql::Value;

use crate::data::tree::Data;

/// Writes a leaf as JSON; nothing but `null` for what is none.
pub(crate) fn leaf(out: &mut Vec<u8>, data: &Data<'_>) {
    match data {
        Data::Json(text) => out.extend_from_slice(text.as_bytes()),
        Data::Text(text) => json(out, text),
        Data::Symbol(name) => json(out, name.as_str()),
        Data::Boolean(truth) => json(out, truth),
        Data::Number(number) => json(out, number),
        Data::Other(value) => json(out, value),
        Data::Absent | Data::Null | Data::List(_) | Data::Object(_) => {
            out.extend_from_slice(b"null");
        }
    }
}

/// Writes anything as JSON.
pub(crate) fn json(out: &mut Vec<u8>, value: &(impl serde::Serialize + ?Sized)) {
    serde_json::to_writer(out, value).expect("only text keys and finite numbers are written");
}

/// Writes a name as JSON: there is nothing in it to escape.
pub(crate) fn name(out: &mut Vec<u8>, name: &str) {
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.push(b'"');
}

/// A leaf as a value; null for what is none.
pub(crate) fn value(data: &Data<'_>) -> Value {
    match data {
        // It was checked to be JSON when it was read; a number may still be out of range.
        Data::Json(text) => serde_json::from_str(text).unwrap_or_default(),
        Data::Text(text) => Value::String(text.clone()),
        Data::Symbol(name) => Value::Enum(name.clone()),
        Data::Boolean(truth) => Value::Boolean(*truth),
        Data::Number(number) => Value::Number(number.clone()),
        Data::Other(value) => (**value).clone(),
        Data::Absent | Data::Null | Data::List(_) | Data::Object(_) => Value::Null,
    }
}
