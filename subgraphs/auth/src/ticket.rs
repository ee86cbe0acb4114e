//! Tickets: secrets that are good for one use and not for long. A link or a code in a letter is
//! one, and so is what carries a sign-in over to its next step.
//!
//! Only digests are kept. Using one is a single conditional `UPDATE`: of any number that come at
//! once, one succeeds.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use hmac::{Hmac, Mac as _};
use kit::id::UserId;
use kit::secret::{self, SecretError};
use kit::{App, Conn};
use rand::Rng as _;
use sha2::{Digest as _, Sha256};

use crate::error::AuthError;
use crate::store::ticket::{self as store, NewRow, Row};

/// What every ticket begins with, for those who search leaked secrets.
const PREFIX: &str = "ptt_";
/// Wrong codes after which a ticket is good for nothing.
pub(crate) const ATTEMPTS_MAX: i32 = 5;
const CODE_KEY: &str = "portico/ticket-codes/v1";

/// What a ticket is good for, and for nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To prove that an e-mail address is one's own.
    VerifyEmail,
    /// To choose a new password.
    ResetPassword,
    /// To prove that the address that one wants to change to is one's own.
    ChangeEmail,
    /// To go on signing in with a second factor.
    TwoFactor,
    /// To come back from another provider.
    OAuth,
    /// To take over a sign-in that a provider's callback has ended.
    HandOver,
}

impl Purpose {
    /// Whatever an account may have.
    pub(crate) const ALL: [Self; 6] = [
        Self::VerifyEmail,
        Self::ResetPassword,
        Self::ChangeEmail,
        Self::TwoFactor,
        Self::OAuth,
        Self::HandOver,
    ];
    /// What is void when the password changes: it may have been begun by whoever knew the old one.
    pub(crate) const OF_A_PASSWORD: [Self; 4] = [
        Self::ResetPassword,
        Self::ChangeEmail,
        Self::TwoFactor,
        Self::OAuth,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
            Self::ChangeEmail => "change_email",
            Self::TwoFactor => "two_factor",
            Self::OAuth => "oauth",
            Self::HandOver => "oauth_hand_over",
        }
    }
}

/// A ticket to be issued.
pub(crate) struct NewTicket<'a> {
    pub(crate) purpose: Purpose,
    pub(crate) account: Option<UserId>,
    /// For how long it is good.
    pub(crate) life: TimeDelta,
    /// Whether a short code does the same, for somebody who reads it on another device.
    pub(crate) with_code: bool,
    /// What belongs to it, kept sealed.
    pub(crate) payload: Option<&'a [u8]>,
}

/// A ticket as it is handed out, and then known to nobody else.
pub(crate) struct Issued {
    /// The secret, for a link or a client.
    pub(crate) token: String,
    /// Six digits, if they were wanted.
    pub(crate) code: Option<String>,
}

/// A ticket that is good, or has just been used.
#[derive(Debug)]
pub(crate) struct Ticket {
    digest: String,
    pub(crate) account: Option<UserId>,
    pub(crate) payload: Option<Vec<u8>>,
}

impl NewTicket<'_> {
    /// Issues the ticket, in the caller's transaction.
    pub(crate) async fn issue(self, app: &App, conn: &mut Conn) -> Result<Issued, AuthError> {
        let token = format!("{PREFIX}{}", secret::random_text::<32>());
        let code = self
            .with_code
            .then(|| format!("{:06}", rand::rng().random_range(0..1_000_000)));
        let (digest, now) = (digest(&token), app.clock.now_utc());
        let row = NewRow {
            purpose: self.purpose.as_str(),
            account_id: self.account,
            code_digest: code.as_deref().map(|code| code_digest(app, &digest, code)),
            attempts: 0,
            sealed: self
                .payload
                .map(|payload| app.key.seal(&context(&digest), payload)),
            created_at: now,
            expires_at: now + self.life,
            digest,
        };
        row.insert(conn).await?;
        Ok(Issued { token, code })
    }
}

