//! Secrets at rest: envelope encryption with a master key that never enters a database.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use rand::TryRngCore as _;
use sha2::{Digest as _, Sha256};

use crate::private;

const KEY_LEN: usize = 32;
const NONCE_LEN: usize = 24;

/// The master key. Cloning shares it; it is never shown.
#[derive(Clone)]
pub struct MasterKey {
    id: String,
    cipher: Arc<XChaCha20Poly1305>,
    root: Arc<Hkdf<Sha256>>,
}

/// Why a secret cannot be kept or read. Never tells anything of the secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The text is no key.
    #[error("the master key is not 32 bytes in base64")]
    InvalidKey,
    /// The key file cannot be read or made.
    #[error("cannot use the key file {path}")]
    File {
        /// Its path.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// Sealed with another master key.
    #[error("sealed with the master key {sealed}, and this process has {ours}")]
    OtherKey {
        /// Id of the key that sealed it.
        sealed: String,
        /// Id of the key that we have.
        ours: String,
    },
    /// Not something that we sealed, or sealed for something else.
    #[error("not a secret sealed for this use")]
    Corrupt,
}

impl crate::Coded for SecretError {
    fn code(&self) -> crate::Code {
        crate::Code::Internal
    }
}

impl MasterKey {
    /// Reads the key from its base64 form.
    pub fn from_base64(text: &str) -> Result<Self, SecretError> {
        let bytes = STANDARD
            .decode(text.trim())
            .map_err(|_| SecretError::InvalidKey)?;
        let bytes: [u8; KEY_LEN] = bytes.try_into().map_err(|_| SecretError::InvalidKey)?;
        Ok(Self::from_bytes(&bytes))
    }

    /// Reads the key from a file, if it exists.
    pub fn read_file(path: &Path) -> Result<Option<Self>, SecretError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::from_base64(&text).map(Some),
            Err(err) if err.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(SecretError::File {
                path: path.display().to_string(),
                source,
            }),
        }
    }

    /// Reads the key from a file, which is made with a new random key, for the owner's eyes only,
    /// if it does not exist.
    pub fn from_file(path: &Path) -> Result<Self, SecretError> {
        let failed = |source| SecretError::File {
            path: path.display().to_string(),
            source,
        };
        match private::create_file(path) {
            Ok(mut file) => {
                let key = random::<KEY_LEN>();
                file.write_all(STANDARD.encode(key).as_bytes())
                    .map_err(failed)?;
                file.sync_all().map_err(failed)?;
                Ok(Self::from_bytes(&key))
            }
            Err(err) if err.kind() == ErrorKind::AlreadyExists => {
                Self::from_base64(&std::fs::read_to_string(path).map_err(failed)?)
            }
            Err(err) => Err(failed(err)),
        }
    }

    /// The key with these bytes.
    pub fn from_bytes(bytes: &[u8; KEY_LEN]) -> Self {
        let id = URL_SAFE_NO_PAD.encode(&Sha256::digest(bytes)[..6]);
        Self {
            id,
            cipher: Arc::new(XChaCha20Poly1305::new(bytes.into())),
            root: Arc::new(Hkdf::new(None, bytes)),
        }
    }

    /// A key for another purpose, the same in every process that has this master key (HKDF, RFC
    /// 5869). Nothing of the master key or of another purpose's key can be told from it.
    pub fn derive(&self, purpose: &str) -> [u8; KEY_LEN] {
        let mut key = [0; KEY_LEN];
        self.root
            .expand(purpose.as_bytes(), &mut key)
            .expect("32 bytes are few enough for HKDF");
        key
    }

    /// What the key is known by: a fingerprint, which may be shown.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Seals a secret for one use: `context` names the row it belongs to and must be the same when
    /// it is opened. Each secret has its own data key, wrapped by the master key.
    pub fn seal(&self, context: &str, secret: &[u8]) -> String {
        let data_key = random::<KEY_LEN>();
        let wrapped = encrypt(&self.cipher, context, &data_key);
        let sealed = encrypt(&XChaCha20Poly1305::new((&data_key).into()), context, secret);
        format!(
            "v1.{}.{}.{}",
            self.id,
            URL_SAFE_NO_PAD.encode(wrapped),
            URL_SAFE_NO_PAD.encode(sealed)
        )
    }

    /// Opens what [`seal`](Self::seal) made.
    pub fn open(&self, context: &str, sealed: &str) -> Result<Vec<u8>, SecretError> {
        let parts = sealed.split('.').collect::<Vec<_>>();
        let ["v1", id, wrapped, body] = parts[..] else {
            return Err(SecretError::Corrupt);
        };
        if id != self.id {
            return Err(SecretError::OtherKey {
                sealed: id.to_owned(),
                ours: self.id.clone(),
            });
        }
        let decode = |text: &str| {
            URL_SAFE_NO_PAD
                .decode(text)
                .map_err(|_| SecretError::Corrupt)
        };
        let data_key = decrypt(&self.cipher, context, &decode(wrapped)?)?;
        let data_key =
            XChaCha20Poly1305::new_from_slice(&data_key).map_err(|_| SecretError::Corrupt)?;
        decrypt(&data_key, context, &decode(body)?)
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id)
    }
}

