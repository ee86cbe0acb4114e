//! Writes leaves of the tree: as JSON, and as values for a subgraph in this process.

use async_graphql::Value;
use serde_json::Number;

use crate::data::tree::{Data, Leaf, Tree};

/// Writes a leaf as JSON; nothing but `null` for what is none.
pub(crate) fn leaf(out: &mut Vec<u8>, tree: &Tree, data: Data) {
    match data {
        Data::Json(slice) => out.extend_from_slice(tree.json(slice)),
        Data::Leaf(leaf) => match tree.leaf(leaf) {
            Leaf::Text(text) => json(out, text),
            Leaf::Symbol(name) => json(out, name.as_str()),
            Leaf::Other(value) => json(out, value),
        },
        Data::Boolean(truth) => json(out, &truth),
        Data::Integer(number) => json(out, &number),
        Data::Float(number) => json(out, &number),
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
pub(crate) fn value(tree: &Tree, data: Data) -> Value {
    match data {
        // It was checked to be JSON when it was read; a number may still be out of range.
        Data::Json(slice) => serde_json::from_slice(tree.json(slice)).unwrap_or_default(),
        Data::Leaf(leaf) => match tree.leaf(leaf) {
            Leaf::Text(text) => Value::String(text.clone()),
            Leaf::Symbol(name) => Value::Enum(name.clone()),
            Leaf::Other(value) => (**value).clone(),
        },
        Data::Boolean(truth) => Value::Boolean(truth),
        Data::Integer(number) => Value::Number(number.into()),
        Data::Float(number) => Number::from_f64(number).map_or(Value::Null, Value::Number),
        Data::Absent | Data::Null | Data::List(_) | Data::Object(_) => Value::Null,
    }
}
