//! The second factor of an account: codes of an authenticator app, and recovery codes for when the
//! app is gone.
//!
//! Whatever changes it locks the account's row first, so that two changes at once come one after the
//! other. A code is good for one use: the step that it stands for is kept in a conditional `UPDATE`.

mod challenge;
mod enrolment;
mod letter;
mod proof;
mod recovery;
pub(crate) mod totp;

pub(crate) use challenge::{Challenge, complete, issue};
pub(crate) use enrolment::Enrolment;
pub(crate) use proof::Proof;

use chrono::{DateTime, TimeDelta, Utc};
use kit::id::UserId;
use kit::secret;
use kit::viewer::Client;
use kit::{App, Conn, Viewer};

use crate::activity::{Action, Activity};
use crate::error::AuthError;
use crate::login::TWO_FACTORS;
use crate::store::account::Account;
use crate::store::recovery_code;
use crate::store::second_factor::SecondFactor;
use crate::store::session::Session;
use crate::throttle::Throttle;
use crate::ticket::{Purpose, Ticket};
use letter::Notice;

/// For how long a secret waits for its user to show a code.
const PENDING: TimeDelta = TimeDelta::minutes(15);

/// The second factor of an account, as its user sees it.
pub(crate) struct Status {
    pub(crate) since: Option<DateTime<Utc>>,
    pub(crate) recovery_codes_left: i64,
}

/// Whether the viewer signs in with a second factor.
pub(crate) async fn status(app: &App, viewer: &Viewer) -> Result<Status, AuthError> {
    viewer.session()?;
    let mut conn = app.db.read().await?;
    let active = SecondFactor::active(&mut conn, viewer.user).await?;
    let since = active.and_then(|factor| factor.activated_at);
    Ok(Status {
        since: since.map(|at| at.and_utc()),
        recovery_codes_left: recovery_code::count(&mut conn, viewer.user).await?,
    })
}

/// Makes a secret for the viewer's app, pending until [`confirm`]. It takes the place of an earlier
/// pending one, and never of one in use.
pub(crate) async fn set_up(
    app: &App,
    viewer: &Viewer,
    client: &Client,
) -> Result<Enrolment, AuthError> {
    let activity = || of_viewer(Action::SetUpTwoFactor, viewer, client);
    let attempt = async {
        viewer.require_recent(app.clock.now())?;
        let mut conn = app.db.write().await?;
        conn.transaction(async |conn| {
            let now = app.clock.now();
            let account = Account::lock(conn, viewer.user).await?;
            let secret = secret::random::<{ totp::SECRET_BYTES }>();
            let sealed = app.key.seal(&context(account.id), &secret);
            let (utc, until) = (now.naive_utc(), now + PENDING);
            if !SecondFactor::set_pending(conn, account.id, &sealed, utc, until.naive_utc()).await?
            {
                return Err(AuthError::TwoFactorOn);
            }
            activity().record(app, conn).await?;
            Ok(Enrolment::new(&secret, &account.email, until))
        })
        .await
    };
    activity().record_refusal(app, attempt.await).await
}

/// Puts the viewer's pending secret to use, which the code shows to be in the app. Returns the
/// recovery codes.
///
/// Other sessions stay: they were opened by the same user, who can end them.
pub(crate) async fn confirm(
    app: &App,
    viewer: &Viewer,
    client: &Client,
    code: &str,
) -> Result<Vec<String>, AuthError> {
    let activity = || of_viewer(Action::ConfirmTwoFactor, viewer, client);
    let attempt = async {
        let session = viewer.session()?;
        find_pending(app, &mut app.db.read().await?, viewer.user).await?;
        let charges = Throttle::of_second_factor(viewer.user).charge(app).await?;
        let mut conn = app.db.write().await?;
        conn.transaction(async |conn| {
            let now = app.clock.now();
            let account = Account::lock(conn, viewer.user).await?;
            let factor = find_pending(app, conn, account.id).await?;
            let secret = app.key.open(&context(account.id), &factor.sealed)?;
            let step = totp::step_of(&secret, code, now).ok_or(AuthError::WrongCode)?;
            if !factor
                .activate(conn, account.id, step, now.naive_utc())
                .await?
            {
                return Err(AuthError::NoPendingTwoFactor);
            }
            let codes = recovery::renew(app, conn, account.id).await?;
            Session::set_aal(conn, session, TWO_FACTORS).await?;
            charges.succeed(conn, now.naive_utc()).await?;
            Notice::TurnedOn.queue(app, conn, &account).await?;
            activity().record(app, conn).await?;
            Ok(codes)
        })
        .await
    };
    activity().record_refusal(app, attempt.await).await
}

