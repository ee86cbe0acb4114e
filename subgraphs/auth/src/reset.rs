//! Choosing a new password without knowing the old one.

use kit::App;
use kit::id::UserId;
use kit::viewer::Client;

use crate::Auth;
use crate::activity::{Action, Activity};
use crate::error::AuthError;
use crate::letters::Subject;
use crate::password;
use crate::person::{EmailKey, words_of};
use crate::post::{self, Errand};
use crate::proof::{Proof, Proven};
use crate::store::account::Account;
use crate::store::session::Session;
use crate::throttle::{Throttle, network_of};
use crate::ticket::{Purpose, Ticket};
use crate::verification;

const NEW_PASSWORD: &str = "/newPassword";
const PURPOSE: Purpose = Purpose::ResetPassword;
const BECAUSE: &str = "password_reset";

/// Sends the letter by which a new password can be chosen, if the address has an account. Nobody
/// can tell from here whether it has. A lock of the account is no obstacle.
pub(crate) async fn request(
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
        let is_open = |account: &&Account| account.deactivated_at.is_none() && has_room;
        let reader = account.as_ref().filter(is_open);
        let errand = Errand {
            subject: Subject::ResetPassword,
            purpose: PURPOSE,
            account: reader,
            to: reader.map(|account| account.email.as_str()),
            locale: reader.map_or("en", |account| &account.locale),
            payload: None,
        };
        post::send(app, auth, conn, errand).await?;
        Activity::of(Action::RequestPasswordReset, client)
            .by(account.as_ref().map(|account| account.id))
            .record(app, conn)
            .await?;
        Ok(())
    })
    .await
}

/// Gives an account the password that its user chose with what the letter brought.
///
/// That ends all sessions and voids what else is open: other letters, a sign-in that waits for its
/// second factor, a change of the address. The address is proven by it, and the lock of the account
/// is lifted. A second factor stays.
pub(crate) async fn reset(
    app: &App,
    auth: &Auth,
    client: &Client,
    proof: Proof,
    password: String,
) -> Result<UserId, AuthError> {
    password::check_length(&password).map_err(|err| err.at(NEW_PASSWORD))?;
    post::keep_pace(app, auth, client)?;
    // A code is tried when the password is known to be good enough: each trial counts.
    let (proven, turn) = match &proof {
        Proof::Token(_) => {
            let proven = proof
                .check(app, client, PURPOSE, Action::ResetPassword)
                .await?;
            let personal = words_of(&[&proven.account.email]);
            let turn = auth
                .passwords
                .registration_turn(network_of(client), &password, personal);
            (proven, turn.await.map_err(|err| err.at(NEW_PASSWORD))?)
        }
        Proof::Code { email, .. } => {
            let personal = words_of(&[email]);
            let turn = auth
                .passwords
                .registration_turn(network_of(client), &password, personal);
            let turn = turn.await.map_err(|err| err.at(NEW_PASSWORD))?;
            let proven = proof
                .check(app, client, PURPOSE, Action::ResetPassword)
                .await?;
            (proven, turn)
        }
    };
    let hash = turn.hash(password).await?;
    choose(app, client, proven, &hash).await
}

async fn choose(
    app: &App,
    client: &Client,
    proven: Proven,
    hash: &str,
) -> Result<UserId, AuthError> {
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        let account = proven.account.clone();
        let now = app.clock.now_utc();
        Account::set_password(conn, account.id, hash).await?;
        verification::prove(app, conn, account.id).await?;
        proven.use_up(app, conn, PURPOSE).await?;
        for purpose in Purpose::OF_A_PASSWORD {
            Ticket::void(app, conn, purpose, account.id).await?;
        }
        Session::revoke_all(conn, account.id, None, BECAUSE, now).await?;
        let email = EmailKey::parse(&account.email)?;
        Throttle::forgive(&email, client, conn, now).await?;
        let to = Some(account.email.as_str());
        post::tell(app, conn, Subject::PasswordChanged, to, &account.locale).await?;
        let activity = Activity::of(Action::ResetPassword, client).by(Some(account.id));
        activity.record(app, conn).await?;
        Ok(account.id)
    })
    .await
}
