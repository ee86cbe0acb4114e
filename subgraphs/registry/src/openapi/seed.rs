//! Growing a tree from any self-describing format, within an allowance.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

use super::document::shown;
use super::tree::{Node, Object};

/// The limit that stopped a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Breach {
    Values,
    Depth,
}

/// What a reading may still use; shared by all of its seeds.
pub(super) struct Allowance {
    values_left: Cell<usize>,
    depth_max: usize,
    breach: Cell<Option<Breach>>,
}

impl Allowance {
    pub(super) fn new(values_max: usize, depth_max: usize) -> Self {
        Self {
            values_left: Cell::new(values_max),
            depth_max,
            breach: Cell::new(None),
        }
    }

    /// Which limit was passed, if one was.
    pub(super) fn breach(&self) -> Option<Breach> {
        self.breach.get()
    }

    fn take<E: Error>(&self, depth: usize) -> Result<(), E> {
        let breach = match self.values_left.get().checked_sub(1) {
            None => Breach::Values,
            Some(_) if depth > self.depth_max => Breach::Depth,
            Some(left) => {
                self.values_left.set(left);
                return Ok(());
            }
        };
        self.breach.set(Some(breach));
        Err(E::custom("limit reached"))
    }
}

/// Reads one value at a depth, from any self-describing format.
#[derive(Clone, Copy)]
pub(super) struct NodeSeed<'s> {
    allowance: &'s Allowance,
    depth: usize,
}

impl<'s> NodeSeed<'s> {
    pub(super) fn root(allowance: &'s Allowance) -> Self {
        Self {
            allowance,
            depth: 0,
        }
    }

    fn child(self) -> Self {
        Self {
            depth: self.depth + 1,
            ..self
        }
    }
}

impl<'de> DeserializeSeed<'de> for NodeSeed<'_> {
    type Value = Node<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node<'de>, D::Error> {
        self.allowance.take(self.depth)?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for NodeSeed<'_> {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Node<'de>, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node<'de>, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node<'de>, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<Node<'de>, E> {
        self.visit_f64(value as f64)
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<Node<'de>, E> {
        self.visit_f64(value as f64)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node<'de>, E> {
        Number::from_f64(value)
            .map(Node::Number)
            .ok_or_else(|| E::custom("a number must be finite"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Borrowed(value)))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(value)))
    }

    fn visit_unit<E: Error>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.child())? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some(key) = entries.next_key_seed(KeySeed)? {
            members.push((key, entries.next_value_seed(self.child())?));
        }
        Object::new(members).map(Node::Object).map_err(|key| {
            A::Error::custom(format_args!(
                "the key `{}` occurs twice in one object",
                shown(&key)
            ))
        })
    }
}

/// Reads a key, numbers and booleans of YAML by their spelling.
struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeySeed {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value.to_owned()))
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(value))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value))
    }
}
