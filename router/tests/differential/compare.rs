//! Holds a federated answer against the monolith's.

use apollo_compiler::response::{ExecutionResponse, ResponseDataPathSegment};
use router::PathSegment;
use serde_json::Value as Json;

use crate::strict::BROKEN;

/// Beyond so many errors an answer leaves some out.
const ERRORS_MAX: usize = 10;

/// What is different, if anything.
pub(crate) fn compare(federated: &Json, expected: ExecutionResponse) -> Result<(), String> {
    let errors = federated["errors"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    for error in errors {
        if error["extensions"]["code"] != BROKEN {
            return Err(format!("an error that no resolver meant: {error}"));
        }
    }
    let data: Json = serde_json::to_value(&expected.data).expect("JSON is JSON");
    if let Some(difference) = difference(&federated["data"], &data, "data") {
        return Err(difference);
    }
    compare_errors(errors, &expected, &data)
}

/// Every error stands at a null, and every null of a broken field has its error.
fn compare_errors(
    errors: &[Json],
    expected: &ExecutionResponse,
    data: &Json,
) -> Result<(), String> {
    if errors.is_empty() != expected.errors.is_empty() {
        return Err(format!("errors {errors:?}, expected {:?}", expected.errors));
    }
    let mut paths = Vec::new();
    for error in errors {
        let path: Vec<PathSegment> = serde_json::from_value(error["path"].clone())
            .map_err(|err| format!("{error}: {err}"))?;
        if !ends_at_null(data, &path) {
            return Err(format!("an error where nothing is missing: {error}"));
        }
        paths.push(path);
    }
    if expected.errors.len() > ERRORS_MAX {
        return Ok(());
    }
    for error in &expected.errors {
        let path: Vec<_> = error.path.iter().map(segment).collect();
        if is_null(data, &path) && !paths.contains(&path) {
            return Err(format!("no error at {path:?}, only {errors:?}"));
        }
    }
    Ok(())
}

fn segment(segment: &ResponseDataPathSegment) -> PathSegment {
    match segment {
        ResponseDataPathSegment::Field(name) => PathSegment::Key(name.to_string()),
        ResponseDataPathSegment::ListIndex(index) => PathSegment::Index(*index),
    }
}

fn step<'a>(data: &'a Json, segment: &PathSegment) -> Option<&'a Json> {
    match segment {
        PathSegment::Key(key) => data.get(key),
        PathSegment::Index(index) => data.get(index),
    }
}

fn ends_at_null(data: &Json, path: &[PathSegment]) -> bool {
    match path.split_first() {
        _ if data.is_null() => true,
        None => false,
        Some((first, rest)) => step(data, first).is_some_and(|data| ends_at_null(data, rest)),
    }
}

/// Whether exactly this place is null.
fn is_null(data: &Json, path: &[PathSegment]) -> bool {
    let mut data = Some(data);
    for segment in path {
        data = data.and_then(|data| step(data, segment));
    }
    data.is_some_and(Json::is_null)
}

fn difference(found: &Json, expected: &Json, path: &str) -> Option<String> {
    match (found, expected) {
        (Json::Object(found), Json::Object(expected)) => {
            if !found.keys().eq(expected.keys()) {
                let keys = |object: &serde_json::Map<String, Json>| {
                    object.keys().cloned().collect::<Vec<_>>().join(" ")
                };
                return Some(format!(
                    "{path} has {}, expected {}",
                    keys(found),
                    keys(expected)
                ));
            }
            let mut fields = found.iter();
            fields.find_map(|(key, value)| {
                difference(value, &expected[key], &format!("{path}.{key}"))
            })
        }
        (Json::Array(found), Json::Array(expected)) if found.len() == expected.len() => {
            let mut items = found.iter().zip(expected).enumerate();
            items.find_map(|(index, (found, expected))| {
                difference(found, expected, &format!("{path}.{index}"))
            })
        }
        _ if found == expected => None,
        _ => Some(format!("{path} is {found}, expected {expected}")),
    }
}
