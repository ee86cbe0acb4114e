//! Refreshing a session: a refresh token is good for one use, and one that comes back is a sign
//! that two parties have it.

use chrono::NaiveDateTime;
use kit::secret::SecretError;
use kit::viewer::Client;
use kit::{App, Conn};

use crate::Auth;
use crate::activity::{Action, Activity, Failure};
use crate::error::AuthError;
use crate::login::{SignedIn, issue};
use crate::store::membership;
use crate::store::refresh_token::{NewToken, StoredToken};
use crate::store::session::Session;
use crate::throttle::Throttle;
use crate::token::RefreshToken;

const REPLAYED: &str = "replayed";

/// What became of a refresh token in the transaction.
enum Outcome {
    /// It was spent, now or just before, and this is its successor.
    Refreshed {
        session: Session,
        successor: RefreshToken,
        expires_at: NaiveDateTime,
    },
    /// It is refused.
    Refused(Refusal),
}

/// A refused token.
struct Refusal {
    failure: Failure,
    session: Option<Session>,
    /// In the transaction that ended the session.
    is_recorded: bool,
}

/// Spends a refresh token for a new pair of tokens.
///
/// A token that was spent before ends its session: either its holder or whoever spent it is not the
/// client. Only within the grace period, and while the successor has not been used, the same
/// successor is returned again, for a client that never got the reply.
///
/// Whoever sends tokens that are good for nothing writes nothing with most of them.
pub(crate) async fn refresh(
    app: &App,
    auth: &Auth,
    client: &Client,
    token: &str,
) -> Result<SignedIn, AuthError> {
    let token = RefreshToken::parse(token).ok_or(AuthError::InvalidRefreshToken)?;
    auth.signer.prepare(app).await?;
    let outcome = match useless(app, &token).await? {
        Some(refusal) => Outcome::Refused(refusal),
        None => {
            let mut conn = app.db.write().await?;
            conn.transaction(async |conn| rotate(app, auth, client, conn, &token).await)
                .await?
        }
    };
    match outcome {
        Outcome::Refreshed {
            session,
            successor,
            expires_at,
        } => Ok(SignedIn {
            access: issue(app, auth, &session).await?,
            session,
            refresh: successor,
            refresh_expires_at: expires_at.and_utc(),
        }),
        Outcome::Refused(refusal) => Err(refuse(app, client, refusal).await?),
    }
}

/// Why a token is good for nothing, if reading is enough to say so.
async fn useless(app: &App, token: &RefreshToken) -> Result<Option<Refusal>, AuthError> {
    let mut conn = app.db.read().await?;
    let Some(stored) = StoredToken::find(&mut conn, &token.digest()).await? else {
        return Ok(Some(Refusal::of(Failure::UnknownToken, None)));
    };
    let Some(session) = Session::find(&mut conn, stored.session).await? else {
        return Ok(Some(Refusal::of(Failure::UnknownToken, None)));
    };
    let now = app.clock.now_utc();
    if !session.is_alive(now) {
        return Ok(Some(Refusal::of(Failure::SessionEnded, Some(session))));
    }
    if stored.used_at.is_none() && stored.expires_at <= now {
        return Ok(Some(Refusal::of(Failure::ExpiredToken, Some(session))));
    }
    Ok(None)
}

/// Counts and records a refusal, and says what the client gets to know. Of an address that goes on
/// and on, no more than one in a minute is recorded.
async fn refuse(app: &App, client: &Client, refusal: Refusal) -> Result<AuthError, AuthError> {
    let Refusal {
        failure,
        session,
        is_recorded,
    } = refusal;
    let activity = of_session(client, session.as_ref());
    match Throttle::of_refresh(client).charge(app).await {
        Err(AuthError::Locked { seconds }) => {
            let subject = session.map(|session| session.id.to_string());
            let subject = subject.unwrap_or_default();
            activity.record_locked(app, &subject).await?;
            return Ok(AuthError::Locked { seconds });
        }
        Err(err) => return Err(err),
        Ok(_) if is_recorded => {}
        Ok(_) => {
            let mut conn = app.db.write().await?;
            activity.failed(failure).record(app, &mut conn).await?;
        }
    }
    Ok(match failure {
        Failure::SessionEnded => AuthError::SessionEnded,
        _ => AuthError::InvalidRefreshToken,
    })
}

