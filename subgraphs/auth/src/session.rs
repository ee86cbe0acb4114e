//! What a signed-in user does with the own session.

use kit::id::{SessionId, TenantId};
use kit::page::Page;
use kit::viewer::Client;
use kit::{App, Viewer};

use crate::Auth;
use crate::activity::{Action, Activity, Failure};
use crate::error::AuthError;
use crate::event::MEMBERSHIPS;
use crate::login::{AccessToken, issue};
use crate::store::account::Account;
use crate::store::membership;
use crate::store::session::Session;

const LOGGED_OUT: &str = "logged_out";
const REVOKED: &str = "revoked";
/// Most characters of a session's name.
pub(crate) const NAME_MAX: usize = 100;

/// A page of the viewer's sessions that can be used, newest first, and how many there are if that
/// is wanted.
pub(crate) async fn list(
    app: &App,
    viewer: &Viewer,
    page: &Page<SessionId>,
    counted: bool,
) -> Result<(Vec<Session>, i64), AuthError> {
    viewer.session()?;
    let (user, now) = (viewer.user, app.clock.now_utc());
    let mut conn = app.db.read().await?;
    let rows = Session::list(&mut conn, user, now, page).await?;
    let total = match counted {
        true => Session::count(&mut conn, user, now).await?,
        false => 0,
    };
    Ok((rows, total))
}

/// Gives one of the viewer's sessions a name, or takes it away.
pub(crate) async fn rename(
    app: &App,
    viewer: &Viewer,
    client: &Client,
    id: SessionId,
    name: Option<&str>,
) -> Result<Session, AuthError> {
    viewer.session()?;
    let name = name.map(str::trim).filter(|name| !name.is_empty());
    let fits = |name: &str| name.chars().count() <= NAME_MAX && !name.chars().any(char::is_control);
    if !name.is_none_or(fits) {
        return Err(AuthError::InvalidSessionName);
    }
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        let now = app.clock.now_utc();
        if !Session::rename(conn, viewer.user, id, name, now).await? {
            return Err(AuthError::UnknownSession(id));
        }
        let activity = Activity::of(Action::RenameSession, client)
            .by(Some(viewer.user))
            .within(id);
        activity.record(app, conn).await?;
        let session = Session::find(conn, id).await?;
        session.ok_or(AuthError::UnknownSession(id))
    })
    .await
}

/// Ends one of the viewer's sessions, this one or another.
pub(crate) async fn revoke(
    app: &App,
    viewer: &Viewer,
    client: &Client,
    id: SessionId,
) -> Result<Session, AuthError> {
    viewer.session()?;
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        let now = app.clock.now_utc();
        let session = Session::find(conn, id).await?;
        let own = session.filter(|session| session.user == viewer.user && session.is_alive(now));
        if own.is_none() || !Session::revoke(conn, id, REVOKED, now).await? {
            return Err(AuthError::UnknownSession(id));
        }
        let activity = Activity::of(Action::RevokeSession, client)
            .by(Some(viewer.user))
            .within(id);
        activity.record(app, conn).await?;
        let session = Session::find(conn, id).await?;
        session.ok_or(AuthError::UnknownSession(id))
    })
    .await
}

/// Ends all of the viewer's sessions, except the one of the request if it is to be kept, and tells
/// how many there were.
pub(crate) async fn logout_everywhere(
    app: &App,
    viewer: &Viewer,
    client: &Client,
    keep_current: bool,
) -> Result<usize, AuthError> {
    let id = viewer.session()?;
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        let now = app.clock.now_utc();
        let kept = keep_current.then_some(id);
        let ended = Session::revoke_all(conn, viewer.user, kept, LOGGED_OUT, now).await?;
        let activity = Activity::of(Action::LogoutEverywhere, client)
            .by(Some(viewer.user))
            .within(id);
        activity.record(app, conn).await?;
        Ok(ended)
    })
    .await
}

/// Ends the viewer's session; its tokens are refused from now on.
pub(crate) async fn logout(
    app: &App,
    viewer: &Viewer,
    client: &Client,
) -> Result<Session, AuthError> {
    let id = viewer.session()?;
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        let now = app.clock.now_utc();
        if !Session::revoke(conn, id, LOGGED_OUT, now).await? {
            return Err(AuthError::SessionEnded);
        }
        let activity = Activity::of(Action::Logout, client)
            .by(Some(viewer.user))
            .within(id);
        activity.record(app, conn).await?;
        let session = Session::find(conn, id).await?;
        session.ok_or(AuthError::SessionEnded)
    })
    .await
}

/// Makes a tenant the current one of the viewer's session and issues an access token for it.
///
/// Tokens issued before keep their tenant until they expire, so that two windows of one client can
/// work side by side.
pub(crate) async fn switch_tenant(
    app: &App,
    auth: &Auth,
    viewer: &Viewer,
    client: &Client,
    tenant: TenantId,
) -> Result<(Session, AccessToken), AuthError> {
    let id = viewer.session()?;
    auth.signer.prepare(app).await?;
    let is_member = is_member(app, viewer, tenant).await?;
    let mut conn = app.db.write().await?;
    let activity = Activity::of(Action::SwitchTenant, client)
        .by(Some(viewer.user))
        .within(id)
        .on(Some(tenant));
    if !is_member {
        activity
            .failed(Failure::NoMember)
            .record(app, &mut conn)
            .await?;
        return Err(AuthError::UnknownTenant(tenant));
    }
    let session = conn
        .transaction(async |conn| {
            let now = app.clock.now_utc();
            if !Session::set_tenant(conn, id, Some(tenant), now).await? {
                return Err(AuthError::SessionEnded);
            }
            Account::set_last_tenant(conn, viewer.user, tenant).await?;
            activity.record(app, conn).await?;
            let session = Session::find(conn, id).await?;
            session.ok_or(AuthError::SessionEnded)
        })
        .await?;
    drop(conn);
    let access = issue(app, auth, &session).await?;
    Ok((session, access))
}

/// Whether the viewer belongs to a tenant, also if the tenant has only just said so or said the
/// opposite.
async fn is_member(app: &App, viewer: &Viewer, tenant: TenantId) -> Result<bool, AuthError> {
    app.events.caught_up(&app.db, MEMBERSHIPS).await?;
    let mut conn = app.db.read().await?;
    Ok(membership::exists(&mut conn, viewer.user, tenant).await?)
}
