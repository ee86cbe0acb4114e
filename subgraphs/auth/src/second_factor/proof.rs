//! What proves a second factor.

use kit::viewer::Client;
use kit::{App, Conn};

use super::letter::Notice;
use super::{context, recovery, totp};
use crate::activity::{Action, Activity};
use crate::error::AuthError;
use crate::store::account::Account;
use crate::store::recovery_code;
use crate::store::second_factor::SecondFactor;

/// A code, which is good for one use.
pub(crate) enum Proof {
    /// Of the authenticator app.
    Code(String),
    /// Of the recovery codes.
    Recovery(String),
}

impl Proof {
    /// At most one of the two, as a client sends them.
    pub(crate) fn new(
        code: Option<String>,
        recovery_code: Option<String>,
    ) -> Result<Option<Self>, AuthError> {
        match (code, recovery_code) {
            (Some(_), Some(_)) => Err(AuthError::TwoCodes),
            (Some(code), None) => Ok(Some(Self::Code(code))),
            (None, Some(code)) => Ok(Some(Self::Recovery(code))),
            (None, None) => Ok(None),
        }
    }

    /// Uses it up, in the caller's transaction, which has locked the account. Of any number that
    /// come at once with the same code, one succeeds.
    pub(crate) async fn spend(
        &self,
        app: &App,
        conn: &mut Conn,
        client: &Client,
        account: &Account,
    ) -> Result<(), AuthError> {
        let factor = SecondFactor::active(conn, account.id).await?;
        let factor = factor.ok_or(AuthError::TwoFactorOff)?;
        match self {
            Self::Code(code) => {
                let secret = app.key.open(&context(account.id), &factor.sealed)?;
                let step = totp::step_of(&secret, code, app.clock.now());
                let step = step.ok_or(AuthError::WrongCode)?;
                match factor.accept(conn, account.id, step).await? {
                    true => Ok(()),
                    false => Err(AuthError::WrongCode),
                }
            }
            Self::Recovery(code) => {
                if !recovery::spend(app, conn, account.id, code).await? {
                    return Err(AuthError::WrongRecoveryCode);
                }
                let left = recovery_code::count(conn, account.id).await?;
                Notice::RecoveryCodeUsed(left)
                    .queue(app, conn, account)
                    .await?;
                let activity = Activity::of(Action::UseRecoveryCode, client);
                Ok(activity.by(Some(account.id)).record(app, conn).await?)
            }
        }
    }
}
