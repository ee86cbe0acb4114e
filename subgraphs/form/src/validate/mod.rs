//! Checks submitted data against the schema that its form was built from.

mod message;
mod size;

use jsonschema::{PatternOptions, ValidationError, ValidationOptions, Validator};
use serde_json::{Map, Value};

pub use message::{InputError, InputErrorCode};

use crate::{
    pointer::Pointer,
    schema::{RequestSchema, SchemaError},
};

/// More than a person would read, and a bound for a client that sends nonsense.
const ERRORS_MAX: usize = 100;
const PATTERN_BYTES_MAX: usize = 256 * 1024;
const PATTERN_DFA_BYTES_MAX: usize = 1024 * 1024;

/// A schema, compiled.
pub struct Checker {
    validator: Validator,
    data_depth_max: usize,
}

impl Checker {
    /// Compiles a schema; nothing is fetched and no pattern can backtrack.
    pub fn new(schema: &RequestSchema) -> Result<Self, SchemaError> {
        let validator = options()
            .build(schema.document())
            .map_err(|error| SchemaError::Malformed(format!("#{}", error.instance_path())))?;
        Ok(Self {
            validator,
            data_depth_max: schema.data_depth_max(),
        })
    }

    /// Everything that is wrong with the data; nothing, when it is accepted.
    ///
    /// No message repeats a value, so none can give a secret away.
    pub fn errors(&self, data: &Value) -> Vec<InputError> {
        if let Some(error) = size::check(data, self.data_depth_max) {
            return vec![error];
        }
        let mut errors = Vec::new();
        for error in self.validator.iter_errors(data) {
            message::explain(&error, &mut errors);
            if errors.len() >= ERRORS_MAX {
                break;
            }
        }
        errors.truncate(ERRORS_MAX);
        let refused = !errors.is_empty();
        // The validator calls a property missing that is there but not allowed.
        errors.retain(|error| {
            error.code != InputErrorCode::Required || data.pointer(error.pointer.as_str()).is_none()
        });
        if refused && errors.is_empty() {
            errors.push(InputError::new(
                Pointer::root(),
                InputErrorCode::Invalid,
                "is not valid",
            ));
        }
        errors
    }

    /// Whether the data is accepted.
    pub fn accepts(&self, data: &Value) -> bool {
        size::check(data, self.data_depth_max).is_none() && self.validator.is_valid(data)
    }
}

/// Whether a pattern can be matched in time linear in the text.
pub fn is_pattern_supported(pattern: &str) -> bool {
    options()
        .build(&serde_json::json!({ "pattern": pattern }))
        .is_ok()
}

/// Compiles one subschema by itself, when it refers to nothing outside.
pub fn apart(schema: &Map<String, Value>) -> Option<Validator> {
    let mut schema = schema.clone();
    schema.shift_remove("readOnly");
    options().build(&Value::Object(schema)).ok()
}

fn options() -> ValidationOptions<'static> {
    let patterns = PatternOptions::regex()
        .size_limit(PATTERN_BYTES_MAX)
        .dfa_size_limit(PATTERN_DFA_BYTES_MAX);
    jsonschema::options()
        .offline()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .with_pattern_options(patterns)
        .with_keyword("readOnly", |_, value, _| {
            Ok(Box::new(ReadOnly(value == &Value::Bool(true))))
        })
}

/// `readOnly` as a rule of requests: the value is the service's to set.
struct ReadOnly(bool);

impl<'i> jsonschema::Keyword<'i> for ReadOnly {
    fn validate(&self, _: &'i Value) -> Result<(), ValidationError<'i>> {
        if self.0 {
            Err(ValidationError::custom(message::READ_ONLY))
        } else {
            Ok(())
        }
    }

    fn is_valid(&self, _: &'i Value) -> bool {
        !self.0
    }
}

/// The pointer that the validator gives to a value.
fn pointer(error: &ValidationError<'_>) -> Pointer {
    Pointer::from(error.instance_path().as_str())
}

#[cfg(test)]
mod tests;
