//! API keys: how programs speak, as a user or for a tenant.
//!
//! A key of a user speaks for the user, in the tenant that was the current one when it was made, and
//! may do what both the user's roles and its scopes allow at that moment. A key of a tenant speaks
//! for nobody else: it may do what its scopes say, which its maker had to hold, and nothing of what
//! its maker was denied. Neither can do what takes a session.

mod secret;
mod verifier;

pub(crate) use verifier::Uses;

use chrono::{DateTime, TimeDelta, Utc};
use kit::db::Json;
use kit::id::{ApiKeyId, UserId};
use kit::page::Page;
use kit::permission::{Grants, is_well_formed_pattern};
use kit::viewer::Client;
use kit::{App, Permission, Viewer};

use crate::activity::{Action, Activity};
use crate::error::AuthError;
use crate::person::NAME_MAX;
use crate::store::api_key::{self as store, ApiKey, Owner};
use secret::KeySecret;

/// What managing the keys of a tenant needs.
pub(crate) const MANAGE: Permission = Permission("tenant.api_key:manage");
/// Scopes of a key at most.
pub(crate) const SCOPES_MAX: usize = 50;
const SCOPE_CHARS_MAX: usize = 100;
/// Keys of an owner at most, not counting those that are good for nothing.
const KEYS_MAX: i64 = 100;
/// How long a key is good if nobody says.
const LIFE: TimeDelta = TimeDelta::days(365);
/// How long it is good at most. None is good for ever: it would outlive whoever remembers it.
const LIFE_MAX: TimeDelta = TimeDelta::days(5 * 366);

/// A key to be made.
pub(crate) struct NewApiKey {
    pub(crate) name: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) expires_at: Option<DateTime<Utc>>,
    /// Whether it is to be the current tenant's, and not the viewer's.
    pub(crate) of_tenant: bool,
}

/// Makes a key. The text of it is returned now and never again.
pub(crate) async fn create(
    app: &App,
    viewer: &Viewer,
    client: &Client,
    new: NewApiKey,
) -> Result<(ApiKey, String), AuthError> {
    let attempt = async {
        let now = app.clock.now();
        let session = viewer.require_recent(now)?;
        let (key, text) = new.make(viewer, now)?;
        let owner = key.owner();
        let mut conn = app.db.write().await?;
        store::prepare_owner(&mut conn, owner).await?;
        conn.transaction(async |conn| {
            store::lock_owner(conn, owner).await?;
            if ApiKey::count_good(conn, owner, key.created_at).await? >= KEYS_MAX {
                return Err(AuthError::TooManyApiKeys(KEYS_MAX));
            }
            key.insert(conn).await?;
            of_viewer(Action::CreateApiKey, viewer, client)
                .within(session)
                .record(app, conn)
                .await?;
            Ok((key, text))
        })
        .await
    };
    of_viewer(Action::CreateApiKey, viewer, client)
        .record_refusal(app, attempt.await)
        .await
}

/// Gives a key another name.
pub(crate) async fn rename(
    app: &App,
    viewer: &Viewer,
    client: &Client,
    id: ApiKeyId,
    name: &str,
) -> Result<ApiKey, AuthError> {
    let attempt = async {
        let name = check_name(name)?;
        let mut key = find(app, viewer, id).await?;
        let key_id = key.id;
        let mut conn = app.db.write().await?;
        conn.transaction(async |conn| {
            ApiKey::rename(conn, key_id, name).await?;
            let activity = of_viewer(Action::UpdateApiKey, viewer, client);
            Ok::<_, AuthError>(activity.record(app, conn).await?)
        })
        .await?;
        key.name = name.to_owned();
        Ok(key)
    };
    of_viewer(Action::UpdateApiKey, viewer, client)
        .record_refusal(app, attempt.await)
        .await
}

/// Revokes a key: it is refused from now on. Doing it again changes nothing.
pub(crate) async fn revoke(
    app: &App,
    viewer: &Viewer,
    client: &Client,
    id: ApiKeyId,
) -> Result<ApiKey, AuthError> {
    let attempt = async {
        let mut key = find(app, viewer, id).await?;
        let (key_id, now) = (key.id, app.clock.now_utc());
        let mut conn = app.db.write().await?;
        let revoked = conn.transaction(async |conn| {
            let revoked = ApiKey::revoke(conn, key_id, now).await?;
            if revoked {
                let activity = of_viewer(Action::RevokeApiKey, viewer, client);
                activity.record(app, conn).await?;
            }
            Ok::<_, AuthError>(revoked)
        });
        if revoked.await? {
            key.revoked_at = Some(now);
        }
        Ok(key)
    };
    of_viewer(Action::RevokeApiKey, viewer, client)
        .record_refusal(app, attempt.await)
        .await
}

/// A key that the viewer manages: one of their own, or one of the current tenant if they may.
pub(crate) async fn find(app: &App, viewer: &Viewer, id: ApiKeyId) -> Result<ApiKey, AuthError> {
    viewer.session()?;
    let mut conn = app.db.read().await?;
    let own = ApiKey::find_of(&mut conn, Owner::User(viewer.user), id).await?;
    if let Some(key) = own {
        return Ok(key);
    }
    let of_tenant = match viewer.require_in_tenant(MANAGE) {
        Ok(tenant) => ApiKey::find_of(&mut conn, Owner::Tenant(tenant), id).await?,
        Err(_) => None,
    };
    of_tenant.ok_or(AuthError::UnknownApiKey(id))
}

