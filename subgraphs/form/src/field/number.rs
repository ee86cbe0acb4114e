//! Numbers, whole or not.

use serde_json::{Map, Number, Value};

use super::{Field, FieldKind, NumberRules, place::Place};

/// The largest integer up to which every integer is a double of its own.
const DOUBLE_INTEGER_MAX: f64 = 9_007_199_254_740_991.0;

/// The field for a schema of type number or integer.
pub(super) fn field(schema: &Map<String, Value>, place: &Place, integer: bool) -> Field {
    let number = |keyword: &str| schema.get(keyword).and_then(Value::as_number).cloned();
    let format = schema
        .get("format")
        .and_then(Value::as_str)
        .map(str::to_owned);
    let mut rules = NumberRules {
        integer,
        minimum: number("minimum"),
        maximum: number("maximum"),
        exclusive_minimum: number("exclusiveMinimum"),
        exclusive_maximum: number("exclusiveMaximum"),
        multiple_of: number("multipleOf"),
        format,
        wide: false,
    };
    rules.wide = integer && is_wide(&rules);
    place.field(schema, FieldKind::Number(rules))
}

/// A count such as `minLength`; whole, though it may be written `1.0`.
pub(super) fn count(schema: &Map<String, Value>, keyword: &str) -> Option<u64> {
    let value = schema.get(keyword)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the meta-schema has refused fractions and negative numbers"
    )]
    value
        .as_u64()
        .or_else(|| value.as_f64().map(|count| count as u64))
}

fn is_wide(rules: &NumberRules) -> bool {
    let bounds = [
        &rules.minimum,
        &rules.maximum,
        &rules.exclusive_minimum,
        &rules.exclusive_maximum,
    ];
    let is_beyond = |bound: &Number| {
        bound
            .as_f64()
            .is_some_and(|bound| bound.abs() > DOUBLE_INTEGER_MAX)
    };
    matches!(rules.format.as_deref(), Some("int64" | "uint64"))
        || bounds.into_iter().flatten().any(is_beyond)
}
