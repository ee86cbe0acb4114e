//! The shape of an answer: which response keys in which order, where in the merged data
//! their values are, and what may be null.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The fields of one concrete type, in the client's order.
pub(crate) type Fields = Arc<[FieldShape]>;

/// What is selected of a composite value.
#[derive(Debug)]
pub(crate) enum Shape {
    /// The type has one concrete type.
    Object(Fields),
    /// Every concrete type has the same fields, so that the data need not say which it is.
    Uniform {
        types: HashSet<String>,
        fields: Fields,
    },
    /// The data says by `__typename` which it is.
    Abstract(HashMap<String, Fields>),
}

/// One response key.
#[derive(Clone, Debug)]
pub(crate) struct FieldShape {
    /// What the client calls it.
    pub(crate) response_key: Arc<str>,
    /// The same as it is written: `"name":`.
    pub(crate) key: Arc<[u8]>,
    /// What it is called in the data.
    pub(crate) name: Arc<str>,
    /// Where it is in the data, once the shape is bound to a plan.
    pub(crate) slot: usize,
    /// `Type.field`, for messages.
    pub(crate) coordinate: Arc<str>,
    pub(crate) source: Source,
    pub(crate) value: ValueShape,
}

/// A slot that no object has.
pub(crate) const UNBOUND: usize = usize::MAX;

/// Where a field's value comes from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// The merged data of the subgraphs.
    Data,
    /// The type is known from where the field stands.
    Typename(Arc<str>),
    /// The schema.
    Introspection,
}

/// A type, as far as completing a value needs it.
#[derive(Clone, Debug)]
pub(crate) enum ValueShape {
    NonNull(Box<ValueShape>),
    List(Box<ValueShape>),
    Leaf,
    Enum(Arc<HashSet<String>>),
    Composite(Arc<Shape>),
}

impl Shape {
    /// The fields for a value of this type; `None` when the type is not known to the schema.
    pub(crate) fn fields(&self, typename: Option<&str>) -> Option<&Fields> {
        match self {
            Self::Object(fields) => Some(fields),
            Self::Uniform { types, fields } => {
                let fits = typename.is_none_or(|typename| types.contains(typename));
                fits.then_some(fields)
            }
            Self::Abstract(types) => types.get(typename?),
        }
    }

    /// The fields of all concrete types, those once that several share.
    pub(crate) fn all_fields(&self) -> Vec<&Fields> {
        match self {
            Self::Object(fields) | Self::Uniform { fields, .. } => vec![fields],
            Self::Abstract(types) => {
                let mut all: Vec<&Fields> = Vec::new();
                for fields in types.values() {
                    if !all.iter().any(|known| Arc::ptr_eq(known, fields)) {
                        all.push(fields);
                    }
                }
                all
            }
        }
    }
}

impl ValueShape {
    /// The composite at the bottom of lists and non-nulls.
    pub(crate) fn composite(&self) -> Option<&Arc<Shape>> {
        match self {
            Self::NonNull(inner) | Self::List(inner) => inner.composite(),
            Self::Composite(shape) => Some(shape),
            Self::Leaf | Self::Enum(_) => None,
        }
    }
}
