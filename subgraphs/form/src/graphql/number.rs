//! Numbers of any size.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

/// Up to here every integer is a double of its own.
const DOUBLE_INTEGER_MAX: u64 = 9_007_199_254_740_991;

/// A number that keeps its digits on the way to any client.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Number(serde_json::Number);

/// A number. One that a double cannot hold exactly, an integer beyond 9007199254740991, is written
/// as text.
#[Scalar(
    name = "Number",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc8259#section-6"
)]
impl ScalarType for Number {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Number(number) => Ok(Self(number.clone())),
            Value::String(text) => {
                let number = text
                    .parse()
                    .map_err(|_| InputValueError::custom("not a number"))?;
                Ok(Self(number))
            }
            // Never `expected_type`: its message holds the value.
            _ => Err(InputValueError::custom("not a number")),
        }
    }

    fn to_value(&self) -> Value {
        let size = self
            .0
            .as_u64()
            .or_else(|| self.0.as_i64().map(i64::unsigned_abs));
        match size {
            Some(size) if size > DOUBLE_INTEGER_MAX => Value::String(self.0.to_string()),
            _ => Value::Number(self.0.clone()),
        }
    }
}

impl From<&serde_json::Number> for Number {
    fn from(number: &serde_json::Number) -> Self {
        Self(number.clone())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_numbers_that_a_double_would_change_are_text() {
        for (number, expected) in [
            (json!(5), json!(5)),
            (json!(0.5), json!(0.5)),
            (
                json!(-9_007_199_254_740_991_i64),
                json!(-9_007_199_254_740_991_i64),
            ),
            (json!(9_007_199_254_740_992_i64), json!("9007199254740992")),
            (json!(i64::MIN), json!("-9223372036854775808")),
            (json!(u64::MAX), json!("18446744073709551615")),
        ] {
            let shown = Number::from(number.as_number().expect("a number")).to_value();
            assert_eq!(shown.into_json().expect("JSON"), expected);
        }
    }
}
