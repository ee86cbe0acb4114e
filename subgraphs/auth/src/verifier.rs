//! Who an access token belongs to: what the edge asks for every request.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use kit::App;
use kit::id::{TenantId, UserId};
use kit::viewer::Credential;
use tokio::sync::RwLock;

use crate::api_key::Uses;
use crate::config::AuthConfig;
use crate::error::AuthError;
use crate::key;
use crate::store::session::Session;
use crate::token::{ACCESS_TOKEN_TYPE, Claims};

/// Longer texts are no tokens of ours.
const TOKEN_BYTES_MAX: usize = 4096;
/// Keys are read again after this time and no sooner: a key that is gone is trusted no longer, and
/// an unknown one makes no work.
const KEPT: TimeDelta = TimeDelta::minutes(1);

/// Who presents a valid credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authenticated {
    /// The signed-in user.
    pub user: UserId,
    /// What they present.
    pub credential: Credential,
    /// The tenant that it is for. Whether the user still belongs to it is for the caller to
    /// find out.
    pub tenant: Option<TenantId>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// The patterns that what it may do is limited to, of an API key.
    pub scopes: Option<Vec<String>>,
    /// All that it may do, as patterns, of a tenant's API key: no role of anybody adds to it.
    pub own_grants: Option<Vec<String>>,
}

/// Verifies access tokens with keys that it keeps at hand. Clones share the keys.
#[derive(Clone)]
pub struct Verifier {
    pub(crate) app: App,
    validation: Arc<Validation>,
    keys: Arc<RwLock<Keys>>,
    pub(crate) uses: Arc<Uses>,
}

#[derive(Default)]
struct Keys {
    by_kid: HashMap<String, DecodingKey>,
    fetched_at: Option<DateTime<Utc>>,
}

impl Verifier {
    /// A verifier of the tokens that this configuration issues.
    pub fn new(app: App, config: &AuthConfig) -> Self {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[&config.issuer]);
        validation.set_audience(&[&config.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The library reads the system's clock; ours is compared below.
        validation.validate_exp = false;
        Self {
            app,
            validation: Arc::new(validation),
            keys: Arc::default(),
            uses: Arc::default(),
        }
    }

    /// Tells who presents a token, or why it is refused: it must be an access token, signed by us
    /// for ourselves, in time, and of a session that has not ended.
    pub async fn authenticate(&self, token: &str) -> Result<Authenticated, AuthError> {
        let (claims, session) = self.inspect(token).await?;
        let expires_at = DateTime::from_timestamp(claims.exp, 0);
        Ok(Authenticated {
            user: claims.sub,
            credential: Credential::Session {
                id: claims.sid,
                authenticated_at: session.authenticated_at.and_utc(),
            },
            tenant: claims.tid,
            expires_at: expires_at.ok_or(AuthError::InvalidAccessToken)?,
            scopes: None,
            own_grants: None,
        })
    }

    /// What a valid access token says, and the session that it belongs to.
    pub(crate) async fn inspect(&self, token: &str) -> Result<(Claims, Session), AuthError> {
        let claims = self.verify(token).await?;
        let mut conn = self.app.db.read().await?;
        let session = Session::find(&mut conn, claims.sid).await?;
        let session = session.filter(|session| session.user == claims.sub);
        let session = session.ok_or(AuthError::InvalidAccessToken)?;
        match session.is_alive(self.app.clock.now_utc()) {
            true => Ok((claims, session)),
            false => Err(AuthError::SessionEnded),
        }
    }

    async fn verify(&self, token: &str) -> Result<Claims, AuthError> {
        const INVALID: AuthError = AuthError::InvalidAccessToken;
        if token.len() > TOKEN_BYTES_MAX {
            return Err(INVALID);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| INVALID)?;
        let is_ours = header.alg == Algorithm::EdDSA
            && header.typ.as_deref() == Some(ACCESS_TOKEN_TYPE)
            && header.crit.is_none();
        let kid = header.kid.filter(|_| is_ours).ok_or(INVALID)?;
        let key = self.key(&kid).await?.ok_or(INVALID)?;
        let decoded = jsonwebtoken::decode::<Claims>(token, &key, &self.validation);
        let claims = decoded.map_err(|_| INVALID)?.claims;
        if claims.exp <= self.app.clock.now().timestamp() {
            return Err(AuthError::ExpiredAccessToken);
        }
        Ok(claims)
    }

    async fn key(&self, kid: &str) -> Result<Option<DecodingKey>, AuthError> {
        let now = self.app.clock.now();
        let is_fresh = |keys: &Keys| keys.fetched_at.is_some_and(|at| now - at < KEPT);
        {
            let keys = self.keys.read().await;
            if is_fresh(&keys) {
                return Ok(keys.by_kid.get(kid).cloned());
            }
        }
        let mut keys = self.keys.write().await;
        if !is_fresh(&keys) {
            keys.by_kid = fetch(&self.app).await?;
            keys.fetched_at = Some(now);
        }
        Ok(keys.by_kid.get(kid).cloned())
    }
}

/// Reads the keys. One is made if there is none, since the pause would hide the first from us.
async fn fetch(app: &App) -> Result<HashMap<String, DecodingKey>, AuthError> {
    let keys = key::list_public(app).await?.into_iter();
    keys.map(|(kid, public)| {
        let key = DecodingKey::from_ed_components(&public);
        let key = key.map_err(|_| AuthError::Key(kid.clone()))?;
        Ok((kid, key))
    })
    .collect()
}
