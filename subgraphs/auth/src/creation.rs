//! Accounts that administrators of the platform make for others.

use kit::id::UserId;
use kit::viewer::Client;
use kit::{App, Conn, Viewer, event};

use crate::Auth;
use crate::account::CREATE;
use crate::activity::{Action, Activity};
use crate::claim::claim;
use crate::error::AuthError;
use crate::event::UserRegistered;
use crate::letters::Subject;
use crate::person::Person;
use crate::post::{self, Errand};
use crate::store::account::{Account, NewAccount};
use crate::ticket::Purpose;

/// Makes an account for somebody, whose letter lets them choose a password. Nobody else can, and
/// until then nobody can sign in.
///
/// The administrator's word that the address is theirs is as good as a proof: whoever has
/// registered it without proving it has nothing of the account.
pub(crate) async fn create(
    app: &App,
    auth: &Auth,
    viewer: &Viewer,
    client: &Client,
    person: Person,
) -> Result<UserId, AuthError> {
    let refused = Activity::of(Action::CreateUser, client).by(Some(viewer.user));
    let allowed = viewer.require(CREATE).map_err(AuthError::from);
    refused.record_refusal(app, allowed).await?;
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        let account = take(app, conn, &person).await?;
        let registered =
            UserRegistered::of(account.id, person.name, &account.email, &account.locale);
        event::record(conn, &app.clock, &registered).await?;
        let errand = Errand {
            subject: Subject::Created,
            purpose: Purpose::ResetPassword,
            account: Some(&account),
            to: Some(account.email.as_str()),
            locale: &account.locale,
            payload: None,
        };
        post::send(app, auth, conn, errand).await?;
        // Where the administrator is, is not the user's to see.
        let nowhere = Client::default();
        let activity = Activity::of(Action::CreateUser, &nowhere).by(Some(account.id));
        activity.record(app, conn).await?;
        Ok(account.id)
    })
    .await
}

/// An account for the address that nobody has had.
async fn take(app: &App, conn: &mut Conn, person: &Person) -> Result<Account, AuthError> {
    let now = app.clock.now_utc();
    let new = NewAccount {
        id: UserId::new(),
        email: person.email.as_str().to_owned(),
        email_key: person.email_key.as_str().to_owned(),
        password: None,
        locale: person.locale.clone(),
        created_at: now,
        verified_at: Some(now),
        name: None,
    };
    match new.insert(conn).await {
        Ok(()) => {}
        Err(AuthError::EmailTaken) => {
            let known = Account::find_by_email(conn, &person.email_key).await?;
            // One with a name waits for its proof, and has been announced to nobody.
            let pending = known.filter(Account::is_pending);
            let account = pending.ok_or(AuthError::UserExists)?;
            claim(app, conn, account.id).await?;
            Account::forget_name(conn, account.id).await?;
            Account::set_locale(conn, account.id, &person.locale).await?;
        }
        Err(err) => return Err(err),
    }
    let account = Account::find_by_email(conn, &person.email_key).await?;
    account.ok_or(AuthError::UserExists)
}
