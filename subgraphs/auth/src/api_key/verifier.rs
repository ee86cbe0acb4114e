//! Who an API key speaks for: what the edge asks for every request that is sent with one.

use std::collections::HashMap;
use std::sync::Mutex;

use chrono::{DateTime, TimeDelta, Utc};
use kit::App;
use kit::db::Json;
use kit::id::ApiKeyId;
use kit::viewer::{Client, Credential};

use super::secret::{KeySecret, PREFIX};
use crate::activity::{Action, Activity};
use crate::error::AuthError;
use crate::store::account::Account;
use crate::store::api_key::{ApiKey, Owner};
use crate::throttle::Throttle;
use crate::verifier::{Authenticated, Verifier};

/// That a key is used is noted once in so long.
const NOTED: TimeDelta = TimeDelta::minutes(1);
/// Keys whose last note a process remembers; when there are more, it begins again.
const REMEMBERED_MAX: usize = 10_000;

/// When keys were last noted to be used, by this process.
#[derive(Default)]
pub(crate) struct Uses {
    noted: Mutex<HashMap<ApiKeyId, DateTime<Utc>>>,
}

impl Uses {
    /// Whether it is time to note another use of a key. True for one of any number who ask at once.
    fn is_due(&self, id: ApiKeyId, now: DateTime<Utc>) -> bool {
        let mut noted = self.noted.lock().expect("no panic while it is held");
        if noted.get(&id).is_some_and(|&at| now - at < NOTED) {
            return false;
        }
        if noted.len() >= REMEMBERED_MAX {
            noted.clear();
        }
        noted.insert(id, now);
        true
    }
}

impl Verifier {
    /// Whether a text looks like an API key, and not like an access token.
    pub fn is_api_key(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// Tells whom an API key speaks for, or why it is refused. Whether its user still belongs to its
    /// tenant is for the caller to find out.
    ///
    /// A refusal is counted for the client's network and, after some, answered by a lock. Good keys
    /// are not counted, so nobody's keys are locked out by somebody else's guesses.
    pub async fn authenticate_key(
        &self,
        text: &str,
        client: &Client,
    ) -> Result<Authenticated, AuthError> {
        let (key, refusal) = match self.look_up(text).await? {
            Looked::Good(key) => {
                self.note_use(&key);
                return Ok(key.authenticated());
            }
            Looked::Refused(key, refusal) => (key, refusal),
        };
        let counted = Throttle::of_api_key(client).charge(&self.app).await;
        let refusal = match counted {
            Ok(_) => refusal,
            Err(err) => err,
        };
        let mut activity = Activity::of(Action::UseApiKey, client);
        if let Some(key) = key {
            activity = activity.by(Some(key.principal)).on(key.tenant);
        }
        activity.record_refusal(&self.app, Err(refusal)).await
    }

    async fn look_up(&self, text: &str) -> Result<Looked, AuthError> {
        let Some(secret) = KeySecret::parse(text) else {
            return Ok(Looked::Refused(None, AuthError::InvalidApiKey));
        };
        let mut conn = self.app.db.read().await?;
        let key = ApiKey::find(&mut conn, secret.id).await?;
        let is_it = secret.is_of(key.as_ref().map(|key| key.digest.as_str()));
        let Some(key) = key.filter(|_| is_it) else {
            return Ok(Looked::Refused(None, AuthError::InvalidApiKey));
        };
        if key.revoked_at.is_some() {
            return Ok(Looked::Refused(Some(key), AuthError::RevokedApiKey));
        }
        if key.expires_at <= self.app.clock.now_utc() {
            return Ok(Looked::Refused(Some(key), AuthError::ExpiredApiKey));
        }
        let is_alive = match key.user() {
            Some(user) => {
                let account = Account::find(&mut conn, user).await?;
                account.is_some_and(|account| account.deactivated_at.is_none())
            }
            None => true,
        };
        match is_alive {
            true => Ok(Looked::Good(key)),
            false => Ok(Looked::Refused(Some(key), AuthError::InvalidApiKey)),
        }
    }

    /// Notes, once a minute, that a key is used. The request does not wait for it.
    fn note_use(&self, key: &ApiKey) {
        let now = self.app.clock.now();
        let since = now.naive_utc() - NOTED;
        let is_fresh = key.last_used_at.is_some_and(|at| at > since);
        if is_fresh || !self.uses.is_due(key.id, now) {
            return;
        }
        let (app, id) = (self.app.clone(), key.id);
        tokio::spawn(async move {
            if let Err(err) = touch(&app, id, now, since.and_utc()).await {
                tracing::warn!(
                    error = &err as &dyn std::error::Error,
                    key.id = %id,
                    "the use of an API key is not noted"
                );
            }
        });
    }
}

async fn touch(
    app: &App,
    id: ApiKeyId,
    now: DateTime<Utc>,
    since: DateTime<Utc>,
) -> Result<(), AuthError> {
    let mut conn = app.db.write().await?;
    Ok(ApiKey::touch(&mut conn, id, now.naive_utc(), since.naive_utc()).await?)
}

enum Looked {
    Good(ApiKey),
    /// With the key, if it is one.
    Refused(Option<ApiKey>, AuthError),
}

impl ApiKey {
    fn authenticated(self) -> Authenticated {
        let expires_at = self.expires_at.and_utc();
        let (credential, own_grants) = match self.owner() {
            Owner::User(_) => (Credential::UserKey(self.id), None),
            Owner::Tenant(_) => (
                Credential::TenantKey(self.id),
                Some(self.grants_of_tenant()),
            ),
        };
        let Json(scopes) = self.scopes;
        Authenticated {
            user: self.principal,
            credential,
            tenant: self.tenant,
            expires_at,
            scopes: Some(scopes),
            own_grants,
        }
    }
}
