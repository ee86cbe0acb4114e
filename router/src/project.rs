//! Writes the answer: straight from the merged tree to JSON bytes, with the client's names
//! and order, nulls propagated as the specification says (section 6.4.4).

use async_graphql::Value;

use crate::error::{Code, GraphQLError, PathSegment};
use crate::execute::Executed;
use crate::execute::places::{Object, typename};
use crate::introspection::Introspected;
use crate::normalize::shape::{FieldShape, Shape, Source, ValueShape};
use crate::paths;

/// Errors that projection itself may add to one answer.
const ERRORS_MAX: usize = 100;

/// An answer's body, and the errors in it.
pub(crate) struct Projected {
    pub(crate) body: Vec<u8>,
    pub(crate) errors: Vec<GraphQLError>,
}

/// Writes the whole answer.
pub(crate) fn project(
    shape: &Shape,
    executed: Executed,
    introspected: Option<Introspected>,
) -> Projected {
    let has_gaps = paths::leave_gaps(&executed.failures, &executed.data);
    let errors = paths::to_client(shape, &executed.data, executed.failures);
    let mut projector = Projector {
        body: Vec::with_capacity(1024),
        path: Vec::new(),
        explained: errors,
        has_gaps,
        added: 0,
        introspected,
    };
    projector.body.extend_from_slice(b"{\"data\":");
    let start = projector.body.len();
    let written = match (&executed.data, shape.fields(None)) {
        (Value::Object(root), Some(fields)) => projector.object(fields, root),
        _ => Err(Nulled),
    };
    if written.is_err() {
        projector.null_from(start);
    }
    let mut errors = projector.explained;
    if let Some(introspected) = projector.introspected {
        errors.extend(introspected.errors);
    }
    let mut body = projector.body;
    write_errors(&mut body, &errors);
    body.push(b'}');
    Projected { body, errors }
}

/// The body of an answer without data.
pub(crate) fn refuse(errors: Vec<GraphQLError>) -> Projected {
    let mut body = b"{".to_vec();
    write_errors(&mut body, &errors);
    body.push(b'}');
    Projected { body, errors }
}

fn write_errors(body: &mut Vec<u8>, errors: &[GraphQLError]) {
    if errors.is_empty() {
        return;
    }
    if body.last() != Some(&b'{') {
        body.push(b',');
    }
    body.extend_from_slice(b"\"errors\":");
    json(body, errors);
}

fn json(body: &mut Vec<u8>, value: &(impl serde::Serialize + ?Sized)) {
    serde_json::to_writer(body, value).expect("only text keys and finite numbers are written");
}

/// A value is null that must not be, or has such a value below it.
struct Nulled;

type Written = Result<(), Nulled>;

/// A step of the path being written.
#[derive(Clone, Copy)]
enum At<'a> {
    Key(&'a str),
    Index(usize),
}

struct Projector<'a> {
    body: Vec<u8>,
    path: Vec<At<'a>>,
    /// The errors so far: a null at, above or below one of their paths needs no other.
    explained: Vec<GraphQLError>,
    /// Some of the errors made subgraphs leave out more than what they are about.
    has_gaps: bool,
    added: usize,
    introspected: Option<Introspected>,
}

impl<'a> Projector<'a> {
    fn object(&mut self, fields: &'a [FieldShape], object: &Object) -> Written {
        self.body.push(b'{');
        for (position, field) in fields.iter().enumerate() {
            if position > 0 {
                self.body.push(b',');
            }
            json(&mut self.body, field.response_key.as_str());
            self.body.push(b':');
            self.path.push(At::Key(&field.response_key));
            self.field(field, object)?;
            self.path.pop();
        }
        self.body.push(b'}');
        Ok(())
    }

