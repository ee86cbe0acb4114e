//! Rotation of the keys that sign access tokens, in stages: a key is published first, so that
//! whoever caches our keys knows it, then signs, then only verifies until the last token that it
//! signed has ended, and is gone.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use kit::App;

use crate::config::AuthConfig;
use crate::error::AuthError;
use crate::key;
use crate::store::signing_key::{self, Stage as Row};

/// How much longer a retired key verifies than its last token lasts: other processes notice the
/// change a little later, and their clocks differ.
const MARGIN: TimeDelta = TimeDelta::minutes(5);

/// The stages of a key's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It is published and will sign.
    Next,
    /// It signs.
    Signing,
    /// It only verifies what it has signed.
    Verifying,
}

/// A key of access tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its id in the header of tokens and in the key set.
    pub kid: String,
    /// Where it is in its life.
    pub stage: Stage,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// When it began to sign, or will.
    pub signs_from: Option<DateTime<Utc>>,
    /// When it stopped signing.
    pub retired_at: Option<DateTime<Utc>>,
}

/// How quickly to rotate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Haste {
    /// The next key signs when everybody can know it.
    Staged,
    /// The next key signs at once. Whoever caches our keys may refuse its tokens for a while.
    Now,
    /// The same, and the keys before it verify nothing any more: every access token that was issued
    /// is refused, and clients refresh. For a key that somebody else has got hold of.
    Revoking,
}

/// Begins to replace the key that signs, and returns all keys. If a next one is published already,
/// it stays the next one.
pub async fn rotate(app: &App, config: &AuthConfig, haste: Haste) -> Result<Vec<Key>, AuthError> {
    key::prepare(app).await?;
    publish_next(app, app.clock.now_utc() + config.signing_key_lead()).await?;
    if haste != Haste::Staged {
        promote(app, |_| true).await?;
    }
    if haste == Haste::Revoking {
        let mut conn = app.db.write().await?;
        signing_key::remove_retired(&mut conn, app.clock.now_utc()).await?;
    }
    list(app).await
}

/// Every key, oldest first.
pub async fn list(app: &App) -> Result<Vec<Key>, AuthError> {
    let rows = rows(app).await?.into_iter();
    Ok(rows.map(Key::from).collect())
}

/// Takes the step that is due, if one is. Any number of processes may do so at once.
pub(crate) async fn advance(app: &App, config: &AuthConfig) -> Result<(), AuthError> {
    let now = app.clock.now_utc();
    let signing = rows(app).await?.into_iter().find(Row::signs);
    let since = signing.and_then(|signing| signing.signs_from);
    let (age, lead) = (config.signing_key_age(), config.signing_key_lead());
    if since.is_some_and(|since| since + age - lead <= now) {
        publish_next(app, now + lead).await?;
    }
    promote(app, |next| next.signs_from.is_some_and(|from| from <= now)).await?;
    let mut conn = app.db.write().await?;
    let last_token = now - config.access_token_ttl() - MARGIN;
    let removed = signing_key::remove_retired(&mut conn, last_token).await?;
    if removed > 0 {
        tracing::info!(removed, "retired signing keys are gone");
    }
    Ok(())
}

async fn publish_next(app: &App, signs_from: NaiveDateTime) -> Result<(), AuthError> {
    if rows(app).await?.iter().any(Row::is_next) {
        return Ok(());
    }
    let fresh = key::generate(app);
    let mut conn = app.db.write().await?;
    fresh
        .insert_next(&mut conn, signs_from, app.clock.now_utc())
        .await?;
    tracing::info!(kid = fresh.kid, signs_from = %signs_from.and_utc(), "next signing key published");
    Ok(())
}

/// Lets the next key sign, if there is one and it may.
async fn promote(app: &App, may: impl Fn(&Row) -> bool) -> Result<(), AuthError> {
    let rows = rows(app).await?;
    let signing = rows.iter().find(|row| row.signs());
    let next = rows.iter().find(|row| row.is_next() && may(row));
    let (Some(signing), Some(next)) = (signing, next) else {
        return Ok(());
    };
    let mut conn = app.db.write().await?;
    let promoted = conn
        .transaction(async |conn| {
            let now = app.clock.now_utc();
            match signing_key::promote(conn, &signing.kid, &next.kid, now).await? {
                true => Ok(()),
                false => Err(AuthError::Key(next.kid.clone())),
            }
        })
        .await;
    match promoted {
        Ok(()) => {
            tracing::info!(
                kid = next.kid,
                before = signing.kid,
                "another key signs now"
            );
            Ok(())
        }
        // Another process was quicker.
        Err(AuthError::Key(_)) => Ok(()),
        Err(err) => Err(err),
    }
}

async fn rows(app: &App) -> Result<Vec<Row>, AuthError> {
    let mut conn = app.db.read().await?;
    Ok(Row::list(&mut conn).await?)
}

impl From<Row> for Key {
    fn from(row: Row) -> Self {
        Self {
            stage: match (row.signs(), row.is_next()) {
                (true, _) => Stage::Signing,
                (_, true) => Stage::Next,
                _ => Stage::Verifying,
            },
            kid: row.kid,
            published_at: row.created_at.and_utc(),
            signs_from: row.signs_from.map(|at| at.and_utc()),
            retired_at: row.retired_at.map(|at| at.and_utc()),
        }
    }
}
