//! The values of a request, and where they are.

use async_graphql::{Name, Value};
use bytes::Bytes;

use crate::data::layout::TYPENAME;

/// A value at some place of the data.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Data {
    /// Nobody has answered yet.
    #[default]
    Absent,
    Null,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    /// A leaf as the JSON that arrived, quotes and escapes included.
    Json(Slice),
    /// Another leaf of a subgraph in this process, by its position.
    Leaf(u32),
    List(Span),
    /// The fields by slot.
    Object(Span),
}

/// A part of a body.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Slice {
    pub(crate) body: u32,
    pub(crate) start: u32,
    pub(crate) len: u32,
}

/// Values side by side: the items of a list, or the slots of an object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Span {
    pub(super) start: u32,
    pub(super) len: u32,
    /// Other places may hold the same.
    pub(super) is_shared: bool,
}

/// Where a value stands. It stays the same however the data grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place(u32);

/// A leaf that is neither JSON nor small.
#[derive(Debug)]
pub(crate) enum Leaf {
    Text(String),
    Symbol(Name),
    Other(Box<Value>),
}

/// The data take more than a request may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full;

/// All data of a request. The first value is the root.
#[derive(Debug)]
pub(crate) struct Tree {
    values: Vec<Data>,
    bodies: Vec<Bytes>,
    leaves: Vec<Leaf>,
    /// Bytes of the bodies and leaves.
    bytes: usize,
    bytes_max: usize,
}

/// How much a tree holds, to go back to.
pub(crate) struct Mark {
    values: usize,
    bodies: usize,
    leaves: usize,
    bytes: usize,
}

impl Span {
    const EMPTY: Self = Self {
        start: 0,
        len: 0,
        is_shared: false,
    };

    pub(crate) fn len(self) -> usize {
        self.len as usize
    }

    /// The place of an item or a slot.
    pub(crate) fn place(self, position: usize) -> Option<Place> {
        let position = u32::try_from(position).ok()?;
        (position < self.len).then(|| Place(self.start + position))
    }

    pub(crate) fn places(self) -> impl Iterator<Item = Place> {
        (self.start..self.start + self.len).map(Place)
    }

    /// What tells it from all others, if other places may hold it too.
    pub(crate) fn shared(self) -> Option<u32> {
        (self.is_shared && self.len > 0).then_some(self.start)
    }
}

impl Data {
    pub(crate) fn is_missing(self) -> bool {
        matches!(self, Self::Absent | Self::Null)
    }
}

impl Tree {
    /// A root of which nothing is known. Bodies, values and leaves may take `bytes_max` bytes;
    /// there is room for `expected` values.
    pub(crate) fn new(bytes_max: usize, expected: usize) -> Self {
        let mut values = Vec::with_capacity(expected.max(1));
        values.push(Data::Object(Span::EMPTY));
        Self {
            values,
            bodies: Vec::new(),
            leaves: Vec::new(),
            bytes: 0,
            bytes_max,
        }
    }

    /// Bytes that a request's data may take.
    pub(crate) fn bytes_max(&self) -> usize {
        self.bytes_max
    }

    /// How many values there are.
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    pub(crate) fn root(&self) -> Data {
        self.get(Place::ROOT)
    }

    pub(crate) fn get(&self, place: Place) -> Data {
        self.values[place.0 as usize]
    }

    pub(crate) fn set(&mut self, place: Place, data: Data) {
        self.values[place.0 as usize] = data;
    }

    /// The items of a list, or the slots of an object.
    pub(crate) fn values(&self, span: Span) -> &[Data] {
        &self.values[span.start as usize..][..span.len as usize]
    }

    /// A field of an object.
    pub(crate) fn field(&self, object: Data, slot: usize) -> Data {
        match object {
            Data::Object(span) => self.slot(span, slot),
            _ => Data::Absent,
        }
    }

    pub(crate) fn slot(&self, object: Span, slot: usize) -> Data {
        object.place(slot).map_or(Data::Absent, |at| self.get(at))
    }

