//! Changing the e-mail address that one signs in with. The old one stays until the new one is proven.

use kit::event;
use kit::id::UserId;
use kit::scalar::EmailAddress;
use kit::viewer::Client;
use kit::{App, Viewer};

use crate::Auth;
use crate::activity::{Action, Activity, Failure};
use crate::error::AuthError;
use crate::event::EmailChanged;
use crate::letters::Subject;
use crate::person::EmailKey;
use crate::post::{self, Errand};
use crate::proof::{Proof, Proven};
use crate::store::account::Account;
use crate::store::removal;
use crate::ticket::{Purpose, Ticket};

/// Sends a letter to the address that the viewer wants, and tells the present one. An address that
/// has another account gets a letter that says so, and only its owner learns of that.
pub(crate) async fn request(
    app: &App,
    auth: &Auth,
    viewer: &Viewer,
    client: &Client,
    email: &str,
) -> Result<(), AuthError> {
    let session = viewer.require_recent(app.clock.now())?;
    let email = EmailAddress::parse(email).ok_or(AuthError::InvalidEmail.at("/newEmail"))?;
    let key = EmailKey::parse(email.as_str())?;
    post::keep_pace(app, auth, client)?;
    let has_room = post::has_room(app, &key).await?;
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        let account = Account::find(conn, viewer.user).await?;
        let account = account.ok_or(AuthError::SessionEnded)?;
        let holder = Account::find_by_email(conn, &key).await?;
        let is_free = holder
            .as_ref()
            .is_none_or(|holder| holder.id == account.id || holder.is_pending());
        let to = Some(email.as_str()).filter(|_| has_room);
        let errand = Errand {
            subject: Subject::ConfirmEmail,
            purpose: Purpose::ChangeEmail,
            account: Some(&account).filter(|_| is_free && has_room),
            to: to.filter(|_| is_free),
            locale: &account.locale,
            payload: Some(email.as_str().as_bytes()),
        };
        post::send(app, auth, conn, errand).await?;
        let to = to.filter(|_| !is_free);
        post::tell(app, conn, Subject::EmailTaken, to, &account.locale).await?;
        let to = Some(account.email.as_str()).filter(|_| has_room);
        post::tell(app, conn, Subject::EmailChangeAsked, to, &account.locale).await?;
        Activity::of(Action::RequestEmailChange, client)
            .by(Some(account.id))
            .within(session)
            .record(app, conn)
            .await?;
        Ok(())
    })
    .await
}

/// Gives the account the address that is proven by what the letter brought. A code is good only for
/// whoever asked for the change; a link for whoever reads the letter.
pub(crate) async fn confirm(
    app: &App,
    auth: &Auth,
    viewer: Option<&Viewer>,
    client: &Client,
    (token, code): (Option<String>, Option<String>),
) -> Result<UserId, AuthError> {
    post::keep_pace(app, auth, client)?;
    let proof = match (token, code, viewer) {
        (Some(token), None, _) => Proof::Token(token),
        (None, Some(code), Some(viewer)) => {
            viewer.session()?;
            let mut conn = app.db.read().await?;
            let account = Account::find(&mut conn, viewer.user).await?;
            let account = account.ok_or(AuthError::SessionEnded)?;
            let email = account.email;
            Proof::Code { email, code }
        }
        _ => return Err(AuthError::NoOwnProof),
    };
    let field = match &proof {
        Proof::Token(_) => "/token",
        Proof::Code { .. } => "/code",
    };
    let proven = proof
        .check(app, client, Purpose::ChangeEmail, Action::ChangeEmail)
        .await?;
    let user = proven.account.id;
    let changed = change(app, client, proven).await;
    if let Err(AuthError::EmailTaken) = changed {
        let mut conn = app.db.write().await?;
        let refused = Activity::of(Action::ChangeEmail, client).by(Some(user));
        let refused = refused.failed(Failure::EmailTaken);
        refused.record(app, &mut conn).await?;
    }
    changed.map_err(|err| match err {
        AuthError::EmailTaken => err.at(field),
        other => other,
    })
}

async fn change(app: &App, client: &Client, proven: Proven) -> Result<UserId, AuthError> {
    let payload = proven.ticket.payload.clone().unwrap_or_default();
    let email = String::from_utf8(payload).map_err(|_| AuthError::InvalidProof)?;
    let key = EmailKey::parse(&email)?;
    let account = proven.account.clone();
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        let now = app.clock.now_utc();
        // Whoever has only registered the address did not prove it, and this is a proof.
        let holder = Account::find_by_email(conn, &key).await?;
        if let Some(pending) = holder.filter(|it| it.id != account.id && it.is_pending()) {
            removal::remove(conn, pending.id).await?;
        }
        Account::set_email(conn, account.id, &email, &key, now).await?;
        proven.use_up(app, conn, Purpose::ChangeEmail).await?;
        // What went to the old address is no proof of the new one.
        for purpose in [
            Purpose::ChangeEmail,
            Purpose::ResetPassword,
            Purpose::VerifyEmail,
        ] {
            Ticket::void(app, conn, purpose, account.id).await?;
        }
        let changed = EmailChanged {
            user_id: account.id,
            email: email.clone(),
        };
        event::record(conn, &app.clock, &changed).await?;
        let to = Some(account.email.as_str());
        post::tell(app, conn, Subject::EmailChanged, to, &account.locale).await?;
        let activity = Activity::of(Action::ChangeEmail, client).by(Some(account.id));
        activity.record(app, conn).await?;
        Ok(account.id)
    })
    .await
}
