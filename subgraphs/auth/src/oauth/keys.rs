//! An issuer's public keys (RFC 7517), kept for an hour and read again for a key that is not known.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use kit::App;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;

use super::fetch::{self, FetchError, PAUSE};

const KEPT: TimeDelta = TimeDelta::hours(1);
/// An unknown key id reads the keys again, and no oftener than this.
const REFETCH_PAUSE: TimeDelta = TimeDelta::minutes(1);

/// An issuer's keys.
#[derive(Default)]
pub(super) struct Keys {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    keys: Vec<Jwk>,
    read_at: Option<DateTime<Utc>>,
    failed_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

impl Keys {
    /// The key for a signature, none if the issuer has no such one.
    pub(super) async fn find(
        &self,
        app: &App,
        url: &Url,
        kid: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<Option<DecodingKey>, FetchError> {
        let mut known = self.known.lock().await;
        let now = app.clock.now();
        let is_within = |at: Option<DateTime<Utc>>, time| at.is_some_and(|at| now - at < time);
        let found = select(&known.keys, kid, algorithm);
        let is_sure = match &found {
            Some(_) => is_within(known.read_at, KEPT),
            None => is_within(known.read_at, REFETCH_PAUSE),
        };
        if is_sure {
            return Ok(found);
        }
        let read = match is_within(known.failed_at, PAUSE) {
            true => Err(FetchError::JustFailed),
            false => read(app, url).await,
        };
        match read {
            Ok(keys) => {
                known.keys = keys;
                known.read_at = Some(now);
                Ok(select(&known.keys, kid, algorithm))
            }
            // Old keys do while the issuer is away.
            Err(err) => {
                if !matches!(err, FetchError::JustFailed) {
                    known.failed_at = Some(app.clock.now());
                }
                found.map(Some).ok_or(err)
            }
        }
    }
}

async fn read(app: &App, url: &Url) -> Result<Vec<Jwk>, FetchError> {
    let headers = fetch::headers("application/json", None)?;
    let set: KeySet = fetch::get(&app.outbound, url.clone(), headers).await?;
    // A key of a kind that we do not know is no reason to refuse the others.
    let keys = set.keys.into_iter().map(serde_json::from_value::<Jwk>);
    Ok(keys.filter_map(Result::ok).collect())
}

/// The key with this id; without an id the only one that fits.
fn select(keys: &[Jwk], kid: Option<&str>, algorithm: Algorithm) -> Option<DecodingKey> {
    let mut fitting = keys.iter().filter(|key| {
        let is_named = kid.is_none_or(|kid| key.common.key_id.as_deref() == Some(kid));
        is_named && fits(key, algorithm)
    });
    let key = fitting.next()?;
    if fitting.next().is_some() {
        return None;
    }
    DecodingKey::from_jwk(key).ok()
}

fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let is_for_signatures = matches!(
        key.common.public_key_use,
        None | Some(PublicKeyUse::Signature)
    );
    let stated = key.common.key_algorithm.map(|stated| stated.to_string());
    let is_of_algorithm = stated.is_none_or(|stated| stated == format!("{algorithm:?}"));
    let is_of_kind = match &key.algorithm {
        AlgorithmParameters::RSA(_) => matches!(algorithm, Algorithm::RS256 | Algorithm::PS256),
        AlgorithmParameters::EllipticCurve(_) => algorithm == Algorithm::ES256,
        AlgorithmParameters::OctetKeyPair(_) => algorithm == Algorithm::EdDSA,
        _ => false,
    };
    is_for_signatures && is_of_algorithm && is_of_kind
}
