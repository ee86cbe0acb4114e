//! The secret of an invitation: shown once, in its letter. Only its digest is kept.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kit::secret;
use sha2::{Digest as _, Sha256};

/// What every token begins with, for those who search leaked secrets.
const PREFIX: &str = "pti_";

/// A token that was just made. Not to be shown but in the letter.
pub(super) struct Token(String);

impl Token {
    /// A random one.
    pub(super) fn new() -> Self {
        Self(format!("{PREFIX}{}", secret::random_text::<32>()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn digest(&self) -> String {
        digest(&self.0)
    }
}

/// A text as it is compared without being kept.
pub(super) fn digest(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text))
}
