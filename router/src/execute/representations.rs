//! Building the representations of an entity fetch: each different one once, however many
//! objects it stands for.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::hash::BuildHasher;
use std::ops::{ControlFlow, Range};

use async_graphql::{Name, Value};
use bytes::Bytes;
use hashbrown::{DefaultHashBuilder, HashTable};
use indexmap::IndexMap;

use crate::data::tree::{Data, Place, Span, Tree};
use crate::data::write;
use crate::error::PathSegment;
use crate::execute::places;
use crate::plan::{EntityFetch, Input, Require};

/// Room for a few representations.
const ROOM: usize = 512;

/// Representations, and the objects in the data that each stands for.
#[derive(Default)]
pub(crate) struct Representations {
    /// All of them as a JSON list.
    pub(crate) json: Bytes,
    /// All of them as values, if they are needed so.
    pub(crate) values: Vec<Value>,
    /// The objects that were looked at, each with its representation for an input.
    objects: Vec<(Place, u32)>,
    /// How many objects each stands for.
    uses: Vec<u32>,
}

/// Representations while they are gathered.
struct Gathering<'t> {
    tree: &'t Tree,
    json: Vec<u8>,
    spans: Vec<Range<usize>>,
    /// Their positions, by their bytes.
    known: HashTable<u32>,
    hashing: DefaultHashBuilder,
    gathered: Representations,
}

impl Representations {
    /// Gathers the representations of an entity fetch from the merged data.
    pub(crate) fn gather(entity: &EntityFetch, tree: &Tree, as_values: bool) -> Self {
        let mut gathering = Gathering {
            tree,
            json: Vec::with_capacity(ROOM),
            spans: Vec::new(),
            known: HashTable::new(),
            hashing: DefaultHashBuilder::default(),
            gathered: Self::default(),
        };
        gathering.json.push(b'[');
        for steps in &entity.paths {
            places::visit(tree, steps, &mut |place, object| {
                for input in &entity.inputs {
                    if let Some(position) = gathering.add(input, object, as_values) {
                        gathering.gathered.objects.push((place, position));
                    }
                }
            });
        }
        let mut gathered = gathering.gathered;
        gathering.json.push(b']');
        gathered.json = gathering.json.into();
        gathered
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.uses.is_empty()
    }

    /// Merges each entity into the objects that it stands for.
    pub(crate) fn distribute(&self, entities: Span, tree: &mut Tree) {
        for (place, position) in &self.objects {
            let position = *position as usize;
            let Some(entity) = entities.place(position).map(|entity| tree.get(entity)) else {
                continue;
            };
            if matches!(entity, Data::Object(_)) {
                tree.merge(*place, entity, self.uses[position] > 1);
            }
        }
    }

    /// The first `max` paths of the objects that a representation stands for.
    pub(crate) fn paths(
        &self,
        entity: &EntityFetch,
        tree: &Tree,
        representation: usize,
        max: usize,
    ) -> Vec<Vec<PathSegment>> {
        let objects = self.objects.iter();
        let objects: HashSet<Place> = objects
            .filter(|(_, position)| *position as usize == representation)
            .map(|(place, _)| *place)
            .collect();
        let mut found = Vec::new();
        for steps in &entity.paths {
            let _ = places::visit_paths(tree, steps, &mut |place, path| {
                if objects.contains(&place) {
                    found.push(path.to_vec());
                }
                match found.len() < max {
                    true => ControlFlow::Continue(()),
                    false => ControlFlow::Break(()),
                }
            });
        }
        found
    }
}

impl Gathering<'_> {
    fn add(&mut self, input: &Input, object: Span, as_values: bool) -> Option<u32> {
        if !input.fits(self.tree, object) {
            return None;
        }
        let end = self.json.len();
        if !self.spans.is_empty() {
            self.json.push(b',');
        }
        let start = self.json.len();
        if input.write(self.tree, object, &mut self.json).is_none() {
            self.json.truncate(end);
            return None;
        }
        let (json, spans, hashing) = (&self.json, &mut self.spans, &self.hashing);
        let hash = hashing.hash_one(&json[start..]);
        let is_equal = |known: &u32| json[spans[*known as usize].clone()] == json[start..];
        if let Some(known) = self.known.find(hash, is_equal) {
            self.json.truncate(end);
            self.gathered.uses[*known as usize] += 1;
            return Some(*known);
        }
        let position = u32::try_from(spans.len()).ok()?;
        spans.push(start..json.len());
        let hash_of = |known: &u32| hashing.hash_one(&json[spans[*known as usize].clone()]);
        self.known.insert_unique(hash, position, hash_of);
        self.gathered.uses.push(1);
        if as_values {
            self.gathered.values.push(input.value(self.tree, object));
        }
        Some(position)
    }
}

