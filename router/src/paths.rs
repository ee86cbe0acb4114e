//! From places in the merged data to places in the client's answer: one neutral field may
//! be several of the client's.

use async_graphql::Value;

use crate::error::{GraphQLError, PathSegment};
use crate::execute::Failure;
use crate::execute::places::typename;
use crate::normalize::shape::{Fields, Shape};

/// Paths that one failure may have in an answer.
const PATHS_MAX: usize = 16;

/// Tells every failure under the names of the client.
pub(crate) fn to_client(shape: &Shape, data: &Value, failures: Vec<Failure>) -> Vec<GraphQLError> {
    let mut errors: Vec<GraphQLError> = Vec::with_capacity(failures.len());
    for failure in failures {
        let mut search = Search { found: Vec::new() };
        search.walk(Some(shape), Some(data), &failure.path, &mut Vec::new());
        for path in search.found {
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

struct Search {
    found: Vec<Vec<PathSegment>>,
}

impl Search {
    /// Follows a path; where the client did not ask for the rest of it, it ends.
    fn walk(
        &mut self,
        shape: Option<&Shape>,
        value: Option<&Value>,
        rest: &[PathSegment],
        path: &mut Vec<PathSegment>,
    ) {
        match rest.split_first() {
            Some((PathSegment::Index(index), rest)) => {
                let item = match value {
                    Some(Value::List(items)) => items.get(*index),
                    _ => None,
                };
                path.push(PathSegment::Index(*index));
                self.walk(shape, item, rest, path);
                path.pop();
            }
            Some((PathSegment::Key(key), rest)) => {
                let mut selected = false;
                for fields in candidates(shape, value) {
                    for field in fields.iter().filter(|field| field.name == *key) {
                        selected = true;
                        path.push(PathSegment::Key(field.response_key.clone()));
                        let value = match value {
                            Some(Value::Object(object)) => object.get(key.as_str()),
                            _ => None,
                        };
                        let below = field.value.composite().map(|shape| &**shape);
                        self.walk(below, value, rest, path);
                        path.pop();
                    }
                }
                if !selected {
                    self.add(path);
                }
            }
            None => self.add(path),
        }
    }

    fn add(&mut self, path: &[PathSegment]) {
        if self.found.len() < PATHS_MAX && !self.found.iter().any(|known| known == path) {
            self.found.push(path.to_vec());
        }
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
