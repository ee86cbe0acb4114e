//! What a signed-in user does with the own session.

use kit::id::TenantId;
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

/// Ends the viewer's session; its tokens are refused from now on.
pub(crate) async fn logout(
    app: &App,
    viewer: &Viewer,
    client: &Client,
) -> Result<Session, AuthError> {
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        let now = app.clock.now_utc();
        if !Session::revoke(conn, viewer.session, LOGGED_OUT, now).await? {
            return Err(AuthError::SessionEnded);
        }
        let activity = Activity::of(Action::Logout, client)
            .by(Some(viewer.user))
            .within(viewer.session);
        activity.record(app, conn).await?;
        let session = Session::find(conn, viewer.session).await?;
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
    auth.signer.prepare(app).await?;
    let is_member = is_member(app, viewer, tenant).await?;
    let mut conn = app.db.write().await?;
    let activity = Activity::of(Action::SwitchTenant, client)
        .by(Some(viewer.user))
        .within(viewer.session)
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
            if !Session::set_tenant(conn, viewer.session, Some(tenant), now).await? {
                return Err(AuthError::SessionEnded);
            }
            Account::set_last_tenant(conn, viewer.user, tenant).await?;
            activity.record(app, conn).await?;
            let session = Session::find(conn, viewer.session).await?;
            session.ok_or(AuthError::SessionEnded)
        })
        .await?;
    drop(conn);
    let access = issue(app, auth, &session).await?;
    Ok((session, access))
}

/// Whether the viewer belongs to a tenant, also if the tenant has only just said so.
async fn is_member(app: &App, viewer: &Viewer, tenant: TenantId) -> Result<bool, AuthError> {
    if is_known_member(app, viewer, tenant).await? {
        return Ok(true);
    }
    app.events.caught_up(&app.db, MEMBERSHIPS).await?;
    is_known_member(app, viewer, tenant).await
}

async fn is_known_member(app: &App, viewer: &Viewer, tenant: TenantId) -> Result<bool, AuthError> {
    let mut conn = app.db.read().await?;
    Ok(membership::exists(&mut conn, viewer.user, tenant).await?)
}