/// Secrets of one kind in a database, all sealed by one master key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// What they are, in the plural.
    pub kind: &'static str,
    /// Fingerprint of the master key.
    pub key: String,
    /// How many there are.
    pub count: usize,
}

impl Sealed {
    /// Counts secrets of one kind by the master key that sealed them.
    pub fn count(kind: &'static str, sealed: impl IntoIterator<Item = String>) -> Vec<Self> {
        let mut counts = BTreeMap::new();
        for text in sealed {
            if let Some(key) = text.split('.').nth(1) {
                *counts.entry(key.to_owned()).or_default() += 1;
            }
        }
        let counts = counts.into_iter();
        counts
            .map(|(key, count)| Self { kind, key, count })
            .collect()
    }
}

/// Random bytes from the operating system.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rngs::OsRng
        .try_fill_bytes(&mut bytes)
        .expect("the operating system has randomness");
    bytes
}

/// A random secret of `N` bytes, in URL-safe base64.
pub fn random_text<const N: usize>() -> String {
    URL_SAFE_NO_PAD.encode(random::<N>())
}

fn encrypt(cipher: &XChaCha20Poly1305, context: &str, message: &[u8]) -> Vec<u8> {
    let nonce = random::<NONCE_LEN>();
    let payload = Payload {
        msg: message,
        aad: context.as_bytes(),
    };
    let body = cipher
        .encrypt(XNonce::from_slice(&nonce), payload)
        .expect("a secret is small");
    [nonce.as_slice(), &body].concat()
}

fn decrypt(
    cipher: &XChaCha20Poly1305,
    context: &str,
    sealed: &[u8],
) -> Result<Vec<u8>, SecretError> {
    let (nonce, body) = sealed
        .split_at_checked(NONCE_LEN)
        .ok_or(SecretError::Corrupt)?;
    let payload = Payload {
        msg: body,
        aad: context.as_bytes(),
    };
    cipher
        .decrypt(XNonce::from_slice(nonce), payload)
        .map_err(|_| SecretError::Corrupt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_for_its_own_use_only() {
        let key = MasterKey::from_bytes(&[7; KEY_LEN]);
        let sealed = key.seal("tenant/1", b"hush");
        assert_eq!(key.open("tenant/1", &sealed).expect("opens"), b"hush");
        assert!(matches!(
            key.open("tenant/2", &sealed),
            Err(SecretError::Corrupt)
        ));
        let other = MasterKey::from_bytes(&[8; KEY_LEN]);
        assert!(matches!(
            other.open("tenant/1", &sealed),
            Err(SecretError::OtherKey { .. })
        ));
    }

    #[test]
    fn each_purpose_has_a_key_of_its_own() {
        let key = MasterKey::from_bytes(&[7; KEY_LEN]);
        assert_eq!(key.derive("a"), key.clone().derive("a"));
        assert_ne!(key.derive("a"), key.derive("b"));
        assert_ne!(
            key.derive("a"),
            MasterKey::from_bytes(&[8; KEY_LEN]).derive("a")
        );
    }

    #[test]
    fn nothing_malformed_opens() {
        let key = MasterKey::from_bytes(&[7; KEY_LEN]);
        for text in [
            "",
            "v1",
            "v1...",
            "v2.a.b.c",
            &format!("v1.{}.AAAA.AAAA", key.id),
        ] {
            assert!(key.open("x", text).is_err(), "{text}");
        }
    }

    #[test]
    fn sealed_secrets_are_counted_by_their_key() {
        let (ours, other) = (
            MasterKey::from_bytes(&[7; 32]),
            MasterKey::from_bytes(&[8; 32]),
        );
        let texts = [&ours, &other, &ours].map(|key| key.seal("x", b"hush"));
        let counted = Sealed::count("secrets", texts);
        let count = |key: &MasterKey| {
            let found = counted.iter().find(|sealed| sealed.key == key.id());
            found.map(|sealed| sealed.count)
        };
        assert_eq!((count(&ours), count(&other)), (Some(2), Some(1)));
    }

    #[test]
    fn a_key_file_is_made_once() {
        let dir = std::env::temp_dir().join(random_text::<12>());
        std::fs::create_dir(&dir).expect("fresh");
        let path = dir.join("master.key");
        assert!(MasterKey::read_file(&path).expect("absent").is_none());
        let first = MasterKey::from_file(&path).expect("made");
        let second = MasterKey::from_file(&path).expect("read");
        assert_eq!(first.id, second.id);
        std::fs::remove_dir_all(dir).expect("removed");
    }
}
