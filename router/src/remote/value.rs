//! JSON straight into GraphQL values: objects keep the order of their keys, equal keys of one
//! answer share one allocation, and the nesting is bounded.

use std::collections::HashMap;
use std::fmt;

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Value};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

/// Reservations for a list or an object of which only the subgraph knows the length.
const RESERVED_MAX: usize = 1_024;

/// The names of one answer. Objects in a list have the same keys in the same order, so the
/// key that came after the last one before is tried first.
#[derive(Default)]
pub(crate) struct Names {
    known: Vec<(Name, usize)>,
    positions: HashMap<Name, usize>,
    last: usize,
}

impl Names {
    fn get(&mut self, text: &str) -> Name {
        let expected = self.known.get(self.last).map_or(0, |(_, next)| *next);
        let position = match self.known.get(expected) {
            Some((name, _)) if name.as_str() == text => expected,
            _ => self.find(text),
        };
        if let Some((_, next)) = self.known.get_mut(self.last) {
            *next = position;
        }
        self.last = position;
        self.known[position].0.clone()
    }

    fn find(&mut self, text: &str) -> usize {
        if let Some(position) = self.positions.get(text) {
            return *position;
        }
        let name = Name::new(text);
        self.known.push((name.clone(), 0));
        self.positions.insert(name, self.known.len() - 1);
        self.known.len() - 1
    }
}

/// Reads one value; `depth` is how many more lists and objects may be in one another.
pub(crate) struct ValueSeed<'a> {
    pub(crate) names: &'a mut Names,
    pub(crate) depth: usize,
}

impl ValueSeed<'_> {
    fn deeper<E: Error>(&self) -> Result<usize, E> {
        self.depth
            .checked_sub(1)
            .ok_or_else(|| E::custom("nested too deep"))
    }
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("number is infinite"))?;
        Ok(Value::Number(number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let depth = self.deeper()?;
        let mut list = Vec::with_capacity(items.size_hint().unwrap_or(0).min(RESERVED_MAX));
        let names = self.names;
        while let Some(item) = items.next_element_seed(ValueSeed { names, depth })? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let depth = self.deeper()?;
        let mut object = IndexMap::new();
        let names = self.names;
        while let Some(name) = entries.next_key_seed(NameSeed(names))? {
            let value = entries.next_value_seed(ValueSeed { names, depth })?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

/// Reads one key.
struct NameSeed<'a>(&'a mut Names);

impl<'de> DeserializeSeed<'de> for NameSeed<'_> {
    type Value = Name;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Name, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for NameSeed<'_> {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, text: &str) -> Result<Name, E> {
        Ok(self.0.get(text))
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::{hash_map, vec};
    use proptest::prelude::*;
    use serde_json::Value as Json;

    use super::*;

    fn parse(text: &str, depth: usize) -> Result<Value, serde_json::Error> {
        let mut names = Names::default();
        let seed = ValueSeed {
            names: &mut names,
            depth,
        };
        let mut reader = serde_json::Deserializer::from_str(text);
        reader.disable_recursion_limit();
        let value = seed.deserialize(&mut reader)?;
        reader.end().map(|()| value)
    }

    fn json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            any::<u64>().prop_map(Json::from),
            any::<f64>().prop_map(Json::from),
            any::<String>().prop_map(Json::from),
        ];
        leaf.prop_recursive(6, 128, 8, |inner| {
            let key = prop_oneof!["[a-d]", any::<String>()];
            prop_oneof![
                vec(inner.clone(), 0..8).prop_map(Json::from),
                hash_map(key, inner, 0..8)
                    .prop_map(|entries| Json::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// The text of both is compared, so that the order of keys is too.
        #[test]
        fn values_are_those_that_serde_json_reads(value in json()) {
            let text = value.to_string();
            let theirs: Json = serde_json::from_str(&text).expect("it was written as JSON");
            let ours = parse(&text, 200).expect("it was written as JSON");
            prop_assert_eq!(serde_json::to_string(&ours).expect("a value is JSON"), theirs.to_string());
            prop_assert_eq!(ours.into_json().expect("a value is JSON"), theirs);
        }

        #[test]
        fn what_serde_json_refuses_is_refused(text in r#"[\[\]{}",:0-9a-z\\ .-]{0,12}"#) {
            let theirs = serde_json::from_str::<Json>(&text);
            let ours = parse(&text, 200).map(|value| value.into_json().expect("a value is JSON"));
            prop_assert_eq!(ours.ok(), theirs.ok());
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(&nested(50), 50).is_ok());
        assert!(parse(&nested(51), 50).is_err());
        assert!(parse(&"{\"a\":".repeat(100_000), 200).is_err());
    }

    #[test]
    fn equal_keys_share_an_allocation() {
        let value = parse(r#"[{"id":1,"name":2},{"id":3,"b":4,"name":5}]"#, 9);
        let Ok(Value::List(items)) = value else {
            panic!("a list is a list");
        };
        let keys = |item: &Value| match item {
            Value::Object(object) => object.keys().map(|key| key.as_ptr()).collect::<Vec<_>>(),
            _ => Vec::new(),
        };
        let (one, two) = (keys(&items[0]), keys(&items[1]));
        assert_eq!((one[0], one[1]), (two[0], two[2]));
    }
}
