//! An issuer's public keys (RFC 7517), kept for an hour and read again for a key that is not known.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use kit::App;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;

use super::fetch::{self, FetchError};

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
    asked_at: Option<DateTime<Utc>>,
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
        let is_within = |time| known.asked_at.is_some_and(|at| now - at < time);
        if is_within(KEPT) {
            let found = select(&known.keys, kid, algorithm);
            if found.is_some() || is_within(REFETCH_PAUSE) {
                return Ok(found);
            }
        }
        // Also a failure has to be waited out.
        known.asked_at = Some(now);
        let headers = fetch::headers("application/json", None)?;
        let read = fetch::get::<KeySet>(&app.outbound, url.clone(), headers).await;
        let set = read.inspect_err(|_| known.keys.clear())?;
        // A key of a kind that we do not know is no reason to refuse the others.
        let keys = set.keys.into_iter().map(serde_json::from_value::<Jwk>);
        known.keys = keys.filter_map(Result::ok).collect();
        Ok(select(&known.keys, kid, algorithm))
    }
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
