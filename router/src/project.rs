//! Writes the answer: straight from the merged tree to JSON bytes, with the client's names
//! and order, nulls propagated as the specification says (section 6.4.4).

use crate::data::tree::Data;
use crate::data::write::{self, json};
use crate::error::{Code, GraphQLError, PathSegment};
use crate::execute::Executed;
use crate::introspection::Introspected;
use crate::normalize::shape::{FieldShape, Source, ValueShape};
use crate::paths;
use crate::prepare::Prepared;

/// Errors that projection itself may add to one answer.
const ERRORS_MAX: usize = 100;

/// An answer's body, and the errors in it.
pub(crate) struct Projected {
    pub(crate) body: Vec<u8>,
    pub(crate) errors: Vec<GraphQLError>,
}

/// Writes the whole answer, which has at most `max` bytes.
pub(crate) fn project(
    prepared: &Prepared,
    executed: Executed<'_>,
    introspected: Option<Introspected>,
    max: usize,
) -> Projected {
    let shape = &prepared.shape;
    let has_gaps = paths::leave_gaps(prepared, &executed);
    let told = paths::to_client(shape, &executed.data, executed.failures);
    let mut projector = Projector {
        body: Vec::with_capacity(prepared.expected_size()),
        path: Vec::new(),
        explained: told.errors,
        hushed: told.hushed,
        added: 0,
        has_gaps,
        introspected,
        max,
        is_too_large: false,
    };
    projector.body.extend_from_slice(b"{\"data\":");
    let start = projector.body.len();
    let written = match (&executed.data, shape.fields(None)) {
        (data @ Data::Object(_), Some(fields)) => projector.object(fields, data),
        _ => Err(Nulled),
    };
    if projector.is_too_large {
        projector.explained = vec![too_large(max)];
    }
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
    prepared.note_size(body.len());
    Projected { body, errors }
}

fn too_large(max: usize) -> GraphQLError {
    let message = format!("the answer has more than {max} bytes, ask for less");
    GraphQLError::new(Code::AnswerTooLarge, message)
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
    /// Further places that need no other.
    hushed: Vec<Vec<PathSegment>>,
    /// Some of the errors made subgraphs leave out more than what they are about.
    has_gaps: bool,
    added: usize,
    introspected: Option<Introspected>,
    max: usize,
    is_too_large: bool,
}

impl<'a> Projector<'a> {
    fn object(&mut self, fields: &'a [FieldShape], object: &Data<'_>) -> Written {
        if self.body.len() > self.max {
            self.is_too_large = true;
            return Err(Nulled);
        }
        self.body.push(b'{');
        for (position, field) in fields.iter().enumerate() {
            if position > 0 {
                self.body.push(b',');
            }
            self.body.extend_from_slice(&field.key);
            self.path.push(At::Key(&field.response_key));
            self.field(field, object)?;
            self.path.pop();
        }
        self.body.push(b'}');
        Ok(())
    }

    fn field(&mut self, field: &'a FieldShape, object: &Data<'_>) -> Written {
        match &field.source {
            Source::Data => {
                let value = object.field(field.slot);
                if matches!(value, Data::Absent) && self.has_gaps {
                    return match &field.value {
                        ValueShape::NonNull(_) => Err(Nulled),
                        _ => {
                            self.body.extend_from_slice(b"null");
                            Ok(())
                        }
                    };
                }
                self.value(&field.value, value, field)
            }
            Source::Typename(name) => {
                json(&mut self.body, &**name);
                Ok(())
            }
            Source::Introspection => {
                let found = self.introspected.as_ref();
                match found.and_then(|found| found.data.get(&*field.response_key)) {
                    Some(value) => json(&mut self.body, value),
                    None => self.body.extend_from_slice(b"null"),
                }
                Ok(())
            }
        }
    }

    fn value(&mut self, shape: &'a ValueShape, data: &Data<'_>, field: &FieldShape) -> Written {
        let is_null = data.is_missing();
        if let ValueShape::NonNull(inner) = shape {
            if is_null {
                self.unexplained(|| {
                    let coordinate = &field.coordinate;
                    format!("cannot return null for non-nullable field {coordinate}")
                });
                return Err(Nulled);
            }
            return self.complete(inner, data, field);
        }
        let (start, depth) = (self.body.len(), self.path.len());
        if is_null || self.complete(shape, data, field).is_err() {
            if self.is_too_large {
                return Err(Nulled);
            }
            self.path.truncate(depth);
            self.null_from(start);
        }
        Ok(())
    }

    fn complete(&mut self, shape: &'a ValueShape, data: &Data<'_>, field: &FieldShape) -> Written {
        match (shape, data) {
            (ValueShape::NonNull(inner), data) => self.complete(inner, data, field),
            (ValueShape::Leaf, Data::List(_) | Data::Object(_)) => self.misfit(field),
            (ValueShape::Leaf, leaf) => {
                write::leaf(&mut self.body, leaf);
                Ok(())
            }
            (ValueShape::Enum(values), symbol) => match symbol.symbol() {
                Some(symbol) if values.contains(symbol) => {
                    json(&mut self.body, symbol);
                    Ok(())
                }
                _ => self.misfit(field),
            },
            (ValueShape::List(inner), Data::List(items)) => self.list(inner, items, field),
            (ValueShape::Composite(shape), object @ Data::Object(_)) => {
                match shape.fields(object.typename()) {
                    Some(fields) => self.object(fields, object),
                    None => self.misfit(field),
                }
            }
            _ => self.misfit(field),
        }
    }

    fn list(&mut self, shape: &'a ValueShape, items: &[Data<'_>], field: &FieldShape) -> Written {
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
        let is_here = |path: &Vec<PathSegment>| {
            let mut pairs = path.iter().zip(&self.path);
            pairs.all(|(told, here)| here.is(told))
        };
        let told = self.explained.iter().map(|error| &error.path);
        if self.added == ERRORS_MAX || told.chain(&self.hushed).any(is_here) {
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
