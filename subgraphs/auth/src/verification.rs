//! Proving that an e-mail address is one's own.

use kit::event;
use kit::id::UserId;
use kit::viewer::Client;
use kit::{App, Conn};

use crate::Auth;
use crate::activity::{Action, Activity};
use crate::error::AuthError;
use crate::event::UserRegistered;
use crate::letters::Subject;
use crate::person::EmailKey;
use crate::post::{self, Errand};
use crate::proof::Proof;
use crate::store::account::Account;
use crate::ticket::{Purpose, Ticket};

const PURPOSE: Purpose = Purpose::VerifyEmail;

/// Proves the address of an account by what its letter brought; the user can sign in from now on.
pub(crate) async fn verify(
    app: &App,
    auth: &Auth,
    client: &Client,
    proof: Proof,
) -> Result<UserId, AuthError> {
    post::keep_pace(app, auth, client)?;
    let proven = proof
        .check(app, client, PURPOSE, Action::VerifyEmail)
        .await?;
    let user = proven.account.id;
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        prove(app, conn, user).await?;
        proven.use_up(app, conn, PURPOSE).await?;
        Ticket::void(app, conn, PURPOSE, user).await?;
        let activity = Activity::of(Action::VerifyEmail, client).by(Some(user));
        activity.record(app, conn).await?;
        Ok(user)
    })
    .await
}

/// Notes that the address of an account is its user's by proof, whatever the proof was, and
/// announces the account if that has waited for it. In the caller's transaction.
pub(crate) async fn prove(app: &App, conn: &mut Conn, user: UserId) -> Result<(), AuthError> {
    if !Account::verify(conn, user, app.clock.now_utc()).await? {
        return Ok(());
    }
    let Some(account) = Account::find(conn, user).await? else {
        return Ok(());
    };
    let Some(name) = account.name else {
        return Ok(());
    };
    Account::forget_name(conn, user).await?;
    let registered = UserRegistered::of(user, name, &account.email, &account.locale);
    event::record(conn, &app.clock, &registered).await?;
    Ok(())
}

/// Sends another letter to an address that waits for its proof. Any other address gets none, which
/// nobody can tell from here.
pub(crate) async fn resend(
    app: &App,
    auth: &Auth,
    client: &Client,
    email: &str,
) -> Result<(), AuthError> {
    let email = EmailKey::parse(email)?;
    post::keep_pace(app, auth, client)?;
    let has_room = post::has_room(app, &email).await?;
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        let account = Account::lock_by_email(conn, &email).await?;
        let waits = |account: &&Account| {
            account.verified_at.is_none() && account.deactivated_at.is_none() && has_room
        };
        let reader = account.as_ref().filter(waits);
        // Where several have registered the address, its reader chooses the password.
        let (subject, purpose) = match reader.is_some_and(|it| it.password.is_none()) {
            true => (Subject::RegisteredAgain, Purpose::ResetPassword),
            false => (Subject::VerifyEmail, PURPOSE),
        };
        let errand = Errand {
            subject,
            purpose,
            account: reader,
            to: reader.map(|account| account.email.as_str()),
            locale: reader.map_or("en", |account| &account.locale),
            payload: None,
        };
        post::send(app, auth, conn, errand).await?;
        Activity::of(Action::ResendVerification, client)
            .by(account.as_ref().map(|account| account.id))
            .record(app, conn)
            .await?;
        Ok(())
    })
    .await
}
