//! Reads a subgraph's answer: JSON (RFC 8259) straight into slots, once, without copying.
//!
//! Leaves stay the text that they are; it is checked to be JSON, because it goes into the
//! client's answer as it is.

use std::borrow::Cow;

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
    let mut reader = Reader { text, at: 0 };
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
    if reader.at < text.len() {
        return Err(reader.fail("something follows the answer"));
    }
    Ok(answer)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn fail(&self, problem: &'static str) -> Malformed {
        Malformed {
            problem,
            at: self.at,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8, problem: &'static str) -> Reading<()> {
        if self.peek() != Some(byte) {
            return Err(self.fail(problem));
        }
        self.at += 1;
        Ok(())
    }

    /// Calls back at each value of an object.
    fn members(&mut self, mut each: impl FnMut(&mut Self, &str) -> Reading<()>) -> Reading<()> {
        self.expect(b'{', "no object")?;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            let key = self.key()?;
            self.space();
            self.expect(b':', "no colon after a key")?;
            self.space();
            each(self, &key)?;
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(self.fail("no comma or end after a member")),
            }
            self.space();
        }
    }

    /// Calls back at each item of a list.
    fn items(&mut self, mut each: impl FnMut(&mut Self) -> Reading<()>) -> Reading<()> {
        self.expect(b'[', "no list")?;
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            each(self)?;
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(self.fail("no comma or end after an item")),
            }
            self.space();
        }
    }

    fn key(&mut self) -> Reading<Cow<'a, str>> {
        let quoted = self.string()?;
        let inner = &quoted[1..quoted.len() - 1];
        if !inner.contains('\\') {
            return Ok(Cow::Borrowed(inner));
        }
        match serde_json::from_str(quoted) {
            Ok(unescaped) => Ok(Cow::Owned(unescaped)),
            Err(_) => Err(self.fail("a key with a broken escape")),
        }
    }

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

    /// The text of a value.
    fn raw(&mut self) -> Reading<&'a str> {
        let start = self.at;
        self.skip(0)?;
        Ok(&self.text[start..self.at])
    }

    fn skip(&mut self, depth: usize) -> Reading<()> {
        if depth > DEPTH_MAX {
            return Err(self.fail("nested too deeply"));
        }
        match self.peek() {
            Some(b'"') => self.string().map(drop),
            Some(b'{') => self.members(|reader, _| reader.skip(depth + 1)),
            Some(b'[') => self.items(|reader| reader.skip(depth + 1)),
            Some(b't') => self.literal("true"),
            Some(b'f') => self.literal("false"),
            Some(b'n') => self.literal("null"),
            _ => self.number(),
        }
    }

    fn literal(&mut self, word: &'static str) -> Reading<()> {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return Err(self.fail("no value"));
        }
        self.at += word.len();
        Ok(())
    }

    /// A string with its quotes.
    fn string(&mut self) -> Reading<&'a str> {
        let start = self.at;
        self.expect(b'"', "no string")?;
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(&self.text[start..self.at]);
                }
                Some(b'\\') => self.escape()?,
                Some(0..0x20) => return Err(self.fail("a control character in a string")),
                Some(_) => self.at += 1,
                None => return Err(self.fail("a string without an end")),
            }
        }
    }

    fn escape(&mut self) -> Reading<()> {
        let bytes = self.text.as_bytes();
        self.at += 1;
        match bytes.get(self.at) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 1;
                Ok(())
            }
            Some(b'u') => {
                let digits = bytes.get(self.at + 1..self.at + 5);
                if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
                    return Err(self.fail("a broken escape"));
                }
                self.at += 5;
                Ok(())
            }
            _ => Err(self.fail("a broken escape")),
        }
    }

    fn number(&mut self) -> Reading<()> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits()?,
            _ => return Err(self.fail("no value")),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Reading<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.fail("a number without digits"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    /// `{ user { __typename name tags friends { name } } }`, tags any leaf.
    fn layouts() -> Layouts {
        let mut layouts = Layouts::default();
        let (root, user) = (layouts.add(), layouts.add());
        let object = |lists| Content {
            lists,
            below: Some(user),
        };
        layouts.add_slot(root, "user", object(0));
        layouts.add_slot(user, "name", Content::LEAF);
        layouts.add_slot(user, "tags", Content::LEAF);
        layouts.add_slot(user, "friends", object(1));
        layouts
    }

    #[test]
    fn leaves_are_slices_of_what_arrived() {
        let text = r#"{ "data": {"user": {"friends":[{"name":"B\"ob"}, null], "tags":{"a":[1, 2]},
            "more": [], "__typename":"User", "name":null}}, "errors": [{"message":"x"}] }"#;
        let answer = root(&layouts(), 0, text).expect("this is an answer");
        let friend = Data::Object(vec![
            Data::Absent,
            Data::Json(r#""B\"ob""#),
            Data::Absent,
            Data::Absent,
        ]);
        let user = Data::Object(vec![
            Data::Json(r#""User""#),
            Data::Null,
            Data::Json(r#"{"a":[1, 2]}"#),
            Data::List(vec![friend, Data::Null]),
        ]);
        assert_eq!(answer.data, Some(Data::Object(vec![Data::Absent, user])));
        assert_eq!(answer.errors, Some(r#"[{"message":"x"}]"#));
    }

    #[test]
    fn lists_of_entities_are_told_apart() {
        let text = r#"{"data":{"_e1":[{"name":"Bob"}],"_e0":null}}"#;
        let answer = entities(&layouts(), &[("_e0", 1), ("_e1", 1)], text);
        let lists = answer
            .expect("this is an answer")
            .data
            .expect("it has data");
        assert_eq!(lists[0], Data::Null);
        assert!(matches!(&lists[1], Data::List(items) if items.len() == 1));
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        for text in [
            "",
            "[]",
            "{",
            "{}x",
            "nul",
            r#"{"data":1}"#,
            r#"{"data":[]}"#,
            r#"{"data":{"user":{"name":"a}}}"#,
            r#"{"data":{"user":{"name":01}}}"#,
            r#"{"data":{"user":{"name":1.}}}"#,
            r#"{"data":{"user":{"tags":{a:1}}}}"#,
            "{\"data\":{\"user\":{\"name\":\"\n\"}}}",
            r#"{"data":{"user":{"name":"\x"}}}"#,
            r#"{"data":{"user":{"friends":[{},]}}}"#,
        ] {
            assert!(root(&layouts(), 0, text).is_err(), "{text}");
        }
        let deep = format!(
            r#"{{"data":{{"user":{{"tags":{}1{}}}}}}}"#,
            "[".repeat(9999),
            "]".repeat(9999)
        );
        assert!(root(&layouts(), 0, &deep).is_err());
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".*".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((".*", inner), 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_leaf_is_kept_as_it_is(leaf in any_json()) {
            let text = json!({ "data": { "user": { "tags": leaf } } }).to_string();
            let answer = root(&layouts(), 0, &text).expect("this is an answer");
            let data = answer.data.expect("it has data");
            match data.field(1).field(2) {
                Data::Null => prop_assert_eq!(leaf, Value::Null),
                Data::Json(kept) => prop_assert_eq!(serde_json::from_str::<Value>(kept).ok(), serde_json::from_str(&leaf.to_string()).ok()),
                other => prop_assert!(false, "{:?}", other),
            }
        }

        #[test]
        fn what_serde_json_refuses_is_refused(text in r#"\{"data":\{"user":\{"tags":[-+0-9.eE\[\]{}",:a-u\\ ]{0,12}\}\}\}"#) {
            if serde_json::from_str::<Value>(&text).is_err() {
                prop_assert!(root(&layouts(), 0, &text).is_err(), "{}", text);
            }
        }
    }
}
