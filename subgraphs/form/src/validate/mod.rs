//! Checks submitted data against the schema that its form was built from.

mod message;
mod size;

use jsonschema::{PatternOptions, ValidationError, ValidationOptions, Validator};
use serde_json::{Map, Value};

pub use message::{InputError, InputErrorCode};

use crate::{
    pointer::Pointer,
    schema::{Location, RequestSchema, SchemaError},
};

/// More than a person would read, and a bound for a client that sends nonsense.
const ERRORS_MAX: usize = 100;
/// How much there may be to check: values times the subschemas applied to each.
const WORK_MAX: u64 = 1_000_000;
/// How much there may be to check when everything that is wrong is told.
const EXPLAINED_MAX: u64 = 50_000;
const PATTERN_BYTES_MAX: usize = 256 * 1024;
const PATTERN_DFA_BYTES_MAX: usize = 1024 * 1024;

/// A schema, compiled.
pub struct Checker {
    validator: Validator,
    schema: RequestSchema,
}

impl Checker {
    /// Compiles a schema; nothing is fetched and no pattern can backtrack.
    pub fn new(schema: &RequestSchema) -> Result<Self, SchemaError> {
        let validator = options()
            .build(schema.document())
            .map_err(|error| SchemaError::Malformed(format!("#{}", error.instance_path())))?;
        Ok(Self {
            validator,
            schema: schema.clone(),
        })
    }

    /// Everything that is wrong with the data; nothing, when it is accepted.
    ///
    /// No message repeats a value, so none can give a secret away.
    pub fn errors(&self, data: &Value) -> Vec<InputError> {
        let work = match self.work(data) {
            Ok(work) => work,
            Err(error) => return vec![error],
        };
        if self.validator.is_valid(data) {
            return Vec::new();
        }
        let mut errors = self.explain(data, work);
        errors.truncate(ERRORS_MAX);
        let refused = !errors.is_empty();
        // The validator calls a property missing that is there but not allowed.
        errors.retain(|error| {
            error.code != InputErrorCode::Required || data.pointer(error.pointer.as_str()).is_none()
        });
        let mut errors = self.name_members(errors);
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
        self.work(data).is_ok() && self.validator.is_valid(data)
    }

    /// How much there is to check, unless that is too much.
    fn work(&self, data: &Value) -> Result<u64, InputError> {
        if let Some(error) = size::check(data, self.schema.data_depth_max()) {
            return Err(error);
        }
        self.schema.work(data, WORK_MAX).ok_or_else(|| {
            let message = "has too many values for the rules that each has to be checked by; \
                 submit fewer or shorter ones";
            InputError::new(Pointer::root(), InputErrorCode::TooLarge, message)
        })
    }

    /// What is wrong. The validator makes an error for every rule that a value breaks, those of
    /// alternatives included, before anybody looks at the first: of much data only one is told.
    fn explain(&self, data: &Value, work: u64) -> Vec<InputError> {
        let mut errors = Vec::new();
        if work > EXPLAINED_MAX {
            let first = self.validator.validate(data).err();
            first
                .iter()
                .for_each(|error| message::explain(error, &mut errors));
            return errors;
        }
        for error in self.validator.iter_errors(data) {
            message::explain(&error, &mut errors);
            if errors.len() >= ERRORS_MAX {
                break;
            }
        }
        errors
    }

    /// Points at each parameter that is missing, and not at the part of the request that would
    /// hold it: that has no field.
    fn name_members(&self, errors: Vec<InputError>) -> Vec<InputError> {
        let named = errors.into_iter().flat_map(|error| {
            let members = match error.code {
                InputErrorCode::Required => self.required_members(&error.pointer),
                _ => Vec::new(),
            };
            match members.is_empty() {
                true => vec![error],
                false => members,
            }
        });
        named.collect()
    }

    fn required_members(&self, pointer: &Pointer) -> Vec<InputError> {
        let groups = [
            Location::Path,
            Location::Query,
            Location::Header,
            Location::Cookie,
        ];
        let of_pointer = |group: &Location| Pointer::root().child(group.name()) == *pointer;
        let found = groups.into_iter().find(of_pointer);
        let schema = found.and_then(|group| self.schema.location(group));
        let names = schema.and_then(|(schema, _)| schema.get("required")?.as_array());
        let names = names.into_iter().flatten().filter_map(Value::as_str);
        names
            .map(|name| {
                InputError::new(pointer.child(name), InputErrorCode::Required, "is required")
            })
            .collect()
    }
}

/// Whether a pattern can be matched in time linear in the text.
pub fn is_pattern_supported(pattern: &str) -> bool {
    options()
        .build(&serde_json::json!({ "pattern": pattern }))
        .is_ok()
}

/// Whether a pattern is a regular expression at all, as of ECMA-262.
pub fn is_pattern_valid(pattern: &str) -> bool {
    let format = serde_json::json!({ "format": "regex" });
    let regex = options().build(&format);
    regex.is_ok_and(|regex| regex.is_valid(&Value::from(pattern)))
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
