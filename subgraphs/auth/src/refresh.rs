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
    /// It is refused, and the refusal is to be committed.
    Refused(Failure),
}

/// Spends a refresh token for a new pair of tokens.
///
/// A token that was spent before ends its session: either its holder or whoever spent it is not the
/// client. Only within the grace period, and while the successor has not been used, the same
/// successor is returned again, for a client that never got the reply.
pub(crate) async fn refresh(
    app: &App,
    auth: &Auth,
    client: &Client,
    token: &str,
) -> Result<SignedIn, AuthError> {
    auth.signer.prepare(app).await?;
    let parsed = RefreshToken::parse(token);
    let mut conn = app.db.write().await?;
    let outcome = conn
        .transaction(async |conn| {
            let Some(token) = &parsed else {
                return refuse(app, client, conn, None, Failure::UnknownToken).await;
            };
            rotate(app, auth, client, conn, token).await
        })
        .await?;
    drop(conn);

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
        Outcome::Refused(Failure::SessionEnded) => Err(AuthError::SessionEnded),
        Outcome::Refused(_) => Err(AuthError::InvalidRefreshToken),
    }
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
        return refuse(app, client, conn, None, Failure::UnknownToken).await;
    };
    let session = Session::find(conn, stored.session).await?;
    let Some(mut session) = session else {
        return refuse(app, client, conn, None, Failure::UnknownToken).await;
    };
    if !spent {
        return repeat(app, auth, client, conn, &digest, stored, session).await;
    }
    if !Session::touch(conn, session.id, now).await? {
        return refuse(app, client, conn, Some(&session), Failure::SessionEnded).await;
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
    record(app, client, conn, Some(&session), None).await?;
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
        return refuse(app, client, conn, Some(&session), Failure::SessionEnded).await;
    }
    let Some(used_at) = stored.used_at else {
        return refuse(app, client, conn, Some(&session), Failure::ExpiredToken).await;
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
            record(app, client, conn, Some(&session), None).await?;
            return Ok(Outcome::Refreshed {
                session,
                successor,
                expires_at: known.expires_at,
            });
        }
    }
    Session::revoke(conn, session.id, REPLAYED, now).await?;
    tracing::warn!(session.id = %session.id, "a spent refresh token came back; its session is ended");
    refuse(app, client, conn, Some(&session), Failure::ReplayedToken).await
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

async fn refuse(
    app: &App,
    client: &Client,
    conn: &mut Conn,
    session: Option<&Session>,
    failure: Failure,
) -> Result<Outcome, AuthError> {
    record(app, client, conn, session, Some(failure)).await?;
    Ok(Outcome::Refused(failure))
}

async fn record(
    app: &App,
    client: &Client,
    conn: &mut Conn,
    session: Option<&Session>,
    failure: Option<Failure>,
) -> Result<(), AuthError> {
    let mut activity = Activity::of(Action::Refresh, client);
    activity.failure = failure;
    activity.user = session.map(|session| session.user);
    activity.session = session.map(|session| session.id);
    activity.tenant = session.and_then(|session| session.tenant);
    Ok(activity.record(app, conn).await?)
}

fn context(digest: &str) -> String {
    format!("refresh_tokens/{digest}")
}