impl Input {
    fn fits(&self, tree: &Tree, object: Span) -> bool {
        let wanted = self.object.as_deref();
        wanted.is_none_or(|wanted| tree.is_of(object, wanted))
    }

    /// Writes the representation of an object; `None` when something it needs is not there,
    /// because the fetch that was to bring it failed.
    fn write(&self, tree: &Tree, object: Span, out: &mut Vec<u8>) -> Option<()> {
        out.extend_from_slice(b"{\"__typename\":");
        write::name(out, &self.typename);
        write_fields(&self.fields, tree, object, out)?;
        out.push(b'}');
        Some(())
    }

    fn value(&self, tree: &Tree, object: Span) -> Value {
        let mut fields = IndexMap::new();
        let typename = Value::String(self.typename.clone());
        fields.insert(Name::new("__typename"), typename);
        add_fields(&self.fields, tree, object, &mut fields);
        Value::Object(fields)
    }
}

/// Writes `,"name":value` for each; `Some` when everything was there.
fn write_fields(requires: &[Require], tree: &Tree, object: Span, out: &mut Vec<u8>) -> Option<()> {
    for require in requires {
        match require {
            Require::On { types, below } => {
                if meets(tree, object, types) {
                    write_fields(below, tree, object, out)?;
                }
            }
            Require::Field {
                slot,
                sent_as,
                nullable,
                below,
                ..
            } => {
                let data = tree.slot(object, *slot);
                if matches!(data, Data::Absent) || matches!(data, Data::Null) && !nullable {
                    return None;
                }
                out.push(b',');
                write::name(out, sent_as);
                out.push(b':');
                write_value(tree, data, below, out)?;
            }
        }
    }
    Some(())
}

fn write_value(tree: &Tree, data: Data, below: &[Require], out: &mut Vec<u8>) -> Option<()> {
    match data {
        Data::List(items) => {
            out.push(b'[');
            for (position, item) in tree.values(items).iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                write_value(tree, *item, below, out)?;
            }
            out.push(b']');
        }
        Data::Object(object) => {
            let start = out.len();
            write_fields(below, tree, object, out)?;
            if out.len() == start {
                out.extend_from_slice(b"{}");
            } else {
                // The first comma is the place of the bracket.
                out[start] = b'{';
                out.push(b'}');
            }
        }
        leaf => write::leaf(out, tree, leaf),
    }
    Some(())
}

fn add_fields(requires: &[Require], tree: &Tree, object: Span, into: &mut IndexMap<Name, Value>) {
    for require in requires {
        match require {
            Require::On { types, below } => {
                if meets(tree, object, types) {
                    add_fields(below, tree, object, into);
                }
            }
            Require::Field {
                slot,
                sent_as,
                below,
                ..
            } => {
                let value = to_value(tree, tree.slot(object, *slot), below);
                into.insert(sent_as.clone(), value);
            }
        }
    }
}

fn to_value(tree: &Tree, data: Data, below: &[Require]) -> Value {
    match data {
        Data::List(items) => {
            let items = tree.values(items).iter();
            Value::List(items.map(|item| to_value(tree, *item, below)).collect())
        }
        Data::Object(object) => {
            let mut fields = IndexMap::new();
            add_fields(below, tree, object, &mut fields);
            Value::Object(fields)
        }
        leaf => write::value(tree, leaf),
    }
}

fn meets(tree: &Tree, object: Span, types: &[String]) -> bool {
    let is_known = tree.typename(object).is_some();
    !is_known || types.iter().any(|ty| tree.is_of(object, ty))
}
