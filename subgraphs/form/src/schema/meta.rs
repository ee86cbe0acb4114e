//! Takes keywords with impossible values out of a schema, instead of refusing all of it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{SchemaError, clean::warn};
use crate::pointer::unescape;

/// A removal can uncover the next fault; honest schemas need one round.
const ROUNDS_MAX: usize = 8;

/// Removes what the meta-schema of JSON Schema 2020-12 refuses.
pub(super) fn repair(document: &mut Value) -> Result<(), SchemaError> {
    for _ in 0..ROUNDS_MAX {
        let faults = faults(document);
        if faults.is_empty() {
            return Ok(());
        }
        // From the back, so that removing an item leaves the pointers before it right.
        for fault in faults.iter().rev() {
            remove(document, fault)?;
        }
    }
    match faults(document).first() {
        Some(fault) => Err(SchemaError::Malformed(format!("#{fault}"))),
        None => Ok(()),
    }
}

fn faults(document: &Value) -> BTreeSet<String> {
    let meta_schema = jsonschema::draft202012::meta::validator();
    meta_schema
        .iter_errors(document)
        .map(|error| error.instance_path().to_string())
        .collect()
}

fn remove(document: &mut Value, pointer: &str) -> Result<(), SchemaError> {
    let malformed = || SchemaError::Malformed(format!("#{pointer}"));
    let (holder, token) = pointer.rsplit_once('/').ok_or_else(malformed)?;
    // Gone already when one of its parents was removed in this round.
    let Some(parent) = document.pointer_mut(holder) else {
        return Ok(());
    };
    match parent {
        Value::Object(members) => {
            members.shift_remove(&unescape(token));
        }
        Value::Array(items) => {
            if let Some(at) = token.parse().ok().filter(|at| *at < items.len()) {
                items.remove(at);
            }
        }
        _ => return Err(malformed()),
    }
    note(document, pointer);
    Ok(())
}

/// Leaves the warning on the nearest object that is itself a schema: the keyword's owner.
fn note(document: &mut Value, pointer: &str) {
    let mut owner = pointer;
    while let Some((parent, _)) = owner.rsplit_once('/') {
        owner = parent;
        let holder = owner.rsplit('/').next().unwrap_or_default();
        let is_keyword = matches!(
            holder,
            "properties"
                | "patternProperties"
                | "$defs"
                | "definitions"
                | "dependentSchemas"
                | "dependentRequired"
        );
        if is_keyword {
            continue;
        }
        if let Some(Value::Object(schema)) = document.pointer_mut(owner) {
            let keyword = pointer[owner.len()..].trim_start_matches('/');
            warn(
                schema,
                &format!("{keyword:?} at #{owner} has an invalid value and was left out"),
            );
            return;
        }
    }
}
