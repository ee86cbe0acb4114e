//! Letters of this subgraph: each with a ticket that its link and its code stand for, or only to
//! tell something.
//!
//! Whether an address has an account must not be told by the time of an answer. So the same is
//! written for all: a letter that nobody is to get is queued as one to nobody, with a ticket of no
//! account.

use chrono::TimeDelta;
use kit::mail::{self, Language, Mail};
use kit::viewer::Client;
use kit::{App, Conn};
use url::Url;

use crate::Auth;
use crate::config::LinkConfig;
use crate::error::AuthError;
use crate::letters::{Subject, Way};
use crate::person::EmailKey;
use crate::store::account::Account;
use crate::throttle::{Throttle, network_of};
use crate::ticket::{NewTicket, Purpose, Ticket};

/// For how long a new address can be proven.
const VERIFY: TimeDelta = TimeDelta::days(1);
/// For how long somebody can take over an account that was made for them.
const ACCEPT: TimeDelta = TimeDelta::days(7);
/// For how long a password can be chosen or another address be proven.
const CHANGE: TimeDelta = TimeDelta::hours(1);

/// A letter with a ticket.
pub(crate) struct Errand<'a> {
    pub(crate) subject: Subject,
    pub(crate) purpose: Purpose,
    /// Whose ticket it is; nobody's is good for nothing.
    pub(crate) account: Option<&'a Account>,
    /// Where the letter goes, if it goes anywhere.
    pub(crate) to: Option<&'a str>,
    pub(crate) locale: &'a str,
    /// What belongs to the ticket.
    pub(crate) payload: Option<&'a [u8]>,
}

/// Refuses whoever asks for letters, or answers them, again and again.
pub(crate) fn keep_pace(app: &App, auth: &Auth, client: &Client) -> Result<(), AuthError> {
    let Some(network) = network_of(client) else {
        return Ok(());
    };
    let most = auth.config.address_letters_per_minute;
    let source = format!("letters/{network}");
    auth.pace.step(source, most, app.clock.now())
}

/// Whether an address may get one more letter, which is counted.
pub(crate) async fn has_room(app: &App, email: &EmailKey) -> Result<bool, AuthError> {
    match Throttle::of_letters(email).charge(app).await {
        Ok(_counted) => Ok(true),
        Err(AuthError::Locked { .. }) => Ok(false),
        Err(err) => Err(err),
    }
}

/// Issues a ticket and queues the letter that brings it. Tickets that earlier letters brought are
/// void, so that there are never more codes to guess.
pub(crate) async fn send(
    app: &App,
    auth: &Auth,
    conn: &mut Conn,
    errand: Errand<'_>,
) -> Result<(), AuthError> {
    let account = errand.account.map(|account| account.id);
    let voided = account.unwrap_or_else(kit::id::UserId::new);
    Ticket::void(app, conn, errand.purpose, voided).await?;
    let ticket = NewTicket {
        purpose: errand.purpose,
        account,
        life: match (errand.subject, errand.purpose) {
            (Subject::Created, _) => ACCEPT,
            (Subject::RegisteredAgain, _) | (_, Purpose::VerifyEmail) => VERIFY,
            _ => CHANGE,
        },
        with_code: true,
        payload: errand.payload,
    };
    let issued = ticket.issue(app, conn).await?;
    let language = Language::of(errand.locale);
    let link = link(
        app,
        &auth.config.links,
        errand.purpose,
        &issued.token,
        language,
    );
    let way = Way {
        link: link.as_str(),
        code: issued.code.as_deref().unwrap_or_default(),
    };
    let letter = errand.subject.asking(language, &way);
    queue(app, conn, letter.to(errand.to.unwrap_or_default())).await
}

/// Queues a letter that only tells something; to nobody, if there is no address.
pub(crate) async fn tell(
    app: &App,
    conn: &mut Conn,
    subject: Subject,
    to: Option<&str>,
    locale: &str,
) -> Result<(), AuthError> {
    let letter = subject.telling(Language::of(locale));
    queue(app, conn, letter.to(to.unwrap_or_default())).await
}

async fn queue(app: &App, conn: &mut Conn, mail: Mail) -> Result<(), AuthError> {
    mail::queue(conn, app, &mail).await?;
    Ok(())
}

/// Where a ticket is answered: on a page of ours, or on one that the operator has put in its place.
fn link(app: &App, links: &LinkConfig, purpose: Purpose, token: &str, language: Language) -> Url {
    let (theirs, ours) = match purpose {
        Purpose::ResetPassword => (&links.reset_password, "auth/reset-password"),
        Purpose::ChangeEmail => (&links.confirm_email_change, "auth/confirm-email"),
        _ => (&links.verify_email, "auth/verify-email"),
    };
    let parameters = [("token", token), ("lang", language.tag())];
    match theirs {
        Some(page) => {
            let mut page = page.clone();
            page.query_pairs_mut().extend_pairs(parameters);
            page
        }
        None => app.links.page(ours, &parameters),
    }
}
