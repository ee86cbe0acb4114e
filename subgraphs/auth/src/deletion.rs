//! Deleting accounts: what is known of a person goes, and what is on record names an id that nobody
//! has any more.

use kit::id::UserId;
use kit::viewer::Client;
use kit::{App, Conn, Permission, Viewer, event};

use crate::activity::{Action, Activity};
use crate::error::AuthError;
use crate::event::{EmailChanged, MEMBERSHIPS, UserDeleted, UserRegistered};
use crate::letters::Subject;
use crate::post;
use crate::store::account::Account;
use crate::store::{membership, removal};

/// To delete the accounts of others.
pub(crate) const DELETE: Permission = Permission("platform.account:delete");

/// What events say of somebody who is gone. Nobody gets letters there (RFC 2606, section 2).
const NO_NAME: &str = "Deleted user";
const NO_EMAIL: &str = "deleted@portico.invalid";

/// Deletes an account: one's own, or with permission anybody's, after a fresh proof of who the viewer
/// is. It cannot be undone, and the address is free again.
///
/// Whoever owns a tenant alone hands it over first, unless nobody else is in it.
pub(crate) async fn delete(
    app: &App,
    viewer: &Viewer,
    client: &Client,
    user: UserId,
) -> Result<(), AuthError> {
    let refused = Activity::of(Action::DeleteUser, client).by(Some(viewer.user));
    let allowed = may(app, viewer, user);
    refused.record_refusal(app, allowed).await?;
    app.events.caught_up(&app.db, MEMBERSHIPS).await?;
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        let account = match Account::lock(conn, user).await {
            Err(AuthError::SessionEnded) => return Err(AuthError::UnknownUser(user)),
            other => other?,
        };
        require_other_owners(conn, user).await?;
        post::tell(
            app,
            conn,
            Subject::AccountDeleted,
            Some(account.email.as_str()),
            &account.locale,
        )
        .await?;
        removal::remove(conn, user).await?;
        forget_events(conn, user).await?;
        let deleted = UserDeleted {
            user_id: user,
            deleted_by: viewer.user,
        };
        event::record(conn, &app.clock, &deleted).await?;
        let nowhere = Client::default();
        let activity = Activity::of(Action::DeleteUser, &nowhere).by(Some(user));
        activity.record(app, conn).await?;
        Ok(())
    })
    .await
}

fn may(app: &App, viewer: &Viewer, user: UserId) -> Result<(), AuthError> {
    if user != viewer.user {
        viewer.require(DELETE)?;
    }
    viewer.require_recent(app.clock.now())?;
    Ok(())
}

async fn require_other_owners(conn: &mut Conn, user: UserId) -> Result<(), AuthError> {
    for tenant in membership::lock_owned(conn, user).await? {
        if membership::needs_owner(conn, tenant, user).await? {
            return Err(AuthError::LastOwner(tenant));
        }
    }
    Ok(())
}

async fn forget_events(conn: &mut Conn, user: UserId) -> Result<(), AuthError> {
    let registered = UserRegistered {
        user_id: user,
        name: NO_NAME.to_owned(),
        email: NO_EMAIL.to_owned(),
        locale: None,
    };
    event::rewrite(conn, &registered).await?;
    let changed = EmailChanged {
        user_id: user,
        email: NO_EMAIL.to_owned(),
    };
    event::rewrite(conn, &changed).await?;
    Ok(())
}
