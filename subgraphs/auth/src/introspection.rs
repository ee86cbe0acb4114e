//! What a token is worth, and making it worthless: introspection (RFC 7662) and revocation
//! (RFC 7009) for whoever holds one.

use chrono::{DateTime, Utc};
use kit::id::{TenantId, UserId};
use kit::viewer::Client;
use kit::{App, Permission, Viewer};

use crate::Auth;
use crate::activity::{Action, Activity, Failure};
use crate::error::AuthError;
use crate::store::refresh_token::StoredToken;
use crate::store::session::Session;
use crate::throttle::Throttle;
use crate::token::RefreshToken;

/// To see what the tokens of others are worth, as far as they are for the viewer's tenant.
pub(crate) const INSPECT: Permission = Permission("token:inspect");

const REVOKED: &str = "token_revoked";

/// The kinds of token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
pub(crate) enum TokenKind {
    /// Sent with every request; ends after minutes.
    Access,
    /// Gets the next access token, once.
    Refresh,
}

/// A token that is good.
#[derive(Debug)]
pub(crate) struct Good {
    pub(crate) kind: TokenKind,
    pub(crate) user: UserId,
    pub(crate) session: Session,
    pub(crate) tenant: Option<TenantId>,
    pub(crate) issued_at: Option<DateTime<Utc>>,
    pub(crate) expires_at: Option<DateTime<Utc>>,
}

/// What a token is worth to the viewer: one of their own, or, with permission, an access token for
/// their current tenant. Everything else is like a token that does not exist.
pub(crate) async fn inspect(
    app: &App,
    auth: &Auth,
    viewer: &Viewer,
    token: &str,
) -> Result<Option<Good>, AuthError> {
    let Some(good) = find(app, auth, token).await? else {
        return Ok(None);
    };
    let is_own = good.user == viewer.user;
    let is_ours = good.kind == TokenKind::Access
        && good.tenant.is_some()
        && good.tenant == viewer.tenant
        && viewer.require(INSPECT).is_ok();
    Ok((is_own || is_ours).then_some(good))
}

/// Ends the session that a token belongs to, whoever holds the token, and tells whether it was good
/// until now.
pub(crate) async fn revoke(
    app: &App,
    auth: &Auth,
    client: &Client,
    token: &str,
) -> Result<bool, AuthError> {
    let Some(good) = find(app, auth, token).await? else {
        return refuse(app, client).await;
    };
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        let now = app.clock.now_utc();
        let ended = Session::revoke(conn, good.session.id, REVOKED, now).await?;
        if ended {
            Activity::of(Action::RevokeToken, client)
                .by(Some(good.user))
                .within(good.session.id)
                .on(good.tenant)
                .record(app, conn)
                .await?;
        }
        Ok(ended)
    })
    .await
}

/// Counts whoever sends what is no token, as guesses at refresh tokens are.
async fn refuse(app: &App, client: &Client) -> Result<bool, AuthError> {
    let activity = Activity::of(Action::RevokeToken, client);
    match Throttle::of_refresh(client).charge(app).await {
        Ok(_) => {
            let mut conn = app.db.write().await?;
            let refused = activity.failed(Failure::UnknownToken);
            refused.record(app, &mut conn).await?;
            Ok(false)
        }
        Err(err @ AuthError::Locked { .. }) => {
            activity.record_locked(app, "").await?;
            Err(err)
        }
        Err(err) => Err(err),
    }
}

async fn find(app: &App, auth: &Auth, token: &str) -> Result<Option<Good>, AuthError> {
    match RefreshToken::parse(token) {
        Some(token) => refresh_token(app, &token).await,
        None => access_token(auth, token).await,
    }
}

async fn access_token(auth: &Auth, token: &str) -> Result<Option<Good>, AuthError> {
    match auth.verifier.inspect(token).await {
        Ok((claims, session)) => Ok(Some(Good {
            kind: TokenKind::Access,
            user: claims.sub,
            session,
            tenant: claims.tid,
            issued_at: DateTime::from_timestamp(claims.iat, 0),
            expires_at: DateTime::from_timestamp(claims.exp, 0),
        })),
        Err(
            AuthError::InvalidAccessToken | AuthError::ExpiredAccessToken | AuthError::SessionEnded,
        ) => Ok(None),
        Err(err) => Err(err),
    }
}

async fn refresh_token(app: &App, token: &RefreshToken) -> Result<Option<Good>, AuthError> {
    let now = app.clock.now_utc();
    let mut conn = app.db.read().await?;
    let stored = StoredToken::find(&mut conn, &token.digest()).await?;
    let good = |stored: &StoredToken| stored.used_at.is_none() && stored.expires_at > now;
    let Some(stored) = stored.filter(good) else {
        return Ok(None);
    };
    let session = Session::find(&mut conn, stored.session).await?;
    let Some(session) = session.filter(|session| session.is_alive(now)) else {
        return Ok(None);
    };
    Ok(Some(Good {
        kind: TokenKind::Refresh,
        user: session.user,
        tenant: session.tenant,
        session,
        issued_at: None,
        expires_at: Some(stored.expires_at.and_utc()),
    }))
}
