//! The text of a key: `ptk_`, the body of its id, `_`, and a random secret. The id finds the row, and
//! only the digest of the whole is kept.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kit::id::ApiKeyId;
use kit::secret;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// What every key begins with, for those who search leaked secrets.
pub(crate) const PREFIX: &str = "ptk_";
const ID_CHARS: usize = 26;
const SECRET_BYTES: usize = 32;
const SECRET_CHARS: usize = 43;

/// A key as it is handed out, and then known to nobody else.
pub(crate) struct KeySecret {
    pub(crate) id: ApiKeyId,
    text: String,
}

impl KeySecret {
    /// A new random secret for a key.
    pub(crate) fn new(id: ApiKeyId) -> Self {
        let written = id.to_string();
        let body = &written[ApiKeyId::PREFIX.len() + 1..];
        let secret = secret::random_text::<SECRET_BYTES>();
        Self {
            id,
            text: format!("{PREFIX}{body}_{secret}"),
        }
    }

    /// Reads a key, which says nothing about whether it is known.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (body, rest) = text.strip_prefix(PREFIX)?.split_at_checked(ID_CHARS)?;
        let secret = rest.strip_prefix('_')?;
        let is_secret = secret.len() == SECRET_CHARS && URL_SAFE_NO_PAD.decode(secret).is_ok();
        let id = format!("{}_{body}", ApiKeyId::PREFIX).parse().ok()?;
        is_secret.then(|| Self {
            id,
            text: text.to_owned(),
        })
    }

    /// What is kept of it.
    pub(crate) fn digest(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.text))
    }

    /// Whether this is the key of a digest, in the same time for every other key. Without a digest
    /// it takes that time, too.
    pub(crate) fn is_of(&self, digest: Option<&str>) -> bool {
        const NOBODYS: &str = "-------------------------------------------";
        let ours = self.digest();
        let theirs = digest.unwrap_or(NOBODYS);
        ours.as_bytes().ct_eq(theirs.as_bytes()).into()
    }

    /// The text itself, for its owner alone.
    pub(crate) fn reveal(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for KeySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeySecret({}, [hidden])", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back() {
        for _ in 0..100 {
            let key = KeySecret::new(ApiKeyId::new());
            let read = KeySecret::parse(key.reveal()).expect("a key");
            assert_eq!(read.id, key.id);
            assert!(read.is_of(Some(&key.digest())));
            assert!(!read.is_of(Some(&KeySecret::new(key.id).digest())));
            assert!(!read.is_of(None));
            assert!(!format!("{key:?}").contains(key.reveal()));
        }
    }

    #[test]
    fn nothing_else_is_a_key() {
        let good = KeySecret::new(ApiKeyId::new()).reveal().to_owned();
        for text in [
            "",
            "ptk_",
            &good[..good.len() - 1],
            &format!("{good}A"),
            &good.replacen("ptk_", "prt_", 1),
            &good.replacen("ptk_0", "ptk_9", 1),
            &format!("{}{}", &good[..31], "*".repeat(43)),
            &"ptk_ä".repeat(20),
        ] {
            assert!(KeySecret::parse(text).is_none(), "{text}");
        }
    }
}
