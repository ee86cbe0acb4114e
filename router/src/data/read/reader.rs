//! The grammar of JSON (RFC 8259), over a text that is not copied.

use std::borrow::Cow;

use super::{DEPTH_MAX, Malformed, Reading};

/// A place in a text.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.text.len()
    }

    pub(super) fn fail(&self, problem: &'static str) -> Malformed {
        Malformed {
            problem,
            at: self.at,
        }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn space(&mut self) {
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
    pub(super) fn members(
        &mut self,
        mut each: impl FnMut(&mut Self, &str) -> Reading<()>,
    ) -> Reading<()> {
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
    pub(super) fn items(&mut self, mut each: impl FnMut(&mut Self) -> Reading<()>) -> Reading<()> {
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

    /// The text of a value.
    pub(super) fn raw(&mut self) -> Reading<&'a str> {
        let start = self.at;
        self.skip(0)?;
        Ok(&self.text[start..self.at])
    }

    pub(super) fn skip(&mut self, depth: usize) -> Reading<()> {
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

    pub(super) fn literal(&mut self, word: &'static str) -> Reading<()> {
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