    /// The concrete type that an object says it is of.
    pub(crate) fn typename(&self, object: Span) -> Option<&str> {
        self.symbol(self.slot(object, TYPENAME))
    }

    /// Whether an object says that it is of a concrete type.
    pub(crate) fn is_of(&self, object: Span, ty: &str) -> bool {
        match self.slot(object, TYPENAME) {
            // Names have no escapes.
            Data::Json(slice) => match self.json(slice) {
                [b'"', name @ .., b'"'] => name == ty.as_bytes(),
                _ => false,
            },
            other => self.symbol(other) == Some(ty),
        }
    }

    /// The text of a leaf that is a name.
    pub(crate) fn symbol(&self, data: Data) -> Option<&str> {
        match data {
            Data::Json(slice) => {
                let text = self.json(slice).strip_prefix(b"\"")?.strip_suffix(b"\"")?;
                std::str::from_utf8(text).ok()
            }
            Data::Leaf(leaf) => match self.leaf(leaf) {
                Leaf::Text(text) => Some(text),
                Leaf::Symbol(name) => Some(name),
                Leaf::Other(_) => None,
            },
            _ => None,
        }
    }

    pub(crate) fn json(&self, slice: Slice) -> &[u8] {
        &self.bodies[slice.body as usize][slice.start as usize..][..slice.len as usize]
    }

    pub(crate) fn leaf(&self, leaf: u32) -> &Leaf {
        &self.leaves[leaf as usize]
    }

    /// Keeps a body, whose slices are leaves from now on.
    pub(crate) fn add_body(&mut self, body: Bytes) -> Result<u32, Full> {
        self.weigh(body.len())?;
        self.bodies.push(body);
        position(self.bodies.len() - 1)
    }

    pub(crate) fn add_leaf(&mut self, leaf: Leaf, bytes: usize) -> Result<Data, Full> {
        self.weigh(size_of::<Leaf>() + bytes)?;
        self.leaves.push(leaf);
        position(self.leaves.len() - 1).map(Data::Leaf)
    }

    /// Slots of which nothing is known.
    pub(crate) fn add_slots(&mut self, count: usize) -> Result<Span, Full> {
        let span = self.next(count)?;
        self.values.resize(self.values.len() + count, Data::Absent);
        Ok(span)
    }

    /// Takes over the items of a list.
    pub(crate) fn add_items(
        &mut self,
        items: impl ExactSizeIterator<Item = Data>,
    ) -> Result<Span, Full> {
        let span = self.next(items.len())?;
        self.values.extend(items);
        Ok(span)
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark {
            values: self.values.len(),
            bodies: self.bodies.len(),
            leaves: self.leaves.len(),
            bytes: self.bytes,
        }
    }

    /// Forgets what came after a mark, and nothing refers to.
    pub(crate) fn go_back(&mut self, mark: &Mark) {
        self.values.truncate(mark.values);
        self.bodies.truncate(mark.bodies);
        self.leaves.truncate(mark.leaves);
        self.bytes = mark.bytes;
    }

    fn next(&self, count: usize) -> Result<Span, Full> {
        let end = self.values.len() + count;
        let values = end.saturating_mul(size_of::<Data>());
        if values.saturating_add(self.bytes) > self.bytes_max {
            return Err(Full);
        }
        position(end)?;
        Ok(Span {
            start: position(self.values.len())?,
            len: position(count)?,
            is_shared: false,
        })
    }

    fn weigh(&mut self, bytes: usize) -> Result<(), Full> {
        let values = self.values.len() * size_of::<Data>();
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes.saturating_add(values) > self.bytes_max {
            return Err(Full);
        }
        Ok(())
    }
}

impl Place {
    pub(crate) const ROOT: Self = Self(0);
}

fn position(position: usize) -> Result<u32, Full> {
    u32::try_from(position).map_err(|_| Full)
}
