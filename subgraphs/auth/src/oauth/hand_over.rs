//! Ending a sign-in at a provider's callback, where no script of the client runs.
//!
//! A client that began by `oauthAuthorization` is sent on with what the provider said, and ends it
//! itself. One that began by the plain route is signed in here; the tokens must not stand in an
//! address, so the page that it returns to gets a code, which is good for one minute, one use, and
//! only together with a second secret that this browser keeps.

use chrono::TimeDelta;
use kit::secret;
use kit::viewer::Client;
use kit::{App, Conn};
use url::Url;

use super::complete::{Came, ask, spend};
use super::flow::{Flow, digest, keep_pace};
use super::return_to;
use super::settle::{self, End, Settled};
use crate::Auth;
use crate::activity::{Action, Activity, Failure};
use crate::error::AuthError;
use crate::login::{self, Entered};
use crate::store::account::Account;
use crate::ticket::{Issued, NewTicket, Purpose, Ticket};

/// Time for the page to load and redeem the code.
const LIFE: TimeDelta = TimeDelta::seconds(60);
/// The refusals that OAuth and OpenID Connect define (RFC 6749, section 4.1.2.1; OpenID Connect
/// Core 1.0, section 3.1.2.6). Anything else that a provider says is not passed on.
const REFUSALS: [&str; 10] = [
    "access_denied",
    "account_selection_required",
    "consent_required",
    "interaction_required",
    "invalid_request",
    "invalid_scope",
    "login_required",
    "temporarily_unavailable",
    "unauthorized_client",
    "unsupported_response_type",
];
const OTHER_REFUSAL: &str = "server_error";

/// What a provider sent a browser back with.
#[derive(Debug)]
pub(crate) struct ComingBack {
    /// Whose callback it came to.
    pub(crate) provider: String,
    pub(crate) state: String,
    pub(crate) code: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) error: Option<String>,
    /// What the browser has kept from the beginning.
    pub(crate) flow_token: Option<String>,
}

/// Where the browser goes on to.
pub(crate) struct SentBack {
    pub(crate) url: Url,
    /// The browser's half of the code in the address, if there is one.
    pub(crate) hand_over_token: Option<String>,
}

/// Takes in a browser that comes back from a provider.
pub(crate) async fn come_back(
    app: &App,
    auth: &Auth,
    client: &Client,
    back: ComingBack,
) -> Result<SentBack, AuthError> {
    keep_pace(app, auth, client)?;
    let ticket = {
        let mut conn = app.db.read().await?;
        Ticket::find(app, &mut conn, Purpose::OAuth, &back.state).await?
    };
    let flow = Flow::of(&ticket.ok_or(AuthError::UnknownFlow)?)?;
    if flow.provider != back.provider {
        // The way back of one provider does not end what was begun at another (RFC 9700, 4.4).
        spend(app, &back.state).await?;
        return Err(AuthError::OtherProvider);
    }
    let refusal = match (&back.code, &back.error) {
        (Some(_), None) => None,
        (_, error) => Some(known_refusal(error.as_deref().unwrap_or_default())),
    };
    if !flow.hand_over {
        return Ok(relay(&flow, &back, refusal));
    }
    let (_, flow) = spend(app, &back.state).await?;
    flow.require_began(back.flow_token.as_deref())?;
    match (refusal, &back.code) {
        (None, Some(code)) => hand_over(app, auth, client, &flow, &back, code).await,
        (refusal, _) => {
            let failed = Activity::of(Action::OauthLogin, client).failed(Failure::Provider);
            failed.record(app, &mut app.db.write().await?).await?;
            let refusal = refusal.unwrap_or(OTHER_REFUSAL);
            Ok(SentBack {
                url: return_to::with(&flow.return_to, &[("error", refusal)]),
                hand_over_token: None,
            })
        }
    }
}

fn known_refusal(error: &str) -> &'static str {
    let known = REFUSALS.into_iter().find(|known| *known == error);
    known.unwrap_or(OTHER_REFUSAL)
}

/// Sends the client on to end it itself. What is in the address is good for nothing without the
/// flow token.
fn relay(flow: &Flow, back: &ComingBack, refusal: Option<&str>) -> SentBack {
    let mut parameters = vec![("state", back.state.as_str())];
    match (refusal, &back.code) {
        (Some(refusal), _) => parameters.push(("error", refusal)),
        (None, code) => parameters.extend(code.as_deref().map(|code| ("code", code))),
    }
    parameters.extend(back.issuer.as_deref().map(|issuer| ("iss", issuer)));
    SentBack {
        url: return_to::with(&flow.return_to, &parameters),
        hand_over_token: None,
    }
}

async fn hand_over(
    app: &App,
    auth: &Auth,
    client: &Client,
    flow: &Flow,
    back: &ComingBack,
    code: &str,
) -> Result<SentBack, AuthError> {
    let came = Came {
        code,
        issuer: back.issuer.as_deref(),
        action: Action::OauthLogin,
        user: None,
    };
    let (provider, profile) = ask(app, auth, client, flow, &came).await?;
    let token = secret::random_text::<32>();
    let kept = digest(&token);
    let end = End::HandOver(&kept);
    match settle::sign_in(app, auth, client, provider, &profile, end).await? {
        Settled::HandedOver(issued) => Ok(SentBack {
            url: return_to::with(&flow.return_to, &[("code", &issued.token)]),
            hand_over_token: Some(token),
        }),
        Settled::Entering(_) => Err(AuthError::UnknownFlow),
    }
}

/// Issues the code, in the transaction that has found the account.
pub(super) async fn issue(
    app: &App,
    conn: &mut Conn,
    account: &Account,
    digest: &str,
) -> Result<Issued, AuthError> {
    let ticket = NewTicket {
        purpose: Purpose::HandOver,
        account: Some(account.id),
        life: LIFE,
        with_code: false,
        payload: Some(digest.as_bytes()),
    };
    ticket.issue(app, conn).await
}

/// Signs in whom a callback has handed over.
pub(crate) async fn redeem(
    app: &App,
    auth: &Auth,
    client: &Client,
    code: &str,
    hand_over_token: &str,
) -> Result<Entered, AuthError> {
    keep_pace(app, auth, client)?;
    auth.signer.prepare(app).await?;
    let mut conn = app.db.write().await?;
    let spent = Ticket::spend(app, &mut conn, Purpose::HandOver, code).await?;
    let ticket = spent.ok_or(AuthError::InvalidHandOver)?;
    if ticket.payload.as_deref() != Some(digest(hand_over_token).as_bytes()) {
        return Err(AuthError::OtherBrowser);
    }
    let account = match ticket.account {
        Some(account) => Account::find(&mut conn, account).await?,
        None => None,
    };
    let account = account.ok_or(AuthError::InvalidHandOver)?;
    let entering = conn
        .transaction(async |conn| {
            login::enter(app, auth, client, conn, &account, Action::OauthLogin).await
        })
        .await?;
    drop(conn);
    entering.finish(app, auth).await
}
