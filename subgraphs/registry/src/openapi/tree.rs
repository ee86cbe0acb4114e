//! A parsed document that borrows its strings from the text.
//!
//! Large descriptions consist mostly of prose and examples that are never looked at: a borrowed
//! tree keeps them where they are. Duplicate keys are refused, in JSON as in YAML.

use std::borrow::Cow;

use serde_json::{Map, Number, Value};

/// A value of the document.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    List(Vec<Node<'a>>),
    Object(Object<'a>),
}

impl<'a> Node<'a> {
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn as_list(&self) -> Option<&[Node<'a>]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    pub(super) fn as_object(&self) -> Option<&Object<'a>> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The member of an object; `None` for every other kind.
    pub(super) fn get(&self, key: &str) -> Option<&Node<'a>> {
        self.as_object()?.get(key)
    }

    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_text()
    }

    pub(super) fn is_true(&self, key: &str) -> bool {
        self.get(key) == Some(&Node::Bool(true))
    }

    pub(super) fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Number(number) => Value::Number(number.clone()),
            Self::Text(text) => Value::String(text.as_ref().to_owned()),
            Self::List(items) => items.iter().map(Self::to_value).collect(),
            Self::Object(object) => Value::Object(
                object
                    .iter()
                    .map(|(key, value)| (key.to_owned(), value.to_value()))
                    .collect::<Map<_, _>>(),
            ),
        }
    }
}

/// Members in the order of the text, found by key in logarithmic time.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Object<'a> {
    members: Box<[(Cow<'a, str>, Node<'a>)]>,
    /// Indexes of `members` sorted by key; empty where scanning is as quick.
    by_key: Box<[u32]>,
}

const SCANNED_MAX: usize = 12;

impl<'a> Object<'a> {
    /// Fails with the first key that occurs twice.
    pub(super) fn new(members: Vec<(Cow<'a, str>, Node<'a>)>) -> Result<Self, String> {
        let members = members.into_boxed_slice();
        let mut by_key: Vec<u32> = (0u32..).take(members.len()).collect();
        by_key.sort_unstable_by_key(|index| &members[*index as usize].0);
        if let Some(pair) = by_key
            .windows(2)
            .find(|pair| members[pair[0] as usize].0 == members[pair[1] as usize].0)
        {
            return Err(members[pair[0] as usize].0.as_ref().to_owned());
        }
        if members.len() <= SCANNED_MAX {
            by_key = Vec::new();
        }
        Ok(Self {
            members,
            by_key: by_key.into_boxed_slice(),
        })
    }

    pub(super) fn get(&self, key: &str) -> Option<&Node<'a>> {
        if self.by_key.is_empty() {
            return self
                .members
                .iter()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value);
        }
        let found = self
            .by_key
            .binary_search_by(|index| self.members[*index as usize].0.as_ref().cmp(key))
            .ok()?;
        Some(&self.members[self.by_key[found] as usize].1)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Node<'a>)> {
        self.members
            .iter()
            .map(|(key, value)| (key.as_ref(), value))
    }

    pub(super) fn len(&self) -> usize {
        self.members.len()
    }
}
