//! The tree of the merged data.

use async_graphql::{Name, Value};

use crate::data::layout::TYPENAME;

/// A value at some place of the data.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Data<'a> {
    /// Nobody has answered yet.
    #[default]
    Absent,
    Null,
    /// A leaf as the JSON that arrived, quotes and escapes included.
    Json(&'a str),
    /// Leaves of a subgraph in this process.
    Text(String),
    Symbol(Name),
    Boolean(bool),
    Number(serde_json::Number),
    Other(Box<Value>),
    List(Vec<Data<'a>>),
    /// The fields by slot.
    Object(Vec<Data<'a>>),
}

impl<'a> Data<'a> {
    /// An object of which nothing is known.
    pub(crate) fn object() -> Self {
        Self::Object(Vec::new())
    }

    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, Self::Absent | Self::Null)
    }

    /// A field of an object.
    pub(crate) fn field(&self, slot: usize) -> &Data<'a> {
        match self {
            Self::Object(fields) => fields.get(slot).unwrap_or(&Data::Absent),
            _ => &Data::Absent,
        }
    }

    /// Takes a field out of an object.
    pub(crate) fn take(&mut self, slot: usize) -> Self {
        match self {
            Self::Object(fields) => fields.get_mut(slot).map(std::mem::take).unwrap_or_default(),
            _ => Self::Absent,
        }
    }

    /// The concrete type that an object says it is of.
    pub(crate) fn typename(&self) -> Option<&str> {
        self.field(TYPENAME).symbol()
    }

    /// The text of a leaf that is a name.
    pub(crate) fn symbol(&self) -> Option<&str> {
        match self {
            Data::Json(text) => text.strip_prefix('"')?.strip_suffix('"'),
            Data::Text(text) => Some(text),
            Data::Symbol(name) => Some(name),
            _ => None,
        }
    }

    /// Adds what another subgraph knows of the same value: objects and lists of equal length
    /// are merged deeply, and a null never replaces what is there.
    pub(crate) fn merge(&mut self, from: Self) {
        match (self, from) {
            (_, Self::Absent) => {}
            (into @ Self::Absent, from) => *into = from,
            (_, Self::Null) => {}
            (Self::Object(into), Self::Object(from)) => merge_fields(into, from),
            (Self::List(into), Self::List(from)) if into.len() == from.len() => {
                for (into, from) in into.iter_mut().zip(from) {
                    into.merge(from);
                }
            }
            (into, from) => *into = from,
        }
    }

    /// The same with a copy of `from`, of which only what is new is copied.
    pub(crate) fn merge_copy(&mut self, from: &Self) {
        match (self, from) {
            (_, Self::Absent) => {}
            (into @ Self::Absent, from) => into.clone_from(from),
            (_, Self::Null) => {}
            (Self::Object(into), Self::Object(from)) => {
                if into.len() < from.len() {
                    into.resize_with(from.len(), Data::default);
                }
                merge_copies(into, from);
            }
            (Self::List(into), Self::List(from)) if into.len() == from.len() => {
                merge_copies(into, from);
            }
            (into, from) => into.clone_from(from),
        }
    }
}

fn merge_copies<'a>(into: &mut [Data<'a>], from: &[Data<'a>]) {
    for (into, from) in into.iter_mut().zip(from) {
        into.merge_copy(from);
    }
}

fn merge_fields<'a>(into: &mut Vec<Data<'a>>, from: Vec<Data<'a>>) {
    if into.is_empty() {
        *into = from;
        return;
    }
    if into.len() < from.len() {
        into.resize_with(from.len(), Data::default);
    }
    for (into, from) in into.iter_mut().zip(from) {
        into.merge(from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(number: u32) -> Data<'static> {
        Data::Number(number.into())
    }

    /// Both ways of merging, which must come to the same.
    fn merge(into: &mut Data<'static>, from: Data<'static>) {
        let mut copied = into.clone();
        copied.merge_copy(&from);
        into.merge(from);
        assert_eq!(*into, copied);
    }

    #[test]
    fn objects_and_equal_lists_merge_deeply() {
        let object = Data::Object;
        let mut into = object(vec![
            number(1),
            Data::List(vec![object(vec![number(1)]), Data::Null]),
        ]);
        merge(
            &mut into,
            object(vec![
                Data::Absent,
                Data::List(vec![
                    object(vec![Data::Absent, number(2)]),
                    object(vec![number(3)]),
                ]),
                number(4),
            ]),
        );
        let merged = object(vec![
            number(1),
            Data::List(vec![
                object(vec![number(1), number(2)]),
                object(vec![number(3)]),
            ]),
            number(4),
        ]);
        assert_eq!(into, merged);
    }

    #[test]
    fn null_does_not_erase() {
        let mut into = Data::Object(vec![number(1)]);
        merge(&mut into, Data::Object(vec![Data::Null, Data::Null]));
        assert_eq!(into, Data::Object(vec![number(1), Data::Null]));
    }
}
