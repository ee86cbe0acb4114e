//! What the mutations return, and the session.

use async_graphql::{ID, SimpleObject, Union};
use chrono::{DateTime, Utc};

use crate::login::SignedIn;
use crate::store::session::Session as Row;

/// A person who can sign in.
#[derive(SimpleObject)]
#[graphql(unresolvable = "id")]
pub(crate) struct User {
    /// The user's id.
    pub(crate) id: ID,
}

/// An isolated customer of the platform.
#[derive(SimpleObject)]
#[graphql(unresolvable = "id")]
pub(crate) struct Tenant {
    /// The tenant's id.
    pub(crate) id: ID,
}

/// One signed-in device or program of a user. Only its user can see it.
#[derive(SimpleObject)]
pub(crate) struct Session {
    /// The session's id.
    id: ID,
    /// Who is signed in.
    user: Option<User>,
    /// The tenant that the session works in, if one is chosen.
    tenant: Option<Tenant>,
    /// When the user signed in.
    created_at: DateTime<Utc>,
    /// When the session last signed in or refreshed its tokens.
    last_used_at: DateTime<Utc>,
    /// When the session ends, however often it is used. One that is not used for seven days ends
    /// earlier, unless the operator set another time.
    expires_at: DateTime<Utc>,
    /// When the session was ended; null while it lasts.
    ended_at: Option<DateTime<Utc>>,
}

impl From<Row> for Session {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            user: Some(User {
                id: row.user.into(),
            }),
            tenant: row.tenant.map(|id| Tenant { id: id.into() }),
            created_at: row.created_at.and_utc(),
            last_used_at: row.last_used_at.and_utc(),
            expires_at: row.expires_at.and_utc(),
            ended_at: row.revoked_at.map(|at| at.and_utc()),
        }
    }
}

/// The account that was registered.
#[derive(SimpleObject)]
pub(crate) struct RegisterPayload {
    /// The new user.
    pub(crate) user: Option<User>,
}

/// What signing in leads to. More members may follow, such as the demand for a second factor.
#[derive(Union)]
pub(crate) enum LoginResult {
    /// The user is signed in.
    Success(LoginSuccess),
}

/// The user is signed in.
#[derive(SimpleObject)]
pub(crate) struct LoginSuccess {
    /// Speaks for the user: send it as `Authorization: Bearer …`.
    access_token: String,
    /// When the access token ends; refresh the session before.
    access_token_expires_at: DateTime<Utc>,
    /// Gets the next access token, once. Keep it as safe as a password.
    refresh_token: String,
    /// When the refresh token ends.
    refresh_token_expires_at: DateTime<Utc>,
    /// The session that was opened.
    session: Session,
    /// Who is signed in. What depends on permissions can be read with the access token only.
    user: Option<User>,
}

impl From<SignedIn> for LoginSuccess {
    fn from(signed_in: SignedIn) -> Self {
        Self {
            access_token: signed_in.access.text,
            access_token_expires_at: signed_in.access.expires_at,
            refresh_token: signed_in.refresh.reveal().to_owned(),
            refresh_token_expires_at: signed_in.refresh_expires_at,
            user: Some(User {
                id: signed_in.session.user.into(),
            }),
            session: signed_in.session.into(),
        }
    }
}

/// The session goes on with new tokens.
#[derive(SimpleObject)]
pub(crate) struct RefreshSessionPayload {
    /// The next access token.
    access_token: String,
    /// When the access token ends.
    access_token_expires_at: DateTime<Utc>,
    /// The next refresh token; the one that was sent is spent.
    refresh_token: String,
    /// When the refresh token ends.
    refresh_token_expires_at: DateTime<Utc>,
    /// The session.
    session: Session,
}

impl From<SignedIn> for RefreshSessionPayload {
    fn from(signed_in: SignedIn) -> Self {
        Self {
            access_token: signed_in.access.text,
            access_token_expires_at: signed_in.access.expires_at,
            refresh_token: signed_in.refresh.reveal().to_owned(),
            refresh_token_expires_at: signed_in.refresh_expires_at,
            session: signed_in.session.into(),
        }
    }
}

/// The session has ended.
#[derive(SimpleObject)]
pub(crate) struct LogoutPayload {
    /// The session, with the time it was ended.
    pub(crate) session: Session,
}

/// The session works in another tenant.
#[derive(SimpleObject)]
pub(crate) struct SwitchTenantPayload {
    /// An access token for the tenant. Use it from now on; the refresh token stays the same.
    pub(crate) access_token: String,
    /// When the access token ends.
    pub(crate) access_token_expires_at: DateTime<Utc>,
    /// The session, with its new tenant.
    pub(crate) session: Session,
    /// The tenant. More than the id can be read with the new access token only.
    pub(crate) tenant: Option<Tenant>,
}
