//! Regular expressions in schemas: whether a text is one at all.
//!
//! Whether one can be matched in linear time is the validator's matter: a look-ahead is a regular
//! expression, and is only not checked.

use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};

static FORMAT: LazyLock<Validator> = LazyLock::new(|| {
    jsonschema::options()
        .offline()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(&json!({ "format": "regex" }))
        .expect("the schema is sound")
});

/// Whether a text is a regular expression as of ECMA-262; `((` is none.
pub(super) fn is_regex(pattern: &str) -> bool {
    FORMAT.is_valid(&Value::from(pattern))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regular_expressions_are_told_from_other_text() {
        for pattern in [
            "",
            "^a+$",
            r"^(?!x)\d{3}\/[\w.-]*$",
            "(?<year>[0-9]{4})",
            r"\u00e4",
        ] {
            assert!(is_regex(pattern), "{pattern}");
        }
        for text in ["((", "a)", "[a", "*a", "a{2,1}"] {
            assert!(!is_regex(text), "{text}");
        }
    }
}