impl Ticket {
    /// A ticket that can still be used; it stays good.
    pub(crate) async fn find(
        app: &App,
        conn: &mut Conn,
        purpose: Purpose,
        token: &str,
    ) -> Result<Option<Self>, AuthError> {
        let now = app.clock.now_utc();
        let found = store::find(conn, purpose.as_str(), &digest(token), now).await?;
        found.map(|row| Self::open(app, row)).transpose()
    }

    /// Uses a ticket. None if there is no such one, or it was used before, or it is too old.
    pub(crate) async fn spend(
        app: &App,
        conn: &mut Conn,
        purpose: Purpose,
        token: &str,
    ) -> Result<Option<Self>, AuthError> {
        let (digest, now) = (digest(token), app.clock.now_utc());
        let Some(row) = store::find(conn, purpose.as_str(), &digest, now).await? else {
            return Ok(None);
        };
        match store::spend(conn, purpose.as_str(), &digest, now).await? {
            true => Self::open(app, row).map(Some),
            false => Ok(None),
        }
    }

    /// Uses a ticket that was found. False if somebody else used it since.
    pub(crate) async fn use_up(
        &self,
        app: &App,
        conn: &mut Conn,
        purpose: Purpose,
    ) -> Result<bool, AuthError> {
        let now = app.clock.now_utc();
        Ok(store::spend(conn, purpose.as_str(), &self.digest, now).await?)
    }

    /// A ticket of an account by its code; it stays good. Each attempt counts, and after too many no
    /// code of it is right any more. Not for a transaction, which could take the count back.
    ///
    /// An account without a ticket, or nobody's, costs as much as one with a ticket.
    pub(crate) async fn find_by_code(
        app: &App,
        conn: &mut Conn,
        purpose: Purpose,
        account: Option<UserId>,
        code: &str,
    ) -> Result<Option<Self>, AuthError> {
        let (now, purpose) = (app.clock.now_utc(), purpose.as_str());
        let account = account.unwrap_or_else(UserId::new);
        let rows = store::list(conn, purpose, account, now).await?;
        if rows.is_empty() {
            let nobodys = digest("");
            store::attempt_one(conn, purpose, &nobodys, ATTEMPTS_MAX, now).await?;
            code_digest(app, &nobodys, code);
        }
        let mut found = None;
        for row in rows {
            let expected = code_digest(app, &row.digest, code);
            if store::attempt_one(conn, purpose, &row.digest, ATTEMPTS_MAX, now).await?
                && row.code_digest.as_ref() == Some(&expected)
            {
                found = Some(row);
            }
        }
        found.map(|row| Self::open(app, row)).transpose()
    }

    /// Counts an attempt at something that the ticket stands for, such as a second factor. False
    /// if there were too many.
    pub(crate) async fn attempt(
        app: &App,
        conn: &mut Conn,
        purpose: Purpose,
        token: &str,
    ) -> Result<bool, AuthError> {
        let now = app.clock.now_utc();
        let (purpose, digest) = (purpose.as_str(), digest(token));
        Ok(store::attempt_one(conn, purpose, &digest, ATTEMPTS_MAX, now).await?)
    }

    /// Voids what was issued to an account before.
    pub(crate) async fn void(
        app: &App,
        conn: &mut Conn,
        purpose: Purpose,
        account: UserId,
    ) -> Result<(), AuthError> {
        Ok(store::void(conn, purpose.as_str(), account, app.clock.now_utc()).await?)
    }

    fn open(app: &App, row: Row) -> Result<Self, AuthError> {
        let payload = row
            .sealed
            .map(|sealed| app.key.open(&context(&row.digest), &sealed))
            .transpose()
            .map_err(|err: SecretError| AuthError::Secret(err))?;
        Ok(Self {
            digest: row.digest,
            account: row.account_id,
            payload,
        })
    }
}

fn digest(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token))
}

/// A code has a million values: without a key that is not in the database, a thief of the digest
/// would have tried them all at once.
fn code_digest(app: &App, ticket: &str, code: &str) -> String {
    let key = app.key.derive(CODE_KEY);
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key may have any length");
    mac.update(ticket.as_bytes());
    mac.update(code.as_bytes());
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

fn context(digest: &str) -> String {
    format!("auth_tickets/{digest}")
}