async fn rotate(
    app: &App,
    auth: &Auth,
    client: &Client,
    conn: &mut Conn,
    token: &RefreshToken,
) -> Result<Outcome, AuthError> {
    let now = app.clock.now_utc();
    let digest = token.digest();
    let successor = RefreshToken::new();
    let sealed = app
        .key
        .seal(&context(&digest), successor.reveal().as_bytes());
    let spent = StoredToken::spend(conn, &digest, &sealed, now).await?;
    let Some(stored) = StoredToken::find(conn, &digest).await? else {
        return Ok(Outcome::refused(Failure::UnknownToken, None));
    };
    let session = Session::find(conn, stored.session).await?;
    let Some(mut session) = session else {
        return Ok(Outcome::refused(Failure::UnknownToken, None));
    };
    if !spent {
        return repeat(app, auth, client, conn, &digest, stored, session).await;
    }
    if !Session::touch(conn, session.id, now).await? {
        return Ok(Outcome::refused(Failure::SessionEnded, Some(session)));
    }

    let next = NewToken {
        digest: successor.digest(),
        session_id: session.id,
        generation: stored.generation.saturating_add(1),
        expires_at: session
            .expires_at
            .min(now + auth.config.refresh_token_ttl()),
    };
    next.insert(conn).await?;
    session.last_used_at = now;
    leave_lost_tenant(app, conn, &mut session).await?;
    of_session(client, Some(&session)).record(app, conn).await?;
    Ok(Outcome::Refreshed {
        session,
        successor,
        expires_at: next.expires_at,
    })
}

/// A token that was not spent now: asked for again, replayed, or expired.
async fn repeat(
    app: &App,
    auth: &Auth,
    client: &Client,
    conn: &mut Conn,
    digest: &str,
    stored: StoredToken,
    session: Session,
) -> Result<Outcome, AuthError> {
    let now = app.clock.now_utc();
    if !session.is_alive(now) {
        return Ok(Outcome::refused(Failure::SessionEnded, Some(session)));
    }
    let Some(used_at) = stored.used_at else {
        return Ok(Outcome::refused(Failure::ExpiredToken, Some(session)));
    };
    if now - used_at < auth.config.refresh_grace()
        && let Some(sealed) = &stored.successor
    {
        let opened = app.key.open(&context(digest), sealed)?;
        let successor = String::from_utf8(opened).ok();
        let successor = successor.and_then(|text| RefreshToken::parse(&text));
        let successor = successor.ok_or(SecretError::Corrupt)?;
        let known = StoredToken::find(conn, &successor.digest()).await?;
        if let Some(known) = known.filter(|known| known.used_at.is_none()) {
            of_session(client, Some(&session)).record(app, conn).await?;
            return Ok(Outcome::Refreshed {
                session,
                successor,
                expires_at: known.expires_at,
            });
        }
    }
    Session::revoke(conn, session.id, REPLAYED, now).await?;
    tracing::warn!(session.id = %session.id, "a spent refresh token came back; its session is ended");
    let failure = Failure::ReplayedToken;
    let activity = of_session(client, Some(&session)).failed(failure);
    activity.record(app, conn).await?;
    Ok(Outcome::Refused(Refusal {
        failure,
        session: Some(session),
        is_recorded: true,
    }))
}

/// A user who was taken out of the session's tenant goes on without one.
async fn leave_lost_tenant(
    app: &App,
    conn: &mut Conn,
    session: &mut Session,
) -> Result<(), AuthError> {
    let Some(tenant) = session.tenant else {
        return Ok(());
    };
    if !membership::exists(conn, session.user, tenant).await? {
        Session::set_tenant(conn, session.id, None, app.clock.now_utc()).await?;
        session.tenant = None;
    }
    Ok(())
}

impl Outcome {
    fn refused(failure: Failure, session: Option<Session>) -> Self {
        Self::Refused(Refusal::of(failure, session))
    }
}

impl Refusal {
    fn of(failure: Failure, session: Option<Session>) -> Self {
        Self {
            failure,
            session,
            is_recorded: false,
        }
    }
}

fn of_session<'a>(client: &'a Client, session: Option<&Session>) -> Activity<'a> {
    Activity {
        user: session.map(|session| session.user),
        session: session.map(|session| session.id),
        tenant: session.and_then(|session| session.tenant),
        ..Activity::of(Action::Refresh, client)
    }
}

fn context(digest: &str) -> String {
    format!("refresh_tokens/{digest}")
}
