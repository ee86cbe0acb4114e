//! The grammar of JSON (RFC 8259), over a text that is not copied.

use std::borrow::Cow;
use std::ops::Range;

use super::{DEPTH_MAX, Reading, Unread};

/// A place in a text.
pub(super) struct Reader<'b> {
    text: &'b str,
    at: usize,
}

impl<'b> Reader<'b> {
    /// Begins to read a text of less than 4 GiB.
    pub(super) fn new(text: &'b str) -> Reading<Self> {
        u32::try_from(text.len()).map_err(|_| Unread::Full)?;
        Ok(Self { text, at: 0 })
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.text.len()
    }

    pub(super) fn fail(&self, problem: &'static str) -> Unread {
        Unread::Malformed {
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

    /// Enters an object or a list; whether there is anything in it.
    pub(super) fn open(&mut self, open: u8, close: u8, problem: &'static str) -> Reading<bool> {
        self.expect(open, problem)?;
        self.space();
        let is_empty = self.peek() == Some(close);
        self.at += usize::from(is_empty);
        Ok(!is_empty)
    }

    /// Goes on after a member or an item; whether there is another.
    pub(super) fn more(&mut self, close: u8, problem: &'static str) -> Reading<bool> {
        self.space();
        let has_more = match self.peek() {
            Some(b',') => true,
            Some(byte) if byte == close => false,
            _ => return Err(self.fail(problem)),
        };
        self.at += 1;
        if has_more {
            self.space();
        }
        Ok(has_more)
    }

    /// The key of a member, up to its value.
    pub(super) fn key(&mut self) -> Reading<Cow<'b, str>> {
        let start = self.at;
        let has_escapes = self.string()?;
        let quoted = &self.text[start..self.at];
        let key = match has_escapes {
            false => Cow::Borrowed(&quoted[1..quoted.len() - 1]),
            true => match serde_json::from_str(quoted) {
                Ok(unescaped) => Cow::Owned(unescaped),
                Err(_) => return Err(self.fail("a key with a broken escape")),
            },
        };
        self.space();
        self.expect(b':', "no colon after a key")?;
        self.space();
        Ok(key)
    }

    /// Where the text of a value is.
    pub(super) fn raw(&mut self) -> Reading<Range<u32>> {
        let start = self.position();
        self.skip(0)?;
        Ok(start..self.position())
    }

    pub(super) fn text(&self, range: Range<u32>) -> &'b str {
        &self.text[range.start as usize..range.end as usize]
    }

    #[expect(clippy::cast_possible_truncation, reason = "the text is shorter")]
    fn position(&self) -> u32 {
        self.at as u32
    }

    pub(super) fn skip(&mut self, depth: usize) -> Reading<()> {
        if depth > DEPTH_MAX {
            return Err(self.fail("nested too deeply"));
        }
        match self.peek() {
            Some(b'"') => self.string().map(drop),
            Some(b'{') => {
                let mut more = self.open(b'{', b'}', "no object")?;
                while more {
                    self.key()?;
                    self.skip(depth + 1)?;
                    more = self.more(b'}', "no comma or end after a member")?;
                }
                Ok(())
            }
            Some(b'[') => {
                let mut more = self.open(b'[', b']', "no list")?;
                while more {
                    self.skip(depth + 1)?;
                    more = self.more(b']', "no comma or end after an item")?;
                }
                Ok(())
            }
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

    /// Passes a string with its quotes; whether there are escapes in it.
    fn string(&mut self) -> Reading<bool> {
        self.expect(b'"', "no string")?;
        let bytes = self.text.as_bytes();
        let mut has_escapes = false;
        loop {
            while let Some(eight) = bytes[self.at..].first_chunk() {
                let plain = plain(*eight);
                self.at += plain;
                if plain < 8 {
                    break;
                }
            }
            match bytes.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(has_escapes);
                }
                Some(b'\\') => {
                    has_escapes = true;
                    self.escape()?;
                }
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

/// How many of eight bytes come before a quote, a backslash or a control character, in one
/// word: subtracting borrows from the high bit of a byte only if it was smaller, and what
/// the borrow disturbs comes after the first such byte.
fn plain(bytes: [u8; 8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    let word = u64::from_le_bytes(bytes);
    let is_below = |word: u64, limit: u64| word.wrapping_sub(limit * ONES) & !word & HIGH;
    let is = |byte: u8| is_below(word ^ (u64::from(byte) * ONES), 1);
    let special = is_below(word, 0x20) | is(b'"') | is(b'\\');
    special.trailing_zeros() as usize / 8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn eight_bytes_are_seen_as_one_by_one(bytes: [u8; 8]) {
            let is_special = |byte: &u8| matches!(byte, 0..0x20 | b'"' | b'\\');
            let plain = bytes.iter().position(is_special).unwrap_or(8);
            prop_assert_eq!(super::plain(bytes), plain);
        }
    }
}
