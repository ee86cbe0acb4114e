//! How large a schema may be.

use serde_json::Value;

use super::SchemaError;

const DEPTH_MAX: usize = 96;
const NODES_MAX: usize = 50_000;
const TEXT_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Measures a schema without recursing further than the limit.
pub(super) fn check(schema: &Value) -> Result<(), SchemaError> {
    let mut measured = Measured::default();
    measured.add(schema, 0)
}

#[derive(Default)]
struct Measured {
    nodes: usize,
    text_bytes: usize,
}

impl Measured {
    fn add(&mut self, value: &Value, depth: usize) -> Result<(), SchemaError> {
        if depth > DEPTH_MAX {
            return Err(SchemaError::TooDeep(DEPTH_MAX));
        }
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            return Err(SchemaError::TooLarge("50,000 values"));
        }
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => items.iter().try_for_each(|item| self.add(item, depth + 1)),
            Value::Object(members) => members.iter().try_for_each(|(name, member)| {
                self.text(name)?;
                self.add(member, depth + 1)
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
        }
    }

    fn text(&mut self, text: &str) -> Result<(), SchemaError> {
        self.text_bytes += text.len();
        if self.text_bytes > TEXT_BYTES_MAX {
            return Err(SchemaError::TooLarge("2 MiB of text"));
        }
        Ok(())
    }
}
