//! The Ed25519 keys that sign access tokens: made when the first is needed, kept sealed in the
//! database, so that every process signs with the same. `rotation` replaces them in stages.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey as _;
use jsonwebtoken::EncodingKey;
use kit::error::StorageError;
use kit::secret::{self, Sealed};
use kit::{App, Conn};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::sync::RwLock;

use crate::error::AuthError;
use crate::store::second_factor;
use crate::store::signing_key::{self, SigningKey as Row};
use crate::token::{self, Claims};

/// A signer looks this often whether another key signs now.
const KEPT: TimeDelta = TimeDelta::seconds(10);

/// Signs access tokens.
#[derive(Default)]
pub(crate) struct Signer {
    current: RwLock<Option<Current>>,
}

#[derive(Clone)]
struct Current {
    kid: String,
    key: EncodingKey,
    seen_at: DateTime<Utc>,
}

impl Signer {
    /// Reads the key, so that signing cannot fail later, in the middle of something.
    pub(crate) async fn prepare(&self, app: &App) -> Result<(), AuthError> {
        self.current(app).await.map(drop)
    }

    /// Signs an access token.
    pub(crate) async fn sign(&self, app: &App, claims: &Claims) -> Result<String, AuthError> {
        let Current { kid, key, .. } = self.current(app).await?;
        jsonwebtoken::encode(&token::header(kid), claims, &key).map_err(AuthError::Signing)
    }

    async fn current(&self, app: &App) -> Result<Current, AuthError> {
        let now = app.clock.now();
        if let Some(current) = &*self.current.read().await
            && now - current.seen_at < KEPT
        {
            return Ok(current.clone());
        }
        let mut current = self.current.write().await;
        if let Some(current) = &*current
            && now - current.seen_at < KEPT
        {
            return Ok(current.clone());
        }
        let row = current_row(app).await?;
        let read = match current.take() {
            Some(known) if known.kid == row.kid => Current {
                seen_at: now,
                ..known
            },
            _ => Current::open(app, row)?,
        };
        Ok(current.insert(read).clone())
    }
}

impl Current {
    fn open(app: &App, row: Row) -> Result<Self, AuthError> {
        let seed = app.key.open(&context(&row.kid), &row.private)?;
        let seed = seed.try_into().ok();
        let seed: [u8; 32] = seed.ok_or_else(|| AuthError::Key(row.kid.clone()))?;
        let der = SigningKey::from_bytes(&seed).to_pkcs8_der();
        let der = der.map_err(|_| AuthError::Key(row.kid.clone()))?;
        Ok(Self {
            kid: row.kid,
            key: EncodingKey::from_ed_der(der.as_bytes()),
            seen_at: app.clock.now(),
        })
    }
}

/// Id and public half of every key, after making sure that there is one.
pub(crate) async fn list_public(app: &App) -> Result<Vec<(String, String)>, AuthError> {
    current_row(app).await?;
    let mut conn = app.db.read().await?;
    Ok(signing_key::list_public(&mut conn).await?)
}

/// Makes the key that signs, if there is none.
pub async fn prepare(app: &App) -> Result<(), AuthError> {
    current_row(app).await.map(drop)
}

/// What is sealed for long, by the master key that sealed it.
pub async fn sealed(conn: &mut Conn) -> Result<Vec<Sealed>, StorageError> {
    let private = signing_key::list_private(conn).await?;
    let mut sealed = Sealed::count("signing keys of access tokens", private);
    let factors = second_factor::list_sealed(conn).await?;
    sealed.extend(Sealed::count("second factors", factors));
    Ok(sealed)
}

/// The JSON Web Key Set (RFC 7517) by which anybody can verify our access tokens.
pub async fn jwks(app: &App) -> Result<Value, AuthError> {
    let keys = list_public(app).await?.into_iter();
    let keys = keys
        .map(|(kid, x)| {
            json!({
                "kty": "OKP",
                "crv": "Ed25519",
                "alg": "EdDSA",
                "use": "sig",
                "kid": kid,
                "x": x,
            })
        })
        .collect::<Vec<_>>();
    Ok(json!({ "keys": keys }))
}

/// The key that signs. If there is none, every process that finds so makes one, and the database
/// keeps one of them.
async fn current_row(app: &App) -> Result<Row, AuthError> {
    {
        let mut conn = app.db.read().await?;
        if let Some(row) = Row::current(&mut conn).await? {
            return Ok(row);
        }
    }
    let fresh = generate(app);
    let mut conn = app.db.write().await?;
    fresh.insert_first(&mut conn, app.clock.now_utc()).await?;
    let row = Row::current(&mut conn).await?;
    row.ok_or_else(|| AuthError::Key(fresh.kid))
}

/// A new key, sealed.
pub(crate) fn generate(app: &App) -> Row {
    let seed = secret::random::<32>();
    let public = SigningKey::from_bytes(&seed).verifying_key();
    let kid = URL_SAFE_NO_PAD.encode(&Sha256::digest(public.as_bytes())[..12]);
    Row {
        private: app.key.seal(&context(&kid), &seed),
        public: URL_SAFE_NO_PAD.encode(public.as_bytes()),
        kid,
    }
}

fn context(kid: &str) -> String {
    format!("signing_keys/{kid}")
}
