//! Changing one's password.

use kit::viewer::Client;
use kit::{App, Viewer};

use crate::Auth;
use crate::activity::{Action, Activity, Failure};
use crate::error::AuthError;
use crate::letters::Subject;
use crate::password::{self, Verdict};
use crate::person::{EmailKey, words_of};
use crate::post;
use crate::store::account::Account;
use crate::store::session::Session;
use crate::throttle::{Throttle, network_of};
use crate::ticket::{Purpose, Ticket};

const BECAUSE: &str = "password_changed";

/// Replaces the viewer's password, who knows the current one. All other sessions end, and what else
/// is open is void.
///
/// A wrong current password counts as a failed sign-in: whoever finds somebody's device unlocked
/// cannot try more of them here than there.
pub(crate) async fn change(
    app: &App,
    auth: &Auth,
    viewer: &Viewer,
    client: &Client,
    current: String,
    new: String,
) -> Result<(), AuthError> {
    let session = viewer.session()?;
    password::check_length(&current).map_err(|err| err.at("/currentPassword"))?;
    password::check_length(&new).map_err(|err| err.at("/newPassword"))?;
    let account = {
        let mut conn = app.db.read().await?;
        Account::find(&mut conn, viewer.user).await?
    };
    let account = account.ok_or(AuthError::SessionEnded)?;
    let email = EmailKey::parse(&account.email)?;
    let activity = || {
        Activity::of(Action::ChangePassword, client)
            .by(Some(account.id))
            .within(session)
    };
    let turn = auth.passwords.login_turn(network_of(client)).await?;
    let charged = Throttle::of_login(&email, client).charge(app).await;
    if let Err(AuthError::Locked { .. }) = charged {
        activity().record_locked(app, email.as_str()).await?;
    }
    let charges = charged?;
    let (verdict, turn) = turn.verify(current, account.password.clone()).await?;
    drop(turn);
    let (Verdict::Right { .. }, Some(old)) = (verdict, &account.password) else {
        let mut conn = app.db.write().await?;
        let refused = activity().failed(Failure::WrongPassword);
        refused.record(app, &mut conn).await?;
        return Err(AuthError::WrongPassword);
    };
    charges
        .succeed(&mut app.db.write().await?, app.clock.now_utc())
        .await?;
    let personal = words_of(&[&account.email]);
    let turn = auth
        .passwords
        .registration_turn(network_of(client), &new, personal);
    let turn = turn.await.map_err(|err| err.at("/newPassword"))?;
    let hash = turn.hash(new).await?;

    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        if !Account::change_password(conn, account.id, old, &hash).await? {
            return Err(AuthError::WrongPassword);
        }
        for purpose in Purpose::OF_A_PASSWORD {
            Ticket::void(app, conn, purpose, account.id).await?;
        }
        let now = app.clock.now_utc();
        Session::revoke_all(conn, account.id, Some(session), BECAUSE, now).await?;
        let to = Some(account.email.as_str());
        post::tell(app, conn, Subject::PasswordChanged, to, &account.locale).await?;
        Ok(activity().record(app, conn).await?)
    })
    .await
}
