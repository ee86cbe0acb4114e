//! Building the representations of an entity fetch: each different one once, however many
//! objects it stands for.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use async_graphql::{Name, Value};
use bytes::Bytes;
use indexmap::IndexMap;

use crate::data::tree::Data;
use crate::data::write;
use crate::error::PathSegment;
use crate::execute::places;
use crate::plan::{EntityFetch, Input, Require};

/// Stands for an object that is not represented.
const NONE: u32 = u32::MAX;

/// Representations, and the objects in the data that each stands for.
#[derive(Default)]
pub(crate) struct Representations {
    /// All of them as a JSON list.
    pub(crate) json: Bytes,
    /// All of them as values, if they are needed so.
    pub(crate) values: Vec<Value>,
    /// The representation of every object at the paths, for every input, in order.
    order: Vec<u32>,
    /// How many objects each stands for.
    uses: Vec<u32>,
}

/// Representations while they are gathered.
struct Gathering {
    json: Vec<u8>,
    spans: Vec<Range<usize>>,
    /// The last one with a hash, and the one with the same hash before it.
    last: HashMap<u64, u32>,
    before: Vec<u32>,
    hashing: RandomState,
    gathered: Representations,
}

impl Representations {
    /// Gathers the representations of an entity fetch from the merged data.
    pub(crate) fn gather(entity: &EntityFetch, data: &Data<'_>, as_values: bool) -> Self {
        let mut gathering = Gathering {
            json: b"[".to_vec(),
            spans: Vec::new(),
            last: HashMap::new(),
            before: Vec::new(),
            hashing: RandomState::new(),
            gathered: Self::default(),
        };
        for steps in &entity.paths {
            places::visit(data, steps, &mut |object| {
                for input in &entity.inputs {
                    let position = gathering.add(input, object, as_values);
                    gathering.gathered.order.push(position.unwrap_or(NONE));
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

    /// Merges each entity into the objects that it stands for; `false` when these are not
    /// the objects any more that were looked at, and the data are worth nothing.
    pub(crate) fn distribute<'a>(
        &self,
        entity: &EntityFetch,
        mut entities: Vec<Data<'a>>,
        data: &mut Data<'a>,
    ) -> bool {
        let mut left = self.uses.clone();
        let mut order = self.order.chunks(entity.inputs.len().max(1));
        let mut are_all_known = true;
        for steps in &entity.paths {
            places::visit_mut(data, steps, &mut |object| {
                let Some(positions) = order.next() else {
                    are_all_known = false;
                    return;
                };
                for position in positions {
                    let position = *position as usize;
                    let Some(entity @ Data::Object(_)) = entities.get_mut(position) else {
                        continue;
                    };
                    left[position] -= 1;
                    if left[position] == 0 {
                        object.merge(std::mem::take(entity));
                    } else {
                        object.merge_copy(entity);
                    }
                }
            });
        }
        are_all_known && order.next().is_none()
    }

    /// The paths of all objects that a representation stands for.
    pub(crate) fn paths(
        &self,
        entity: &EntityFetch,
        data: &Data<'_>,
        representation: usize,
    ) -> Vec<Vec<PathSegment>> {
        let mut found = Vec::new();
        let mut order = self.order.chunks(entity.inputs.len().max(1));
        for steps in &entity.paths {
            places::visit_paths(data, steps, &mut Vec::new(), &mut |path| {
                let positions = order.next().unwrap_or_default();
                if positions
                    .iter()
                    .any(|position| *position as usize == representation)
                {
                    found.push(path.to_vec());
                }
            });
        }
        found
    }
}

impl Gathering {
    fn add(&mut self, input: &Input, object: &Data<'_>, as_values: bool) -> Option<u32> {
        if !input.fits(object) {
            return None;
        }
        let end = self.json.len();
        if !self.spans.is_empty() {
            self.json.push(b',');
        }
        let start = self.json.len();
        if input.write(object, &mut self.json).is_none() {
            self.json.truncate(end);
            return None;
        }
        let hash = self.hashing.hash_one(&self.json[start..]);
        let last = self.last.get(&hash).copied();
        if let Some(known) = self.find(last, start) {
            self.json.truncate(end);
            self.gathered.uses[known as usize] += 1;
            return Some(known);
        }
        let position = u32::try_from(self.spans.len()).ok()?;
        self.spans.push(start..self.json.len());
        self.before.push(last.unwrap_or(NONE));
        self.last.insert(hash, position);
        self.gathered.uses.push(1);
        if as_values {
            self.gathered.values.push(input.value(object));
        }
        Some(position)
    }

    /// The representation that is equal to the one just written.
    fn find(&self, last: Option<u32>, start: usize) -> Option<u32> {
        let mut candidate = last?;
        while candidate != NONE {
            let span = self.spans[candidate as usize].clone();
            if self.json[span] == self.json[start..] {
                return Some(candidate);
            }
            candidate = self.before[candidate as usize];
        }
        None
    }
}

impl Input {
    fn fits(&self, object: &Data<'_>) -> bool {
        let wanted = self.object.as_deref();
        wanted.is_none_or(|wanted| object.typename() == Some(wanted))
    }

    /// Writes the representation of an object; `None` when something it needs is not there,
    /// because the fetch that was to bring it failed.
    fn write(&self, object: &Data<'_>, out: &mut Vec<u8>) -> Option<()> {
        out.extend_from_slice(b"{\"__typename\":");
        write::name(out, &self.typename);
        write_fields(&self.fields, object, out)?;
        out.push(b'}');
        Some(())
    }

    fn value(&self, object: &Data<'_>) -> Value {
        let mut fields = IndexMap::new();
        let typename = Value::String(self.typename.clone());
        fields.insert(Name::new("__typename"), typename);
        add_fields(&self.fields, object, &mut fields);
        Value::Object(fields)
    }
}

/// Writes `,"name":value` for each; `Some` when everything was there.
fn write_fields(requires: &[Require], object: &Data<'_>, out: &mut Vec<u8>) -> Option<()> {
    for require in requires {
        match require {
            Require::On { types, below } => {
                if meets(object, types) {
                    write_fields(below, object, out)?;
                }
            }
            Require::Field {
                slot,
                sent_as,
                nullable,
                below,
                ..
            } => {
                let data = object.field(*slot);
                if matches!(data, Data::Absent) || matches!(data, Data::Null) && !nullable {
                    return None;
                }
                out.push(b',');
                write::name(out, sent_as);
                out.push(b':');
                write_value(data, below, out)?;
            }
        }
    }
    Some(())
}

fn write_value(data: &Data<'_>, below: &[Require], out: &mut Vec<u8>) -> Option<()> {
    match data {
        Data::List(items) => {
            out.push(b'[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                write_value(item, below, out)?;
            }
            out.push(b']');
        }
        Data::Object(_) => {
            let start = out.len();
            write_fields(below, data, out)?;
            if out.len() == start {
                out.extend_from_slice(b"{}");
            } else {
                // The first comma is the place of the bracket.
                out[start] = b'{';
                out.push(b'}');
            }
        }
        leaf => write::leaf(out, leaf),
    }
    Some(())
}

fn add_fields(requires: &[Require], object: &Data<'_>, into: &mut IndexMap<Name, Value>) {
    for require in requires {
        match require {
            Require::On { types, below } => {
                if meets(object, types) {
                    add_fields(below, object, into);
                }
            }
            Require::Field {
                slot,
                sent_as,
                below,
                ..
            } => {
                into.insert(sent_as.clone(), to_value(object.field(*slot), below));
            }
        }
    }
}

fn to_value(data: &Data<'_>, below: &[Require]) -> Value {
    match data {
        Data::List(items) => Value::List(items.iter().map(|item| to_value(item, below)).collect()),
        Data::Object(_) => {
            let mut fields = IndexMap::new();
            add_fields(below, data, &mut fields);
            Value::Object(fields)
        }
        leaf => write::value(leaf),
    }
}

fn meets(object: &Data<'_>, types: &[String]) -> bool {
    object
        .typename()
        .is_none_or(|typename| types.iter().any(|ty| ty == typename))
}
