//! E-mail addresses, as clients write them.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

/// Text that should be an e-mail address. The operation checks it, because its refusal has a code
/// and names the field; that of a scalar has neither.
pub(super) struct Email(pub(super) String);

/// An e-mail address.
#[Scalar(
    name = "EmailAddress",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2"
)]
impl ScalarType for Email {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            // Never `expected_type`: its message holds the value, which may be anybody's secret.
            _ => Err(InputValueError::custom("an e-mail address is a text")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}
