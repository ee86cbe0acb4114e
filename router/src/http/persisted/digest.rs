//! The name of a document by its content.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// A SHA-256 hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Digest([u8; 32]);

impl Digest {
    pub(crate) fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// Reads 64 hexadecimal digits.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        let mut bytes = [0; 32];
        if digits.len() != 2 * bytes.len() {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |at: usize| char::from(pair[at]).to_digit(16);
            *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A name as it is looked up: a hash is the same with its prefix and without, in either case.
pub(crate) fn spelled(id: &str) -> String {
    let bare = id.strip_prefix("sha256:").unwrap_or(id);
    match Digest::parse(bare) {
        Some(digest) => digest.to_string(),
        None => id.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn a_hash_has_one_spelling() {
        assert_eq!(Digest::of("").to_string(), EMPTY);
        assert!(Digest::parse(EMPTY) == Some(Digest::of("")));
        assert_eq!(spelled(&format!("sha256:{EMPTY}")), EMPTY);
        assert_eq!(spelled(&EMPTY.to_uppercase()), EMPTY);
        assert_eq!(spelled("sha256:short"), "sha256:short");
        assert_eq!(spelled("Home"), "Home");
        assert!(Digest::parse(&"g".repeat(64)).is_none());
        assert!(Digest::parse(&"é".repeat(32)).is_none());
    }
}