    fn field(&mut self, field: &'a FieldShape, object: &Object) -> Written {
        match &field.source {
            Source::Data => {
                let value = object.get(field.name.as_str());
                if value.is_none() && self.has_gaps {
                    return match &field.value {
                        ValueShape::NonNull(_) => Err(Nulled),
                        _ => {
                            self.body.extend_from_slice(b"null");
                            Ok(())
                        }
                    };
                }
                self.value(&field.value, value.unwrap_or(&Value::Null), field)
            }
            Source::Typename(name) => {
                json(&mut self.body, name.as_str());
                Ok(())
            }
            Source::Introspection => {
                let found = self.introspected.as_ref();
                match found.and_then(|found| found.data.get(field.response_key.as_str())) {
                    Some(value) => json(&mut self.body, value),
                    None => self.body.extend_from_slice(b"null"),
                }
                Ok(())
            }
        }
    }

    fn value(&mut self, shape: &'a ValueShape, value: &Value, field: &FieldShape) -> Written {
        let is_null = matches!(value, Value::Null);
        if let ValueShape::NonNull(inner) = shape {
            if is_null {
                self.unexplained(|| {
                    format!(
                        "cannot return null for non-nullable field {}",
                        field.coordinate
                    )
                });
                return Err(Nulled);
            }
            return self.complete(inner, value, field);
        }
        let (start, depth) = (self.body.len(), self.path.len());
        if is_null || self.complete(shape, value, field).is_err() {
            self.path.truncate(depth);
            self.null_from(start);
        }
        Ok(())
    }

    fn complete(&mut self, shape: &'a ValueShape, value: &Value, field: &FieldShape) -> Written {
        match (shape, value) {
            (ValueShape::NonNull(inner), value) => self.complete(inner, value, field),
            (ValueShape::Leaf, value) => {
                json(&mut self.body, value);
                Ok(())
            }
            (ValueShape::Enum(values), Value::String(_) | Value::Enum(_)) => {
                let text = match value {
                    Value::Enum(name) => name.as_str(),
                    Value::String(text) => text,
                    _ => "",
                };
                if !values.contains(text) {
                    return self.misfit(field);
                }
                json(&mut self.body, text);
                Ok(())
            }
            (ValueShape::List(inner), Value::List(items)) => self.list(inner, items, field),
            (ValueShape::Composite(shape), Value::Object(object)) => {
                match shape.fields(typename(object)) {
                    Some(fields) => self.object(fields, object),
                    None => self.misfit(field),
                }
            }
            _ => self.misfit(field),
        }
    }

    fn list(&mut self, shape: &'a ValueShape, items: &[Value], field: &FieldShape) -> Written {
        self.body.push(b'[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.body.push(b',');
            }
            self.path.push(At::Index(index));
            self.value(shape, item, field)?;
            self.path.pop();
        }
        self.body.push(b']');
        Ok(())
    }

    /// A subgraph answered something that the schema does not allow here.
    fn misfit(&mut self, field: &FieldShape) -> Written {
        self.unexplained(|| format!("field {} has a value outside its type", field.coordinate));
        Err(Nulled)
    }

    fn null_from(&mut self, start: usize) {
        self.body.truncate(start);
        self.body.extend_from_slice(b"null");
    }

    fn unexplained(&mut self, message: impl FnOnce() -> String) {
        let is_explained = |error: &GraphQLError| {
            let mut pairs = error.path.iter().zip(&self.path);
            pairs.all(|(told, here)| here.is(told))
        };
        if self.added == ERRORS_MAX || self.explained.iter().any(is_explained) {
            return;
        }
        self.added += 1;
        let message = message();
        tracing::error!(message, "a subgraph broke its schema");
        let mut error = GraphQLError::new(Code::Internal, message);
        error.path = self.path.iter().map(|at| at.to_segment()).collect();
        self.explained.push(error);
    }
}

impl At<'_> {
    fn is(self, segment: &PathSegment) -> bool {
        match (self, segment) {
            (Self::Key(key), PathSegment::Key(other)) => key == other,
            (Self::Index(index), PathSegment::Index(other)) => index == *other,
            _ => false,
        }
    }

    fn to_segment(self) -> PathSegment {
        match self {
            Self::Key(key) => PathSegment::from(key),
            Self::Index(index) => PathSegment::Index(index),
        }
    }
}
