//! Reads a subgraph's answer: JSON (RFC 8259) straight into slots, once, without copying.
//!
//! Leaves stay the text that they are; it is checked to be JSON, because it goes into the
//! client's answer as it is.

mod reader;
#[cfg(test)]
mod tests;

use std::ops::Range;

use bytes::Bytes;

use self::reader::Reader;
use crate::data::layout::{Content, LayoutId, Layouts};
use crate::data::tree::{Data, Full, Slice, Tree};

/// Deeper than any answer of ours, shallow enough for recursion.
const DEPTH_MAX: usize = 256;

/// Why an answer is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unread {
    #[error("it is no UTF-8")]
    Encoding,
    #[error("{problem} at byte {at}")]
    Malformed { problem: &'static str, at: usize },
    #[error("it takes more than a request may hold")]
    Full,
}

impl From<Full> for Unread {
    fn from(_: Full) -> Self {
        Self::Full
    }
}

type Reading<T> = Result<T, Unread>;

/// The parts of an answer.
#[derive(Debug)]
pub(crate) struct Answer<'b, T> {
    /// What `data` holds; none if it is null or missing.
    pub(crate) data: Option<T>,
    /// The text of `errors`.
    pub(crate) errors: Option<&'b str>,
}

/// Reads an answer whose `data` is an object of a layout.
pub(crate) fn root<'b>(
    tree: &mut Tree,
    layouts: &Layouts,
    layout: LayoutId,
    body: &'b Bytes,
) -> Reading<Answer<'b, Data>> {
    answer(tree, layouts, body, |answering| answering.object(layout, 0))
}

/// Reads an answer whose `data` holds lists of entities; `fields` names each list and the
/// layout of its items.
pub(crate) fn entities<'b>(
    tree: &mut Tree,
    layouts: &Layouts,
    fields: &[(&str, LayoutId)],
    body: &'b Bytes,
) -> Reading<Answer<'b, Vec<Data>>> {
    answer(tree, layouts, body, |answering| answering.entities(fields))
}

fn answer<'b, T>(
    tree: &mut Tree,
    layouts: &Layouts,
    body: &'b Bytes,
    read: impl FnOnce(&mut Answering<'_, 'b>) -> Reading<T>,
) -> Reading<Answer<'b, T>> {
    let text = std::str::from_utf8(body).map_err(|_| Unread::Encoding)?;
    let before = tree.mark();
    let kept = tree.add_body(body.clone());
    let answer = kept.map_err(Unread::from).and_then(|kept| {
        let reader = Reader::new(text)?;
        let mut answering = Answering {
            reader,
            tree,
            layouts,
            body: kept,
            items: Vec::new(),
        };
        answering.whole(read)
    });
    if answer.is_err() {
        tree.go_back(&before);
    }
    answer
}

/// An answer that is being read.
struct Answering<'t, 'b> {
    reader: Reader<'b>,
    tree: &'t mut Tree,
    layouts: &'t Layouts,
    /// Where its body is kept.
    body: u32,
    /// The items so far of all lists that are open.
    items: Vec<Data>,
}

impl<'b> Answering<'_, 'b> {
    fn whole<T>(&mut self, read: impl FnOnce(&mut Self) -> Reading<T>) -> Reading<Answer<'b, T>> {
        let mut read = Some(read);
        let (mut data, mut errors, mut is_answer) = (None, None, false);
        self.reader.space();
        let mut more = self.reader.open(b'{', b'}', "no object")?;
        while more {
            let key = self.reader.key()?;
            is_answer |= matches!(&*key, "data" | "errors");
            match (&*key, self.reader.peek()) {
                ("data", Some(b'{')) => match read.take() {
                    Some(read) => data = Some(read(self)?),
                    None => return Err(self.reader.fail("data is there twice")),
                },
                ("data", peeked) if peeked != Some(b'n') => {
                    return Err(self.reader.fail("data is no object"));
                }
                ("errors", _) => {
                    let range = self.reader.raw()?;
                    errors = Some(self.reader.text(range));
                }
                _ => self.reader.skip(0)?,
            }
            more = self.reader.more(b'}', "no comma or end after a member")?;
        }
        self.reader.space();
        if !is_answer {
            return Err(self.reader.fail("there are neither data nor errors"));
        }
        if !self.reader.is_at_end() {
            return Err(self.reader.fail("something follows the answer"));
        }
        Ok(Answer { data, errors })
    }

    fn entities(&mut self, fields: &[(&str, LayoutId)]) -> Reading<Vec<Data>> {
        let mut lists = vec![Data::Absent; fields.len()];
        let mut more = self.reader.open(b'{', b'}', "no object")?;
        while more {
            let key = self.reader.key()?;
            match fields.iter().position(|(name, _)| *name == key) {
                Some(position) => {
                    let content = Content {
                        lists: 1,
                        below: Some(fields[position].1),
                    };
                    lists[position] = self.value(content, 0)?;
                }
                None => self.reader.skip(0)?,
            }
            more = self.reader.more(b'}', "no comma or end after a member")?;
        }
        Ok(lists)
    }

    fn object(&mut self, layout: LayoutId, depth: usize) -> Reading<Data> {
        let layout = self.layouts.get(layout);
        let slots = self.tree.add_slots(layout.len())?;
        let mut last = 0;
        let mut more = self.reader.open(b'{', b'}', "no object")?;
        while more {
            let key = self.reader.key()?;
            match layout.find(&key, last) {
                Some(slot) => {
                    let data = self.value(layout.slot(slot).content, depth + 1)?;
                    if let Some(place) = slots.place(slot) {
                        self.tree.set(place, data);
                    }
                    last = slot;
                }
                None => self.reader.skip(depth + 1)?,
            }
            more = self.reader.more(b'}', "no comma or end after a member")?;
        }
        Ok(Data::Object(slots))
    }

    fn list(&mut self, item: Content, depth: usize) -> Reading<Data> {
        let first = self.items.len();
        let mut more = self.reader.open(b'[', b']', "no list")?;
        while more {
            let value = self.value(item, depth + 1)?;
            self.items.push(value);
            more = self.reader.more(b']', "no comma or end after an item")?;
        }
        let items = self.tree.add_items(self.items.drain(first..))?;
        Ok(Data::List(items))
    }

    fn value(&mut self, content: Content, depth: usize) -> Reading<Data> {
        if depth > DEPTH_MAX {
            return Err(self.reader.fail("nested too deeply"));
        }
        match (self.reader.peek(), content.below) {
            (Some(b'['), _) if content.lists > 0 => self.list(content.item(), depth),
            (Some(b'{'), Some(below)) if content.lists == 0 => self.object(below, depth),
            (Some(b'n'), _) => {
                self.reader.literal("null")?;
                Ok(Data::Null)
            }
            _ => {
                let Range { start, end } = self.reader.raw()?;
                Ok(Data::Json(Slice {
                    body: self.body,
                    start,
                    len: end - start,
                }))
            }
        }
    }
}
