//! References, `allOf`, and "this or null": several schemas for one value, made one.

use serde_json::{Map, Value};

use super::{
    build::{Builder, types},
    merge::{self, Conflict},
    place::Place,
};
use crate::pointer::Pointer;

/// How often one value's schema may be combined; longer chains have been cut before.
const ROUNDS_MAX: usize = 256;

/// A reference that was followed on the way to a field.
pub(super) struct Expansion {
    reference: String,
    pointer: Pointer,
    /// Whether the field shows exactly what the reference points to.
    exact: bool,
}

/// What the schemas for one value come to.
pub(super) enum Combined {
    /// One schema without references, `allOf`, or a union with null.
    Plain {
        schema: Map<String, Value>,
        nullable: bool,
    },
    /// The same as a field further out.
    Repeats {
        pointer: Pointer,
        schema: Map<String, Value>,
        nullable: bool,
    },
    /// A combination that has no field.
    Unsupported {
        keyword: String,
        schema: Map<String, Value>,
    },
    /// No rule at all.
    Anything,
    /// More work than a form may make.
    TooMuch,
}

impl Builder<'_> {
    /// Follows references and merges until one plain schema is left.
    pub(super) fn combine(&mut self, schema: &Value, place: &Place) -> Combined {
        let Value::Object(object) = schema else {
            return if schema == &Value::Bool(false) {
                Combined::Unsupported {
                    keyword: "false".to_owned(),
                    schema: Map::new(),
                }
            } else {
                Combined::Anything
            };
        };
        let Some(mut schema) = self.copy(object) else {
            return Combined::TooMuch;
        };
        let mut nullable = false;
        for _ in 0..ROUNDS_MAX {
            let step = if schema.contains_key("$ref") {
                self.follow(schema, place)
            } else if schema.contains_key("allOf") {
                self.merge_all(schema)
            } else if let Some(keyword) = union_with_null(&schema) {
                self.pick(schema, keyword)
            } else {
                return Combined::Plain { schema, nullable };
            };
            match step {
                Step::Next(next) => schema = next,
                Step::NextOrNull(next) => (schema, nullable) = (next, true),
                Step::Done(Combined::Repeats {
                    pointer,
                    schema,
                    nullable: inner,
                }) => {
                    return Combined::Repeats {
                        pointer,
                        schema,
                        nullable: nullable || inner,
                    };
                }
                Step::Done(combined) => return combined,
            }
        }
        Combined::TooMuch
    }

    /// Puts the target in the place of a reference; what stands beside it stays.
    fn follow(&mut self, mut schema: Map<String, Value>, place: &Place) -> Step {
        let Some(Value::String(reference)) = schema.shift_remove("$ref") else {
            return Step::Done(Combined::Anything);
        };
        let exact = !schema.keys().any(|keyword| merge::is_assertion(keyword));
        let seen = self
            .expansions
            .iter()
            .find(|seen| seen.exact && seen.reference == reference);
        let target = self.schema.resolve(&reference);
        if let Some(seen) = seen.filter(|seen| exact && seen.pointer != place.pointer) {
            let nullable = target.is_some_and(|target| self.allows_null(target, 0));
            let pointer = seen.pointer.clone();
            let words = target
                .and_then(Value::as_object)
                .map(|target| merge::words(&schema, target));
            return Step::Done(Combined::Repeats {
                pointer,
                schema: words.unwrap_or(schema),
                nullable,
            });
        }
        let target = match target {
            Some(Value::Object(target)) => target,
            Some(Value::Bool(false)) => {
                return Step::Done(Combined::Unsupported {
                    keyword: "false".to_owned(),
                    schema,
                });
            }
            _ => return Step::Next(schema),
        };
        let Some(target) = self.copy(target) else {
            return Step::Done(Combined::TooMuch);
        };
        self.expansions.push(Expansion {
            reference,
            pointer: place.pointer.clone(),
            exact,
        });
        self.merged("$ref", vec![schema, target])
    }

    fn merge_all(&mut self, mut schema: Map<String, Value>) -> Step {
        let branches = match schema.shift_remove("allOf") {
            Some(Value::Array(branches)) => branches,
            _ => Vec::new(),
        };
        let mut parts = vec![schema];
        for branch in branches {
            match branch {
                Value::Object(branch) => parts.push(branch),
                Value::Bool(false) => {
                    return Step::Done(Combined::Unsupported {
                        keyword: "allOf".to_owned(),
                        schema: parts.swap_remove(0),
                    });
                }
                _ => {}
            }
        }
        match self.expand(parts) {
            Some(parts) => self.merged("allOf", parts),
            None => Step::Done(Combined::TooMuch),
        }
    }

    /// Resolves references in the branches of `allOf`, because only one can stay in the result.
    fn expand(&mut self, parts: Vec<Map<String, Value>>) -> Option<Vec<Map<String, Value>>> {
        let mut expanded = Vec::with_capacity(parts.len());
        let mut open: Vec<Map<String, Value>> = parts.into_iter().rev().collect();
        while let Some(mut part) = open.pop() {
            let reference = part.shift_remove("$ref");
            let nested = part.shift_remove("allOf");
            expanded.push(part);
            if let Some(Value::Array(nested)) = nested {
                for branch in nested.iter().rev().filter_map(Value::as_object) {
                    open.push(self.copy(branch)?);
                }
            }
            let target = reference
                .as_ref()
                .and_then(Value::as_str)
                .and_then(|to| self.schema.resolve(to));
            if let Some(Value::Object(target)) = target {
                open.push(self.copy(target)?);
            }
        }
        Some(expanded)
    }

    fn merged(&mut self, keyword: &str, parts: Vec<Map<String, Value>>) -> Step {
        let shown = parts.first().cloned().unwrap_or_default();
        match merge::merge(parts) {
            Ok(schema) => Step::Next(schema),
            Err(Conflict { keyword: None }) => Step::Done(Combined::Unsupported {
                keyword: keyword.to_owned(),
                schema: shown,
            }),
            Err(Conflict {
                keyword: Some(conflict),
            }) => Step::Done(Combined::Unsupported {
                keyword: format!("{keyword}/{conflict}"),
                schema: shown,
            }),
        }
    }

    /// Takes the one branch that is not null; what stands beside the union must hold as well.
    fn pick(&mut self, mut schema: Map<String, Value>, keyword: &'static str) -> Step {
        let branches = schema.shift_remove(keyword);
        let branch = branches
            .as_ref()
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .find(|branch| !is_null(branch));
        let null_beside = match types(&schema).as_slice() {
            [] => true,
            beside => beside.contains(&"null"),
        };
        let Some(branch) = branch.and_then(Value::as_object) else {
            return Step::Done(Combined::Unsupported {
                keyword: keyword.to_owned(),
                schema,
            });
        };
        let branch_takes_null = self.allows_null(&Value::Object(branch.clone()), 0);
        // Under `oneOf` null would then fit twice, and so not at all.
        let is_ambiguous = keyword == "oneOf" && branch_takes_null;
        if is_ambiguous
            || !null_beside
            || schema
                .keys()
                .any(|own| merge::is_assertion(own) && own != "type")
        {
            return Step::Done(Combined::Unsupported {
                keyword: keyword.to_owned(),
                schema,
            });
        }
        let branch_schema = branch.clone();
        if branch_schema.contains_key("$ref") && !schema.contains_key("type") {
            let mut next = branch_schema;
            merge::add_words(&mut next, schema);
            return Step::NextOrNull(next);
        }
        match self.merged(keyword, vec![schema, branch_schema]) {
            Step::Next(next) => Step::NextOrNull(next),
            other => other,
        }
    }

    /// Whether null is one of a schema's values, as far as its types and lists tell.
    fn allows_null(&self, schema: &Value, depth: usize) -> bool {
        let Value::Object(schema) = schema else {
            return schema != &Value::Bool(false);
        };
        if depth > 64 {
            return false;
        }
        let types = types(schema);
        let by_type = types.is_empty() || types.contains(&"null");
        let by_list = schema
            .get("enum")
            .and_then(Value::as_array)
            .is_none_or(|values| values.contains(&Value::Null));
        let by_const = schema.get("const").is_none_or(Value::is_null);
        let target = schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|reference| self.schema.resolve(reference));
        let by_reference = target.is_none_or(|target| self.allows_null(target, depth + 1));
        let branches = |keyword: &str| schema.get(keyword).and_then(Value::as_array);
        let by_any = ["anyOf", "oneOf"].iter().all(|keyword| {
            branches(keyword)
                .is_none_or(|all| all.iter().any(|branch| self.allows_null(branch, depth + 1)))
        });
        let by_all = branches("allOf")
            .is_none_or(|all| all.iter().all(|branch| self.allows_null(branch, depth + 1)));
        by_type && by_list && by_const && by_reference && by_any && by_all
    }

    fn copy(&mut self, schema: &Map<String, Value>) -> Option<Map<String, Value>> {
        let nodes = schema.values().map(nodes).sum::<usize>() + 1;
        self.copies_left = self.copies_left.checked_sub(nodes)?;
        Some(schema.clone())
    }
}

