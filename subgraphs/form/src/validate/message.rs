//! The validator's errors, as codes for programs and sentences for people.

use jsonschema::{
    ValidationError,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde_json::Value;

use crate::pointer::Pointer;

/// How the rule about read-only values names itself in the validator's errors.
pub(super) const READ_ONLY: &str = "is read-only";

/// How many values a message lists.
const LISTED_MAX: usize = 12;

/// Which rule a value breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, async_graphql::Enum)]
#[graphql(name = "FormErrorCode")]
pub enum InputErrorCode {
    /// A value is missing.
    Required,
    /// The value has another JSON type than the field.
    Type,
    /// The text is not in the field's format.
    Format,
    /// The value is none of the options.
    Enum,
    /// The value is not the one that the endpoint expects.
    Const,
    /// The text does not match the pattern.
    Pattern,
    /// The text is too short.
    MinLength,
    /// The text is too long.
    MaxLength,
    /// The number is too small.
    Minimum,
    /// The number is too large.
    Maximum,
    /// The number is not a multiple of the field's step.
    MultipleOf,
    /// The list has too few items.
    MinItems,
    /// The list has too many items.
    MaxItems,
    /// The list holds the same item twice.
    UniqueItems,
    /// The list lacks an item that it must contain.
    Contains,
    /// The object has too few properties.
    MinProperties,
    /// The object has too many properties.
    MaxProperties,
    /// The property is not known to the endpoint.
    AdditionalProperty,
    /// The item is not allowed in this list.
    AdditionalItem,
    /// The property's name is not allowed.
    PropertyName,
    /// The value fits none of the alternatives.
    AnyOf,
    /// The value does not fit exactly one of the alternatives.
    OneOf,
    /// The value is one of those that are excluded.
    Not,
    /// No value is allowed here.
    NotAllowed,
    /// The value is set by the service and cannot be submitted.
    ReadOnly,
    /// The text is not encoded as the endpoint expects.
    Encoding,
    /// The data is nested too deep.
    TooDeep,
    /// The data is too large.
    TooLarge,
    /// The value cannot be written into the path of a request.
    PathValue,
    /// The value cannot be written into a header or cookie.
    HeaderValue,
    /// The value has parts that its place in the request cannot hold.
    NotSerializable,
    /// The endpoint expects a body that a form cannot send yet.
    MediaType,
    /// The value breaks a rule that has no code of its own.
    Invalid,
}

/// One thing wrong with submitted data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError {
    /// The value at fault, or where a missing one belongs.
    pub pointer: Pointer,
    /// The rule.
    pub code: InputErrorCode,
    /// The rule in words, without the value.
    pub message: String,
}

impl InputError {
    /// An error; the message never holds the value.
    pub fn new(pointer: Pointer, code: InputErrorCode, message: impl Into<String>) -> Self {
        Self {
            pointer,
            code,
            message: message.into(),
        }
    }
}

/// Adds what one error of the validator says.
pub(super) fn explain(error: &ValidationError<'_>, errors: &mut Vec<InputError>) {
    let here = super::pointer(error);
    match error.kind() {
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            errors.push(InputError::new(
                here.child(name),
                InputErrorCode::Required,
                "is required",
            ));
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            errors.extend(unexpected.iter().map(|name| {
                let code = InputErrorCode::AdditionalProperty;
                InputError::new(
                    here.child(name),
                    code,
                    "is not a property that the endpoint knows",
                )
            }));
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            match likely_branch(context, &here) {
                Some(branch) => branch.iter().for_each(|error| explain(error, errors)),
                None => errors.push(plain(error.kind(), here)),
            }
        }
        kind => errors.push(plain(kind, here)),
    }
}

/// The only branch whose type fits, as in `anyOf: [{…}, {"type": "null"}]`: what is wrong
/// there is what the person can mend.
fn likely_branch<'e, 'i>(
    branches: &'e [Vec<ValidationError<'i>>],
    here: &Pointer,
) -> Option<&'e [ValidationError<'i>]> {
    let is_type_right = |branch: &&Vec<ValidationError<'_>>| {
        !branch.iter().any(|error| {
            super::pointer(error) == *here
                && matches!(error.kind(), Kind::Type { .. } | Kind::Constant { .. })
        })
    };
    let mut fitting = branches.iter().filter(is_type_right);
    match (fitting.next(), fitting.next()) {
        (Some(branch), None) if !branch.is_empty() => Some(branch),
        _ => None,
    }
}

fn plain(kind: &Kind, pointer: Pointer) -> InputError {
    let (code, message) = code_and_message(kind);
    InputError {
        pointer,
        code,
        message,
    }
}