/// A page of the viewer's own keys, and how many there are if that is asked for.
pub(crate) async fn list_own(
    app: &App,
    viewer: &Viewer,
    page: &Page<ApiKeyId>,
    counted: bool,
) -> Result<(Vec<ApiKey>, i64), AuthError> {
    viewer.session()?;
    list(app, Owner::User(viewer.user), page, counted).await
}

/// The same of the current tenant's.
pub(crate) async fn list_of_tenant(
    app: &App,
    viewer: &Viewer,
    page: &Page<ApiKeyId>,
    counted: bool,
) -> Result<(Vec<ApiKey>, i64), AuthError> {
    viewer.session()?;
    let tenant = viewer.require_in_tenant(MANAGE)?;
    list(app, Owner::Tenant(tenant), page, counted).await
}

async fn list(
    app: &App,
    owner: Owner,
    page: &Page<ApiKeyId>,
    counted: bool,
) -> Result<(Vec<ApiKey>, i64), AuthError> {
    let mut conn = app.db.read().await?;
    let keys = ApiKey::list(&mut conn, owner, page).await?;
    let total = match counted {
        true => ApiKey::count(&mut conn, owner).await?,
        false => 0,
    };
    Ok((keys, total))
}

impl NewApiKey {
    /// The key, if the viewer may have it, and its text.
    fn make(self, viewer: &Viewer, now: DateTime<Utc>) -> Result<(ApiKey, String), AuthError> {
        let name = check_name(&self.name)?.to_owned();
        let expires_at = self.expires_at.unwrap_or(now + LIFE);
        if expires_at <= now || expires_at > now + LIFE_MAX {
            return Err(AuthError::InvalidExpiry);
        }
        check_scopes(&self.scopes)?;
        let (owner, tenant, principal) = match self.of_tenant {
            true => {
                let tenant = viewer.require_in_tenant(MANAGE)?;
                (Owner::Tenant(tenant), Some(tenant), UserId::new())
            }
            false => (Owner::User(viewer.user), viewer.tenant, viewer.user),
        };
        let denials = match self.of_tenant {
            true => denials_for(&viewer.grants, &self.scopes)?,
            false => Vec::new(),
        };
        let id = ApiKeyId::new();
        let secret = KeySecret::new(id);
        let key = ApiKey {
            id,
            digest: secret.digest(),
            name,
            owner: owner.id(),
            tenant,
            principal,
            created_by: viewer.user,
            scopes: Json(self.scopes),
            denials: Json(denials),
            created_at: now.naive_utc(),
            expires_at: expires_at.naive_utc(),
            last_used_at: None,
            revoked_at: None,
        };
        Ok((key, secret.reveal().to_owned()))
    }
}

impl ApiKey {
    /// Whose it is.
    pub(crate) fn owner(&self) -> Owner {
        match (self.user(), self.tenant) {
            (None, Some(tenant)) => Owner::Tenant(tenant),
            _ => Owner::User(self.principal),
        }
    }

    /// What a key of a tenant may do, as patterns: its scopes, without what was denied to its maker,
    /// and nothing on the platform as a whole, whoever made it.
    pub(crate) fn grants_of_tenant(&self) -> Vec<String> {
        const OF_PLATFORM: [&str; 2] = ["!platform:*", "!platform.*:*"];
        let of_platform = OF_PLATFORM.map(str::to_owned);
        let Json(scopes) = &self.scopes;
        let Json(denials) = &self.denials;
        scopes
            .iter()
            .chain(denials)
            .cloned()
            .chain(of_platform)
            .collect()
    }
}

/// The denials that a tenant's key inherits from its maker, who must hold all of each scope.
fn denials_for(grants: &Grants, scopes: &[String]) -> Result<Vec<String>, AuthError> {
    match scopes.iter().find(|scope| !grants.allow_all(scope)) {
        Some(scope) => Err(AuthError::ScopeNotGranted(scope.clone())),
        None => Ok(grants.denials().collect()),
    }
}

fn check_name(name: &str) -> Result<&str, AuthError> {
    let name = name.trim();
    let is_name = (1..=NAME_MAX).contains(&name.chars().count());
    match is_name && !name.chars().any(char::is_control) {
        true => Ok(name),
        false => Err(AuthError::InvalidKeyName),
    }
}

fn check_scopes(scopes: &[String]) -> Result<(), AuthError> {
    if !(1..=SCOPES_MAX).contains(&scopes.len()) {
        return Err(AuthError::ScopeCount);
    }
    let is_good = |scope: &str| scope.len() <= SCOPE_CHARS_MAX && is_well_formed_pattern(scope);
    match scopes.iter().find(|scope| !is_good(scope)) {
        Some(scope) => {
            let shown = scope.chars().take(SCOPE_CHARS_MAX).collect();
            Err(AuthError::MalformedScope(shown))
        }
        None => Ok(()),
    }
}

fn of_viewer<'a>(action: Action, viewer: &Viewer, client: &'a Client) -> Activity<'a> {
    let activity = Activity::of(action, client)
        .by(Some(viewer.user))
        .on(viewer.tenant);
    match viewer.session() {
        Ok(session) => activity.within(session),
        Err(_) => activity,
    }
}

#[cfg(test)]
mod tests;