enum Step {
    Next(Map<String, Value>),
    NextOrNull(Map<String, Value>),
    Done(Combined),
}

/// The keyword of a union between null and one other schema.
fn union_with_null(schema: &Map<String, Value>) -> Option<&'static str> {
    ["anyOf", "oneOf"].into_iter().find(|keyword| {
        let Some(Value::Array(branches)) = schema.get(*keyword) else {
            return false;
        };
        let nulls = branches.iter().filter(|branch| is_null(branch)).count();
        let both = schema.contains_key("anyOf") && schema.contains_key("oneOf");
        !both && branches.len() == nulls + 1 && (nulls == 1 || nulls > 1 && *keyword == "anyOf")
    })
}

fn is_null(schema: &Value) -> bool {
    let Value::Object(schema) = schema else {
        return false;
    };
    let asserts: Vec<&String> = schema
        .keys()
        .filter(|keyword| merge::is_assertion(keyword))
        .collect();
    match asserts.as_slice() {
        [only] if *only == "type" => types(schema) == ["null"],
        [only] if *only == "const" => schema["const"].is_null(),
        [only] if *only == "enum" => schema["enum"] == Value::Array(vec![Value::Null]),
        _ => false,
    }
}

fn nodes(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(nodes).sum(),
        Value::Object(members) => members.values().map(nodes).sum::<usize>(),
        _ => 0,
    }
}