/// Turns the viewer's second factor off. What it takes besides a fresh proof of who they are is a
/// proof of the second factor itself.
pub(crate) async fn disable(
    app: &App,
    viewer: &Viewer,
    client: &Client,
    proof: &Proof,
) -> Result<(), AuthError> {
    let activity = || of_viewer(Action::DisableTwoFactor, viewer, client);
    let attempt = async {
        viewer.require_recent(app.clock.now())?;
        require_active(app, viewer).await?;
        let charges = Throttle::of_second_factor(viewer.user).charge(app).await?;
        let mut conn = app.db.write().await?;
        conn.transaction(async |conn| {
            let account = Account::lock(conn, viewer.user).await?;
            proof.spend(app, conn, client, &account).await?;
            SecondFactor::remove(conn, account.id).await?;
            recovery_code::remove(conn, account.id).await?;
            Ticket::void(app, conn, Purpose::TwoFactor, account.id).await?;
            charges.succeed(conn, app.clock.now_utc()).await?;
            Notice::TurnedOff.queue(app, conn, &account).await?;
            Ok(activity().record(app, conn).await?)
        })
        .await
    };
    activity().record_refusal(app, attempt.await).await
}

/// Makes new recovery codes for the viewer; those before are good for nothing.
pub(crate) async fn regenerate(
    app: &App,
    viewer: &Viewer,
    client: &Client,
    code: String,
) -> Result<Vec<String>, AuthError> {
    let activity = || of_viewer(Action::RegenerateRecoveryCodes, viewer, client);
    let attempt = async {
        viewer.require_recent(app.clock.now())?;
        require_active(app, viewer).await?;
        let charges = Throttle::of_second_factor(viewer.user).charge(app).await?;
        let mut conn = app.db.write().await?;
        conn.transaction(async |conn| {
            let account = Account::lock(conn, viewer.user).await?;
            let proof = Proof::Code(code);
            proof.spend(app, conn, client, &account).await?;
            let codes = recovery::renew(app, conn, account.id).await?;
            charges.succeed(conn, app.clock.now_utc()).await?;
            activity().record(app, conn).await?;
            Ok(codes)
        })
        .await
    };
    activity().record_refusal(app, attempt.await).await
}

/// The secret that waits for its user to show a code.
async fn find_pending(
    app: &App,
    conn: &mut Conn,
    account: UserId,
) -> Result<SecondFactor, AuthError> {
    match SecondFactor::find(conn, account).await? {
        Some(factor) if factor.activated_at.is_some() => Err(AuthError::TwoFactorOn),
        Some(factor) if factor.expires_at > app.clock.now_utc() => Ok(factor),
        _ => Err(AuthError::NoPendingTwoFactor),
    }
}

/// Refuses where there is no second factor to prove, before that counts as an attempt.
async fn require_active(app: &App, viewer: &Viewer) -> Result<(), AuthError> {
    let mut conn = app.db.read().await?;
    let active = SecondFactor::active(&mut conn, viewer.user).await?;
    active.map(drop).ok_or(AuthError::TwoFactorOff)
}

fn of_viewer<'a>(action: Action, viewer: &Viewer, client: &'a Client) -> Activity<'a> {
    let activity = Activity::of(action, client).by(Some(viewer.user));
    match viewer.session() {
        Ok(session) => activity.within(session),
        Err(_) => activity,
    }
}

/// What the secret of an account is sealed for.
fn context(account: UserId) -> String {
    format!("second_factors/{account}")
}
