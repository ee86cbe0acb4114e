//! The identities of an account: linking one on purpose, and taking one away.

use kit::viewer::Client;
use kit::{App, Viewer};

use super::letter::{self, News};
use super::provider::{Profile, Provider};
use super::{IdentityId, settle};
use crate::Auth;
use crate::activity::{Action, Activity, Failure};
use crate::error::AuthError;
use crate::store::account::Account;
use crate::store::identity::Identity;
use crate::store::session::Session;

/// Links who came to the viewer's account. Who is linked already stays so.
pub(super) async fn link(
    app: &App,
    viewer: &Viewer,
    client: &Client,
    provider: &Provider,
    profile: &Profile,
) -> Result<Identity, AuthError> {
    let session = viewer.session()?;
    let mut conn = app.db.write().await?;
    let activity = Activity::of(Action::LinkIdentity, client).by(Some(viewer.user));
    let linked = conn
        .transaction(async |conn| {
            // The provider took its time: the session may have ended meanwhile, and must not leave
            // another way in.
            let account = Account::lock(conn, viewer.user).await?;
            let session = Session::find(conn, session).await?;
            let now = app.clock.now_utc();
            if !session.is_some_and(|session| session.is_alive(now)) {
                return Err(AuthError::SessionEnded);
            }
            let known = Identity::find(conn, &profile.issuer, &profile.subject).await?;
            if let Some(known) = known {
                let is_own = known.account_id == viewer.user;
                return is_own.then_some(known).ok_or(AuthError::IdentityTaken);
            }
            let identity = settle::new_identity(app, provider, profile, account.id);
            identity.insert(conn).await?;
            letter::send(app, conn, &account, provider, News::Linked).await?;
            let linked = Activity::of(Action::LinkIdentity, client).by(Some(viewer.user));
            linked.record(app, conn).await?;
            Ok(identity)
        })
        .await;
    if let Err(AuthError::IdentityTaken) = &linked {
        let refused = activity.failed(Failure::IdentityTaken);
        refused.record(app, &mut conn).await?;
    }
    linked
}

/// Takes an identity away from the viewer's account, unless it is the last way to sign in.
pub(crate) async fn unlink(
    app: &App,
    auth: &Auth,
    viewer: &Viewer,
    client: &Client,
    id: IdentityId,
) -> Result<Identity, AuthError> {
    let session = viewer.require_recent(app.clock.now())?;
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        // Of two that are taken away at once, the second finds the first gone.
        Account::lock(conn, viewer.user).await?;
        let identities = Identity::list(conn, viewer.user).await?;
        let found = identities.iter().find(|identity| identity.id == id);
        let identity = found.ok_or(AuthError::UnknownIdentity)?.clone();
        let account = Account::find(conn, viewer.user).await?;
        let account = account.ok_or(AuthError::SessionEnded)?;
        // One whose provider is gone from the configuration opens nothing.
        let is_other =
            |other: &&Identity| other.id != id && auth.oauth.find(&other.provider).is_ok();
        if account.password.is_none() && identities.iter().filter(is_other).count() == 0 {
            return Err(AuthError::LastWayIn);
        }
        Identity::delete(conn, viewer.user, id).await?;
        let name = match auth.oauth.find(&identity.provider) {
            Ok(provider) => provider.display_name.clone(),
            Err(_) => identity.provider.clone(),
        };
        letter::send_named(app, conn, &account, &name, News::Unlinked).await?;
        let activity = Activity::of(Action::UnlinkIdentity, client)
            .by(Some(viewer.user))
            .within(session);
        activity.record(app, conn).await?;
        Ok(identity)
    })
    .await
}
