//! Reads a subgraph's answer: JSON (RFC 8259) straight into slots, once, without copying.
//!
//! Leaves stay the text that they are; it is checked to be JSON, because it goes into the
//! client's answer as it is.

mod reader;
#[cfg(test)]
mod tests;

use self::reader::Reader;
use crate::data::layout::{Content, LayoutId, Layouts};
use crate::data::tree::Data;

/// Deeper than any answer of ours, shallow enough for recursion.
const DEPTH_MAX: usize = 256;

/// What is wrong, and at which byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem} at byte {at}")]
pub(crate) struct Malformed {
    problem: &'static str,
    at: usize,
}

type Reading<T> = Result<T, Malformed>;

/// The parts of an answer.
#[derive(Debug, Default)]
pub(crate) struct Answer<'a, T> {
    /// What `data` holds; none if it is null or missing.
    pub(crate) data: Option<T>,
    /// The text of `errors`.
    pub(crate) errors: Option<&'a str>,
}

/// Reads an answer whose `data` is an object of a layout.
pub(crate) fn root<'a>(
    layouts: &Layouts,
    layout: LayoutId,
    text: &'a str,
) -> Reading<Answer<'a, Data<'a>>> {
    answer(text, |reader| reader.object(layouts, layout, 0))
}

/// Reads an answer whose `data` holds lists of entities; `fields` names each list and the
/// layout of its items.
pub(crate) fn entities<'a>(
    layouts: &Layouts,
    fields: &[(&str, LayoutId)],
    text: &'a str,
) -> Reading<Answer<'a, Vec<Data<'a>>>> {
    answer(text, |reader| {
        let mut lists = vec![Data::Absent; fields.len()];
        reader.members(|reader, key| {
            let position = fields.iter().position(|(name, _)| *name == key);
            match position {
                Some(position) => {
                    let content = Content {
                        lists: 1,
                        below: Some(fields[position].1),
                    };
                    lists[position] = reader.value(layouts, content, 0)?;
                }
                None => reader.skip(0)?,
            }
            Ok(())
        })?;
        Ok(lists)
    })
}

fn answer<'a, T>(
    text: &'a str,
    mut read: impl FnMut(&mut Reader<'a>) -> Reading<T>,
) -> Reading<Answer<'a, T>> {
    let mut reader = Reader::new(text);
    let mut answer = Answer {
        data: None,
        errors: None,
    };
    let mut is_answer = false;
    reader.space();
    reader.members(|reader, key| {
        is_answer |= matches!(key, "data" | "errors");
        match key {
            "data" if reader.peek() == Some(b'{') => answer.data = Some(read(reader)?),
            "data" if reader.peek() != Some(b'n') => return Err(reader.fail("data is no object")),
            "errors" => answer.errors = Some(reader.raw()?),
            _ => reader.skip(0)?,
        }
        Ok(())
    })?;
    reader.space();
    if !is_answer {
        return Err(reader.fail("there are neither data nor errors"));
    }
    if !reader.is_at_end() {
        return Err(reader.fail("something follows the answer"));
    }
    Ok(answer)
}

impl<'a> Reader<'a> {
    fn object(&mut self, layouts: &Layouts, layout: LayoutId, depth: usize) -> Reading<Data<'a>> {
        let layout = layouts.get(layout);
        let mut slots = Vec::new();
        slots.resize_with(layout.len(), Data::default);
        let mut last = 0;
        self.members(|reader, key| {
            match layout.find(key, last) {
                Some(slot) => {
                    let content = layout.slot(slot).content;
                    slots[slot] = reader.value(layouts, content, depth + 1)?;
                    last = slot;
                }
                None => reader.skip(depth + 1)?,
            }
            Ok(())
        })?;
        Ok(Data::Object(slots))
    }

    fn value(&mut self, layouts: &Layouts, content: Content, depth: usize) -> Reading<Data<'a>> {
        if depth > DEPTH_MAX {
            return Err(self.fail("nested too deeply"));
        }
        match (self.peek(), content.below) {
            (Some(b'['), _) if content.lists > 0 => {
                let mut items = Vec::new();
                self.items(|reader| {
                    items.push(reader.value(layouts, content.item(), depth + 1)?);
                    Ok(())
                })?;
                Ok(Data::List(items))
            }
            (Some(b'{'), Some(below)) if content.lists == 0 => self.object(layouts, below, depth),
            (Some(b'n'), _) => {
                self.literal("null")?;
                Ok(Data::Null)
            }
            _ => Ok(Data::Json(self.raw()?)),
        }
    }
}
