//! Literals that mean the same.

use apollo_compiler::ast::Value;

/// A value as text, the order of an object's fields not counting.
pub(crate) fn canonical(value: &Value) -> String {
    match value {
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|item| canonical(item)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(entries) => {
            let mut entries: Vec<String> = entries
                .iter()
                .map(|(name, value)| format!("{name}: {}", canonical(value)))
                .collect();
            entries.sort_unstable();
            format!("{{{}}}", entries.join(", "))
        }
        leaf => leaf.serialize().no_indent().to_string(),
    }
}
