//! All that identity keeps of somebody, for themselves.

use async_graphql::Json;
use kit::id::UserId;
use kit::viewer::Client;
use kit::{App, Conn, Viewer};
use serde::Serialize;
use serde_json::Value;

use crate::activity::{Action, Activity};
use crate::error::AuthError;
use crate::store::account::Account;
use crate::store::export::{self, Key, Linked, SignIn};
use crate::store::second_factor::SecondFactor;

/// Records that the viewer takes their data along. Needs a fresh proof of who they are: it is all
/// that whoever finds an open session would like to have.
pub(crate) async fn begin(
    app: &App,
    viewer: &Viewer,
    client: &Client,
) -> Result<UserId, AuthError> {
    let activity = || Activity::of(Action::ExportData, client).by(Some(viewer.user));
    let recent = viewer.require_recent(app.clock.now());
    let recent = recent.map_err(AuthError::from);
    let session = activity().record_refusal(app, recent).await?;
    let mut conn = app.db.write().await?;
    activity().within(session).record(app, &mut conn).await?;
    Ok(viewer.user)
}

/// The account itself.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OfAccount {
    id: UserId,
    email: String,
    locale: String,
    created_at: chrono::NaiveDateTime,
    email_verified_at: Option<chrono::NaiveDateTime>,
    has_password: bool,
    two_factor_since: Option<chrono::NaiveDateTime>,
    identities: Vec<Linked>,
    api_keys: Vec<Key>,
}

/// The account, with how its user signs in; nothing that would let somebody do so.
pub(crate) async fn account(app: &App, viewer: &Viewer) -> Result<Json<Value>, AuthError> {
    viewer.require_recent(app.clock.now())?;
    let user = viewer.user;
    let mut conn = app.db.read().await?;
    let account = Account::find(&mut conn, user).await?;
    let account = account.ok_or(AuthError::SessionEnded)?;
    let factor = SecondFactor::active(&mut conn, user).await?;
    let found = OfAccount {
        id: account.id,
        email: account.email,
        locale: account.locale,
        created_at: account.created_at,
        email_verified_at: account.verified_at,
        has_password: account.password.is_some(),
        two_factor_since: factor.and_then(|factor| factor.activated_at),
        identities: export::identities(&mut conn, user).await?,
        api_keys: export::keys(&mut conn, user).await?,
    };
    Ok(to_json(&found))
}

/// The viewer's sessions, the newest first.
pub(crate) async fn sessions(app: &App, viewer: &Viewer) -> Result<Json<Value>, AuthError> {
    viewer.require_recent(app.clock.now())?;
    let mut conn: Conn = app.db.read().await?;
    let found: Vec<SignIn> = export::sessions(&mut conn, viewer.user).await?;
    Ok(to_json(&found))
}

/// What happened to the viewer's account, the newest first.
pub(crate) async fn activity(app: &App, viewer: &Viewer) -> Result<Json<Value>, AuthError> {
    viewer.require_recent(app.clock.now())?;
    let mut conn = app.db.read().await?;
    Ok(to_json(&export::activity(&mut conn, viewer.user).await?))
}

fn to_json(found: &impl Serialize) -> Json<Value> {
    Json(serde_json::to_value(found).expect("rows are plain data"))
}
