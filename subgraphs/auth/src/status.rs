//! Whether an account can be used: administrators of the platform close and open it.

use kit::id::UserId;
use kit::viewer::Client;
use kit::{App, Conn, Permission, Viewer, event};

use crate::activity::{Action, Activity};
use crate::error::AuthError;
use crate::event::{UserDeactivated, UserReactivated};
use crate::store::account::Account;
use crate::store::session::Session;
use crate::ticket::{Purpose, Ticket};

/// To close and to open the accounts of others.
pub(crate) const DEACTIVATE: Permission = Permission("platform.account:deactivate");

const BECAUSE: &str = "account_deactivated";

/// Closes an account until it is opened again: its sessions end, its keys rest, and nobody can sign
/// in. Doing it again changes nothing. Nobody closes their own, so that the last administrator does
/// not lock everybody out.
pub(crate) async fn deactivate(
    app: &App,
    viewer: &Viewer,
    client: &Client,
    user: UserId,
) -> Result<(), AuthError> {
    may(app, viewer, client, Action::DeactivateUser).await?;
    if user == viewer.user {
        return Err(AuthError::OwnAccount);
    }
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        let now = app.clock.now_utc();
        let account = find(conn, user).await?;
        if account.deactivated_at.is_some() {
            return Ok(());
        }
        Account::set_deactivated(conn, user, Some(now)).await?;
        for purpose in Purpose::ALL {
            Ticket::void(app, conn, purpose, user).await?;
        }
        Session::revoke_all(conn, user, None, BECAUSE, now).await?;
        let deactivated = UserDeactivated {
            user_id: user,
            deactivated_by: viewer.user,
        };
        event::record(conn, &app.clock, &deactivated).await?;
        record(app, conn, Action::DeactivateUser, user).await
    })
    .await
}

/// Opens an account again. Its user signs in anew; the keys that did not end meanwhile work again.
pub(crate) async fn reactivate(
    app: &App,
    viewer: &Viewer,
    client: &Client,
    user: UserId,
) -> Result<(), AuthError> {
    may(app, viewer, client, Action::ReactivateUser).await?;
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        let account = find(conn, user).await?;
        if account.deactivated_at.is_none() {
            return Ok(());
        }
        Account::set_deactivated(conn, user, None).await?;
        let reactivated = UserReactivated {
            user_id: user,
            reactivated_by: viewer.user,
        };
        event::record(conn, &app.clock, &reactivated).await?;
        record(app, conn, Action::ReactivateUser, user).await
    })
    .await
}

async fn may(app: &App, viewer: &Viewer, client: &Client, action: Action) -> Result<(), AuthError> {
    let allowed = viewer.require(DEACTIVATE).map_err(AuthError::from);
    let refused = Activity::of(action, client).by(Some(viewer.user));
    refused.record_refusal(app, allowed).await
}

/// The account, locked: whoever signs in at this moment does so before or after.
async fn find(conn: &mut Conn, user: UserId) -> Result<Account, AuthError> {
    match Account::lock(conn, user).await {
        Err(AuthError::SessionEnded) => Err(AuthError::UnknownUser(user)),
        other => other,
    }
}

/// Where whoever decided is, is not the user's to see.
async fn record(app: &App, conn: &mut Conn, action: Action, user: UserId) -> Result<(), AuthError> {
    let nowhere = Client::default();
    let activity = Activity::of(action, &nowhere).by(Some(user));
    Ok(activity.record(app, conn).await?)
}
