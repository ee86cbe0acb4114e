//! The proof that a letter was read: the token of its link, or its code with the address that it
//! went to.

use kit::viewer::Client;
use kit::{App, Conn};

use crate::activity::{Action, Activity, Failure};
use crate::error::AuthError;
use crate::person::EmailKey;
use crate::store::account::Account;
use crate::throttle::{Charges, Throttle};
use crate::ticket::{Purpose, Ticket};

/// What was in a letter.
pub(crate) enum Proof {
    /// The token of the link.
    Token(String),
    /// The code, and whom the letter was for.
    Code {
        /// As it was typed.
        email: String,
        /// Six digits.
        code: String,
    },
}

/// A proof that is good, so far.
pub(crate) struct Proven {
    pub(crate) ticket: Ticket,
    pub(crate) account: Account,
    pub(crate) charges: Charges,
}

impl Proof {
    /// Either of the two, and not both.
    pub(crate) fn new(
        token: Option<String>,
        email: Option<String>,
        code: Option<String>,
    ) -> Result<Self, AuthError> {
        match (token, email, code) {
            (Some(token), None, None) => Ok(Self::Token(token)),
            (None, Some(email), Some(code)) => Ok(Self::Code { email, code }),
            _ => Err(AuthError::NoProof),
        }
    }

    /// Finds what it proves. It stays good until the ticket is used up, in the transaction of what
    /// it is for. What proves nothing is counted and recorded.
    pub(crate) async fn check(
        &self,
        app: &App,
        client: &Client,
        purpose: Purpose,
        action: Action,
    ) -> Result<Proven, AuthError> {
        let charged = Throttle::of_proof(client).charge(app).await;
        if let Err(AuthError::Locked { .. }) = charged {
            Activity::of(action, client).record_locked(app, "").await?;
        }
        let charges = charged?;
        let mut conn = app.db.write().await?;
        let found = self.find(app, &mut conn, purpose).await?;
        match found.filter(|(_, account)| account.deactivated_at.is_none()) {
            Some((ticket, account)) => Ok(Proven {
                ticket,
                account,
                charges,
            }),
            None => {
                let refused = Activity::of(action, client).failed(Failure::InvalidProof);
                refused.record(app, &mut conn).await?;
                Err(AuthError::InvalidProof)
            }
        }
    }

    async fn find(
        &self,
        app: &App,
        conn: &mut Conn,
        purpose: Purpose,
    ) -> Result<Option<(Ticket, Account)>, AuthError> {
        match self {
            Self::Token(token) => {
                let Some(ticket) = Ticket::find(app, conn, purpose, token).await? else {
                    return Ok(None);
                };
                let account = match ticket.account {
                    Some(id) => Account::find(conn, id).await?,
                    None => None,
                };
                Ok(account.map(|account| (ticket, account)))
            }
            Self::Code { email, code } => {
                let email = EmailKey::parse(email)?;
                let account = Account::find_by_email(conn, &email).await?;
                let id = account.as_ref().map(|account| account.id);
                let ticket = Ticket::find_by_code(app, conn, purpose, id, code.trim()).await?;
                Ok(ticket.zip(account))
            }
        }
    }
}

impl Proven {
    /// Uses the proof up, in the caller's transaction and after the account's row was written:
    /// whoever writes both does so in this order.
    pub(crate) async fn use_up(
        self,
        app: &App,
        conn: &mut Conn,
        purpose: Purpose,
    ) -> Result<(), AuthError> {
        if !self.ticket.use_up(app, conn, purpose).await? {
            return Err(AuthError::InvalidProof);
        }
        self.charges.succeed(conn, app.clock.now_utc()).await
    }
}
