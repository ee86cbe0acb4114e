//! Signing in with a second factor: the first leads to a challenge, the second to a session.

use chrono::{DateTime, TimeDelta, Utc};
use kit::viewer::Client;
use kit::{App, Conn};

use super::Proof;
use crate::Auth;
use crate::activity::{Action, Activity};
use crate::error::AuthError;
use crate::login::{self, SignedIn, TWO_FACTORS};
use crate::store::account::Account;
use crate::store::recovery_code;
use crate::throttle::{Throttle, network_of};
use crate::ticket::{NewTicket, Purpose, Ticket};

/// For how long a challenge can be met.
const LIFE: TimeDelta = TimeDelta::minutes(5);

/// The demand for a second factor, of somebody who has proven the first.
#[derive(Debug)]
pub(crate) struct Challenge {
    pub(crate) token: String,
    pub(crate) expires_at: DateTime<Utc>,
    /// Whether a recovery code can meet it, too.
    pub(crate) has_recovery_codes: bool,
}

/// Demands the second factor of an account, in the caller's transaction.
pub(crate) async fn issue(
    app: &App,
    conn: &mut Conn,
    account: &Account,
) -> Result<Challenge, AuthError> {
    let expires_at = app.clock.now() + LIFE;
    let ticket = NewTicket {
        purpose: Purpose::TwoFactor,
        account: Some(account.id),
        life: LIFE,
        with_code: false,
        payload: None,
    };
    Ok(Challenge {
        token: ticket.issue(app, conn).await?.token,
        expires_at,
        has_recovery_codes: recovery_code::count(conn, account.id).await? > 0,
    })
}

/// Meets a challenge and opens a session.
///
/// A wrong code counts for the challenge, which allows a few, and for the account: proving the first
/// factor again gives a new challenge and no new attempts.
pub(crate) async fn complete(
    app: &App,
    auth: &Auth,
    client: &Client,
    token: &str,
    proof: &Proof,
) -> Result<SignedIn, AuthError> {
    if let Some(network) = network_of(client) {
        let most = auth.config.address_logins_per_minute;
        let source = format!("challenge/{network}");
        auth.pace.step(source, most, app.clock.now())?;
    }
    auth.signer.prepare(app).await?;
    let account = find(app, token).await?;
    let account = account.ok_or(AuthError::InvalidChallenge)?;
    let activity = || Activity::of(Action::CompleteTwoFactor, client).by(Some(account.id));
    let attempt = async {
        let charges = Throttle::of_second_factor(account.id).charge(app).await?;
        let mut conn = app.db.write().await?;
        if !Ticket::attempt(app, &mut conn, Purpose::TwoFactor, token).await? {
            return Err(AuthError::InvalidChallenge);
        }
        conn.transaction(async |conn| {
            let account = Account::lock(conn, account.id).await?;
            if account.deactivated_at.is_some() {
                return Err(AuthError::Deactivated);
            }
            proof.spend(app, conn, client, &account).await?;
            let spent = Ticket::spend(app, conn, Purpose::TwoFactor, token).await?;
            if spent.is_none() {
                return Err(AuthError::InvalidChallenge);
            }
            charges.succeed(conn, app.clock.now_utc()).await?;
            let opened = login::open(app, auth, client, conn, &account, TWO_FACTORS).await?;
            activity()
                .within(opened.session.id)
                .on(opened.session.tenant)
                .record(app, conn)
                .await?;
            Ok(opened)
        })
        .await
    };
    let opened = activity().record_refusal(app, attempt.await).await?;
    opened.finish(app, auth).await
}

/// Whose challenge it is, if it can still be met.
async fn find(app: &App, token: &str) -> Result<Option<Account>, AuthError> {
    let mut conn = app.db.read().await?;
    let ticket = Ticket::find(app, &mut conn, Purpose::TwoFactor, token).await?;
    match ticket.and_then(|ticket| ticket.account) {
        Some(id) => Ok(Account::find(&mut conn, id).await?),
        None => Ok(None),
    }
}
