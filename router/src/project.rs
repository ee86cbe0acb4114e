//! Writes the answer: straight from the merged tree to JSON bytes, with the client's names
//! and order, nulls propagated as the specification says (section 6.4.4).

use std::collections::HashMap;
use std::ops::Range;
use std::ptr;

use crate::data::tree::{Data, Span, Tree};
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
    executed: Executed,
    introspected: Option<Introspected>,
    max: usize,
) -> Projected {
    let shape = &prepared.shape;
    let has_gaps = paths::leave_gaps(prepared, &executed);
    let told = paths::to_client(shape, &executed.tree, executed.failures);
    let tree = &executed.tree;
    let mut projector = Projector {
        tree,
        body: Vec::with_capacity(prepared.expected_size()),
        path: Vec::new(),
        known: HashMap::new(),
        written: Vec::new(),
        nulled: None,
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
    let written = match (tree.root(), shape.fields(None)) {
        (Data::Object(root), Some(fields)) => projector.object(fields, root),
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
    prepared.note_sizes(body.len(), tree.len());
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

/// What came of a value that other places share, for one shape of it.
#[derive(Clone)]
enum Known<'a> {
    /// It stands here in the body, the same at every place.
    Written(Range<usize>),
    /// It is null; why, and where below it, is said for every place.
    Nulled(Option<Unexplained<'a>>),
}

/// A value, by its position, and the address of its shape.
type KnownKey = (u32, usize);

/// A null that needs an error of its own, unless there is one.
#[derive(Clone)]
struct Unexplained<'a> {
    path: Vec<At<'a>>,
    message: String,
}

struct Projector<'a> {
    tree: &'a Tree,
    body: Vec<u8>,
    path: Vec<At<'a>>,
    known: HashMap<KnownKey, Known<'a>>,
    /// What is known to be written, by where it ends.
    written: Vec<(usize, KnownKey)>,
    /// The last null that was not allowed.
    nulled: Option<Unexplained<'a>>,
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
    fn object(&mut self, fields: &'a [FieldShape], object: Span) -> Written {
        self.once(object, fields.as_ptr().addr(), |projector| {
            projector.fields(fields, object)
        })
    }

    fn fields(&mut self, fields: &'a [FieldShape], object: Span) -> Written {
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

    /// Writes a value. Of one that other places share, the bytes are copied from where they
    /// stand already.
    fn once(
        &mut self,
        span: Span,
        shape: usize,
        write: impl FnOnce(&mut Self) -> Written,
    ) -> Written {
        if self.body.len() > self.max {
            self.is_too_large = true;
            return Err(Nulled);
        }
        let Some(shared) = span.shared() else {
            return write(self);
        };
        let key = (shared, shape);
        if let Some(known) = self.known.get(&key) {
            let known = known.clone();
            return self.again(known);
        }
        let (start, depth) = (self.body.len(), self.path.len());
        let before = self.nulled.take();
        let written = write(self);
        match (&written, &self.nulled) {
            (Ok(()), None) => {
                let end = self.body.len();
                self.known.insert(key, Known::Written(start..end));
                self.written.push((end, key));
            }
            (Err(Nulled), nulled) if !self.is_too_large => {
                let nulled = nulled.as_ref().map(|nulled| Unexplained {
                    path: nulled.path[depth..].to_vec(),
                    message: nulled.message.clone(),
                });
                self.known.insert(key, Known::Nulled(nulled));
            }
            // Some nulls in it have their errors, which tell the place.
            _ => {}
        }
        if self.nulled.is_none() {
            self.nulled = before;
        }
        written
    }

    fn again(&mut self, known: Known<'a>) -> Written {
        match known {
            Known::Written(range) if self.body.len() + range.len() > self.max => {
                self.is_too_large = true;
                Err(Nulled)
            }
            Known::Written(range) => {
                self.body.extend_from_within(range);
                Ok(())
            }
            Known::Nulled(None) => Err(Nulled),
            Known::Nulled(Some(why)) => {
                self.path.extend(why.path);
                self.unexplained(why.message);
                Err(Nulled)
            }
        }
    }

    fn field(&mut self, field: &'a FieldShape, object: Span) -> Written {
        match &field.source {
            Source::Data => {
                let value = self.tree.slot(object, field.slot);
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

    fn value(&mut self, shape: &'a ValueShape, data: Data, field: &FieldShape) -> Written {
        let is_null = data.is_missing();
        if let ValueShape::NonNull(inner) = shape {
            if is_null {
                let coordinate = &field.coordinate;
                self.unexplained(format!(
                    "cannot return null for non-nullable field {coordinate}"
                ));
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

    fn complete(&mut self, shape: &'a ValueShape, data: Data, field: &FieldShape) -> Written {
        match (shape, data) {
            (ValueShape::NonNull(inner), data) => self.complete(inner, data, field),
            (ValueShape::Leaf, Data::List(_) | Data::Object(_)) => self.misfit(field),
            (ValueShape::Leaf, leaf) => {
                write::leaf(&mut self.body, self.tree, leaf);
                Ok(())
            }
            (ValueShape::Enum(values), symbol) => match self.tree.symbol(symbol) {
                Some(symbol) if values.contains(symbol) => {
                    json(&mut self.body, symbol);
                    Ok(())
                }
                _ => self.misfit(field),
            },
            (ValueShape::List(inner), Data::List(items)) => self.list(inner, items, field),
            (ValueShape::Composite(shape), Data::Object(object)) => {
                match shape.fields(self.tree.typename(object)) {
                    Some(fields) => self.object(fields, object),
                    None => self.misfit(field),
                }
            }
            _ => self.misfit(field),
        }
    }

    fn list(&mut self, shape: &'a ValueShape, list: Span, field: &FieldShape) -> Written {
        self.once(list, ptr::from_ref(shape).addr(), |projector| {
            projector.items(shape, list, field)
        })
    }

    fn items(&mut self, shape: &'a ValueShape, list: Span, field: &FieldShape) -> Written {
        let tree = self.tree;
        self.body.push(b'[');
        for (index, item) in tree.values(list).iter().enumerate() {
            if index > 0 {
                self.body.push(b',');
            }
            self.path.push(At::Index(index));
            self.value(shape, *item, field)?;
            self.path.pop();
        }
        self.body.push(b']');
        Ok(())
    }

    /// A subgraph answered something that the schema does not allow here.
    fn misfit(&mut self, field: &FieldShape) -> Written {
        self.unexplained(format!(
            "field {} has a value outside its type",
            field.coordinate
        ));
        Err(Nulled)
    }

    fn null_from(&mut self, start: usize) {
        self.body.truncate(start);
        while let Some((_, key)) = self.written.pop_if(|(end, _)| *end > start) {
            self.known.remove(&key);
        }
        self.body.extend_from_slice(b"null");
    }

    fn unexplained(&mut self, message: String) {
        let is_here = |path: &Vec<PathSegment>| {
            let mut pairs = path.iter().zip(&self.path);
            pairs.all(|(told, here)| here.is(told))
        };
        let told = self.explained.iter().map(|error| &error.path);
        if self.added < ERRORS_MAX && !told.chain(&self.hushed).any(is_here) {
            self.added += 1;
            tracing::error!(message, "a subgraph broke its schema");
            let mut error = GraphQLError::new(Code::Internal, message.clone());
            error.path = self.path.iter().map(|at| at.to_segment()).collect();
            self.explained.push(error);
        }
        self.nulled = Some(Unexplained {
            path: self.path.clone(),
            message,
        });
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
