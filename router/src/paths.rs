//! From places in the merged data to places in the client's answer: one neutral field may
//! be several of the client's.

use async_graphql::Value;

use crate::error::{GraphQLError, PathSegment};
use crate::execute::Failure;
use crate::execute::places::typename;
use crate::normalize::shape::{Fields, Shape, Source};

/// Paths that one failure may have in an answer.
const PATHS_MAX: usize = 16;

/// Tells every failure under the names of the client.
pub(crate) fn to_client(shape: &Shape, data: &Value, failures: Vec<Failure>) -> Vec<GraphQLError> {
    let mut errors: Vec<GraphQLError> = Vec::with_capacity(failures.len());
    for failure in failures {
        let mut search = Search::default();
        let here = At {
            shape: Some(shape),
            value: Some(data),
            is_complete: true,
        };
        search.walk(here, &failure.path, &mut Vec::new());
        for path in search.into_paths() {
            let error = GraphQLError {
                path,
                locations: Vec::new(),
                ..failure.error.clone()
            };
            if !errors.contains(&error) {
                errors.push(error);
            }
        }
    }
    errors
}

/// Whether a failed field is not even null: where it must not be null, its subgraph gave
/// nothing of a whole object, and said why only once.
pub(crate) fn leave_gaps(failures: &[Failure], data: &Value) -> bool {
    let is_absent = |failure: &Failure| {
        let mut value = data;
        for segment in &failure.path {
            value = match (segment, value) {
                (PathSegment::Key(key), Value::Object(object)) => match object.get(key.as_str()) {
                    Some(value) => value,
                    None => return true,
                },
                (PathSegment::Index(index), Value::List(items)) if *index < items.len() => {
                    &items[*index]
                }
                _ => return false,
            };
        }
        false
    };
    failures.iter().any(is_absent)
}

#[derive(Default)]
struct Search {
    found: Vec<Vec<PathSegment>>,
    /// Paths that end early: the client did not ask for the rest.
    cut: Vec<Vec<PathSegment>>,
}

impl Search {
    /// The paths of the failure; one that ends early only if there is no better.
    fn into_paths(self) -> Vec<Vec<PathSegment>> {
        if !self.found.is_empty() {
            return self.found;
        }
        let longest = self.cut.iter().map(Vec::len).max();
        let cut = self.cut.into_iter();
        cut.filter(|path| Some(path.len()) == longest).collect()
    }

    /// Follows a path under every name that the client gave its fields. Where the client did
    /// not ask for the rest of it, it ends, if anything is missing there at all.
    fn walk(&mut self, at: At<'_>, rest: &[PathSegment], path: &mut Vec<PathSegment>) {
        match rest.split_first() {
            Some((PathSegment::Index(index), rest)) => {
                path.push(PathSegment::Index(*index));
                self.walk(at.item(*index), rest, path);
                path.pop();
            }
            Some((PathSegment::Key(key), rest)) => {
                let candidates = candidates(at.shape, at.value);
                let is_complete = at.is_complete && is_complete(&candidates, at.value);
                let mut selected = false;
                for field in candidates.into_iter().flat_map(|fields| fields.iter()) {
                    if field.name != *key {
                        continue;
                    }
                    selected = true;
                    path.push(PathSegment::Key(field.response_key.clone()));
                    let below = At {
                        shape: field.value.composite().map(|shape| &**shape),
                        value: at.field(key),
                        is_complete,
                    };
                    self.walk(below, rest, path);
                    path.pop();
                }
                if !selected && at.is_null() {
                    add(&mut self.found, path);
                } else if !selected && !is_complete {
                    add(&mut self.cut, path);
                }
            }
            None => add(&mut self.found, path),
        }
    }
}

/// A place on the way to a failure.
#[derive(Clone, Copy)]
struct At<'a> {
    shape: Option<&'a Shape>,
    value: Option<&'a Value>,
    /// All that the client asked of the objects on the way is there.
    is_complete: bool,
}

impl<'a> At<'a> {
    fn item(self, index: usize) -> Self {
        let value = match self.value {
            Some(Value::List(items)) => items.get(index),
            _ => None,
        };
        Self { value, ..self }
    }

    fn field(self, key: &str) -> Option<&'a Value> {
        match self.value {
            Some(Value::Object(object)) => object.get(key),
            _ => None,
        }
    }

    fn is_null(self) -> bool {
        self.value.is_none_or(|value| matches!(value, Value::Null))
    }
}

/// Whether an object has every field of those that it may have.
fn is_complete(candidates: &[&Fields], value: Option<&Value>) -> bool {
    let Some(Value::Object(object)) = value else {
        return true;
    };
    let mut fields = candidates.iter().flat_map(|fields| fields.iter());
    fields.all(|field| {
        !matches!(field.source, Source::Data) || object.contains_key(field.name.as_str())
    })
}

fn add(paths: &mut Vec<Vec<PathSegment>>, path: &[PathSegment]) {
    if paths.len() < PATHS_MAX && !paths.iter().any(|known| known == path) {
        paths.push(path.to_vec());
    }
}

/// The fields of the value's type; of every type, when there is no value to tell.
fn candidates<'a>(shape: Option<&'a Shape>, value: Option<&Value>) -> Vec<&'a Fields> {
    let Some(shape) = shape else {
        return Vec::new();
    };
    let known = match value {
        Some(Value::Object(object)) => shape.fields(typename(object)),
        _ => None,
    };
    known.map_or_else(|| shape.all_fields(), |fields| vec![fields])
}