fn code_and_message(kind: &Kind) -> (InputErrorCode, String) {
    use InputErrorCode as Code;
    match kind {
        Kind::Type { kind } => (Code::Type, format!("must be {}", type_names(kind))),
        Kind::Format { format } => (Code::Format, format!("must be {}", format_name(format))),
        Kind::Enum { options } => (Code::Enum, format!("must be one of {}", listed(options))),
        Kind::Constant { expected_value } => (Code::Const, format!("must be {expected_value}")),
        Kind::Pattern { pattern } => (Code::Pattern, format!("must match the pattern {pattern}")),
        Kind::MinLength { limit } => (
            Code::MinLength,
            format!("must have at least {limit} characters"),
        ),
        Kind::MaxLength { limit } => (
            Code::MaxLength,
            format!("must have at most {limit} characters"),
        ),
        Kind::Minimum { limit } => (Code::Minimum, format!("must be at least {limit}")),
        Kind::Maximum { limit } => (Code::Maximum, format!("must be at most {limit}")),
        Kind::ExclusiveMinimum { limit } => (Code::Minimum, format!("must be more than {limit}")),
        Kind::ExclusiveMaximum { limit } => (Code::Maximum, format!("must be less than {limit}")),
        Kind::MultipleOf { multiple_of } => (
            Code::MultipleOf,
            format!("must be a multiple of {multiple_of}"),
        ),
        Kind::MinItems { limit } => (Code::MinItems, format!("must have at least {limit} items")),
        Kind::MaxItems { limit } => (Code::MaxItems, format!("must have at most {limit} items")),
        Kind::UniqueItems => (
            Code::UniqueItems,
            "must not hold the same item twice".to_owned(),
        ),
        Kind::Contains => (
            Code::Contains,
            "lacks an item that it must contain".to_owned(),
        ),
        Kind::MinProperties { limit } => (
            Code::MinProperties,
            format!("must have at least {limit} properties"),
        ),
        Kind::MaxProperties { limit } => (
            Code::MaxProperties,
            format!("must have at most {limit} properties"),
        ),
        other => (code_of_rare(other), message_of_rare(other).to_owned()),
    }
}

fn code_of_rare(kind: &Kind) -> InputErrorCode {
    use InputErrorCode as Code;
    match kind {
        Kind::AdditionalItems { .. } | Kind::UnevaluatedItems { .. } => Code::AdditionalItem,
        Kind::PropertyNames { .. } => Code::PropertyName,
        Kind::AnyOf { .. } => Code::AnyOf,
        Kind::OneOfNotValid { .. } | Kind::OneOfMultipleValid { .. } => Code::OneOf,
        Kind::Not { .. } => Code::Not,
        Kind::FalseSchema => Code::NotAllowed,
        Kind::Custom { .. } => Code::ReadOnly,
        Kind::ContentEncoding { .. } | Kind::ContentMediaType { .. } | Kind::FromUtf8 { .. } => {
            Code::Encoding
        }
        _ => Code::Invalid,
    }
}

fn message_of_rare(kind: &Kind) -> &'static str {
    match kind {
        Kind::AdditionalItems { .. } | Kind::UnevaluatedItems { .. } => {
            "has items that the endpoint does not know"
        }
        Kind::PropertyNames { .. } => "has a property whose name is not allowed",
        Kind::AnyOf { .. } => "fits none of the alternatives",
        Kind::OneOfNotValid { .. } => {
            "fits none of the alternatives, of which exactly one must fit"
        }
        Kind::OneOfMultipleValid { .. } => {
            "fits several alternatives, of which exactly one must fit"
        }
        Kind::Not { .. } => "is excluded by the endpoint",
        Kind::FalseSchema => "must be left out",
        Kind::Custom { .. } => "is read-only and must be left out",
        Kind::ContentEncoding { .. } | Kind::ContentMediaType { .. } | Kind::FromUtf8 { .. } => {
            "is not encoded as the endpoint expects"
        }
        _ => "is not valid",
    }
}

fn type_names(kind: &TypeKind) -> String {
    let names: Vec<String> = match kind {
        TypeKind::Single(name) => vec![name.to_string()],
        TypeKind::Multiple(names) => names.iter().map(|name| name.to_string()).collect(),
    };
    names
        .iter()
        .map(|name| article(name))
        .collect::<Vec<_>>()
        .join(" or ")
}

fn article(type_name: &str) -> String {
    match type_name {
        "null" => "null".to_owned(),
        "string" => "text".to_owned(),
        "array" => "a list".to_owned(),
        "boolean" => "true or false".to_owned(),
        "integer" => "a whole number".to_owned(),
        "object" => "an object".to_owned(),
        other => format!("a {other}"),
    }
}

fn format_name(format: &str) -> String {
    match format {
        "email" | "idn-email" => "an e-mail address".to_owned(),
        "uri" | "iri" => "a complete URL".to_owned(),
        "date" => "a date such as 2030-12-31".to_owned(),
        "date-time" => "a date and time such as 2030-12-31T23:59:00Z".to_owned(),
        "time" => "a time with an offset such as 23:59:00Z".to_owned(),
        "duration" => "an ISO 8601 duration such as P1DT12H".to_owned(),
        other => format!("in the format {other}"),
    }
}

fn listed(options: &Value) -> String {
    let Some(options) = options.as_array() else {
        return "the options".to_owned();
    };
    let mut text = options
        .iter()
        .take(LISTED_MAX)
        .map(Value::to_string)
        .collect::<Vec<_>>()
        .join(", ");
    if options.len() > LISTED_MAX {
        text.push_str(&format!(" and {} more", options.len() - LISTED_MAX));
    }
    text
}
