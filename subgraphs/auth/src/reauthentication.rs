//! A fresh proof of who somebody is, within a session: what cannot be undone or opens further doors
//! asks for one.

use kit::viewer::Client;
use kit::{App, Viewer};

use crate::Auth;
use crate::activity::{Action, Activity};
use crate::error::AuthError;
use crate::login::{self, TWO_FACTORS};
use crate::password::{self, Verdict};
use crate::person::EmailKey;
use crate::second_factor::Proof;
use crate::store::account::Account;
use crate::store::second_factor::SecondFactor;
use crate::store::session::Session;
use crate::throttle::{Throttle, network_of};

/// Proves again who the viewer is: by the password if the account has one, and by the second factor
/// if it is on. Counted like a sign-in, with which it shares its locks.
pub(crate) async fn reauthenticate(
    app: &App,
    auth: &Auth,
    viewer: &Viewer,
    client: &Client,
    password: Option<String>,
    proof: Option<Proof>,
) -> Result<Session, AuthError> {
    let id = viewer.session()?;
    let activity = || {
        let activity = Activity::of(Action::Reauthenticate, client);
        activity.by(Some(viewer.user)).within(id)
    };
    let attempt = async {
        let (account, needs_code) = find(app, viewer).await?;
        let email = EmailKey::parse(&account.email)?;
        let proof = match (needs_code, proof) {
            (true, None) => return Err(AuthError::MissingCode),
            (true, proof) => proof,
            (false, _) if account.password.is_none() => return Err(AuthError::NothingToProve),
            (false, _) => None,
        };
        let password = match (&account.password, password) {
            (Some(_), None) => return Err(AuthError::MissingPassword),
            (Some(stored), Some(password)) => Some((stored.clone(), password)),
            (None, _) => None,
        };
        login::keep_pace(app, auth, client, &email)?;
        let turn = match &password {
            Some((_, password)) => {
                password::check_length(password)?;
                Some(auth.passwords.login_turn(network_of(client)).await?)
            }
            None => None,
        };
        let mut throttle = Throttle::of_login(&email, client);
        if proof.is_some() {
            throttle = throttle.and(Throttle::of_second_factor(account.id));
        }
        let charges = throttle.charge(app).await?;
        if let (Some(turn), Some((stored, password))) = (turn, password) {
            let (verdict, _turn) = turn.verify(password, Some(stored)).await?;
            if !matches!(verdict, Verdict::Right { .. }) {
                return Err(AuthError::WrongProof);
            }
        }
        let mut conn = app.db.write().await?;
        conn.transaction(async |conn| {
            let now = app.clock.now_utc();
            let account = match account.unchanged(conn).await {
                Err(AuthError::WrongCredentials) => return Err(AuthError::WrongProof),
                other => other?,
            };
            if let Some(proof) = &proof {
                let spent = proof.spend(app, conn, client, &account).await;
                spent.map_err(AuthError::hide_which_proof)?;
            }
            let aal = proof.is_some().then_some(TWO_FACTORS);
            if !Session::authenticate(conn, id, aal, now).await? {
                return Err(AuthError::SessionEnded);
            }
            charges.succeed(conn, now).await?;
            activity().record(app, conn).await?;
            let session = Session::find(conn, id).await?;
            session.ok_or(AuthError::SessionEnded)
        })
        .await
    };
    activity().record_refusal(app, attempt.await).await
}

/// The viewer's account, and whether its second factor is on.
async fn find(app: &App, viewer: &Viewer) -> Result<(Account, bool), AuthError> {
    let mut conn = app.db.read().await?;
    let account = Account::find(&mut conn, viewer.user).await?;
    let account = account.ok_or(AuthError::SessionEnded)?;
    let factor = SecondFactor::active(&mut conn, account.id).await?;
    Ok((account, factor.is_some()))
}
