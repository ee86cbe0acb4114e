//! How large submitted data may be.

use serde_json::Value;

use super::{InputError, InputErrorCode};
use crate::pointer::Pointer;

const VALUES_MAX: usize = 20_000;
const TEXT_BYTES_MAX: usize = 1024 * 1024;

/// What makes the data too large to be looked at, if anything does.
pub(super) fn check(data: &Value, depth_max: usize) -> Option<InputError> {
    let mut seen = Seen {
        values: 0,
        text_bytes: 0,
        depth_max,
    };
    seen.add(data, &Pointer::root(), 0).err()
}

struct Seen {
    values: usize,
    text_bytes: usize,
    depth_max: usize,
}

impl Seen {
    fn add(&mut self, value: &Value, pointer: &Pointer, depth: usize) -> Result<(), InputError> {
        if depth > self.depth_max {
            let message = format!("is nested deeper than {} levels", self.depth_max);
            return Err(InputError::new(
                pointer.clone(),
                InputErrorCode::TooDeep,
                message,
            ));
        }
        self.values += 1;
        if self.values > VALUES_MAX {
            return Err(too_large(format!("holds more than {VALUES_MAX} values")));
        }
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .try_for_each(|(at, item)| self.add(item, &pointer.index(at), depth + 1)),
            Value::Object(members) => members.iter().try_for_each(|(name, member)| {
                self.text(name)?;
                self.add(member, &pointer.child(name), depth + 1)
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
        }
    }

    fn text(&mut self, text: &str) -> Result<(), InputError> {
        self.text_bytes += text.len();
        if self.text_bytes > TEXT_BYTES_MAX {
            return Err(too_large("holds more than 1 MiB of text".to_owned()));
        }
        Ok(())
    }
}

fn too_large(message: String) -> InputError {
    InputError::new(Pointer::root(), InputErrorCode::TooLarge, message)
}
