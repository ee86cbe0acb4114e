//! Tokens in the API, for whoever holds one.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use kit::{ApiError, ContextExt as _};

use super::payload::{Session, Tenant};
use super::user::User;
use crate::Auth;
use crate::introspection::{self, Good, TokenKind};

/// What a token is worth. If it is worth nothing, or nothing that you may know, only `active` is
/// there, and false.
#[derive(SimpleObject, Default)]
pub(crate) struct TokenInfo {
    /// Whether the token can be used now.
    active: bool,
    /// What kind of token it is.
    kind: Option<TokenKind>,
    /// Whom the token speaks for.
    user: Option<User>,
    /// The tenant that it is for.
    tenant: Option<Tenant>,
    /// The session that it belongs to; shown to its user only.
    session: Option<Session>,
    /// When it was issued; null for refresh tokens.
    issued_at: Option<DateTime<Utc>>,
    /// When it ends.
    expires_at: Option<DateTime<Utc>>,
}

/// Which token is to be worth nothing.
#[derive(InputObject)]
pub(crate) struct RevokeTokenInput {
    /// An access token or a refresh token.
    #[graphql(secret)]
    token: String,
}

/// The token is worth nothing.
#[derive(SimpleObject)]
pub(crate) struct RevokeTokenPayload {
    /// Whether the token could be used until now.
    revoked: bool,
}

/// Reading tokens.
#[derive(Default)]
pub(super) struct TokenQuery;

#[Object]
impl TokenQuery {
    /// What a token is worth, as of RFC 7662: one of your own, or, with the permission
    /// `token:inspect`, an access token for your current tenant. Services that verify access tokens
    /// by themselves find the keys at `/.well-known/jwks.json`; this also knows of sessions that
    /// have ended.
    async fn token_info(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "An access token or a refresh token.", secret)] token: String,
    ) -> Result<TokenInfo, ApiError> {
        let (auth, viewer) = (ctx.data_unchecked::<Auth>(), ctx.viewer()?);
        let good = introspection::inspect(ctx.app(), auth, viewer, &token).await?;
        let Some(good) = good else {
            return Ok(TokenInfo::default());
        };
        let is_own = good.user == viewer.user;
        let info = TokenInfo::from(good);
        Ok(TokenInfo {
            session: info.session.filter(|_| is_own),
            ..info
        })
    }
}

impl From<Good> for TokenInfo {
    fn from(good: Good) -> Self {
        Self {
            active: true,
            kind: Some(good.kind),
            user: Some(User { id: good.user }),
            tenant: good.tenant.map(|id| Tenant { id: id.into() }),
            session: Some(good.session.into()),
            issued_at: good.issued_at,
            expires_at: good.expires_at,
        }
    }
}

/// Making tokens worthless.
#[derive(Default)]
pub(super) struct TokenMutation;

#[Object]
impl TokenMutation {
    /// Makes a token worth nothing, as of RFC 7009: its session ends, and with it every other token
    /// of the session. Whoever holds the token may do so; nobody needs to be signed in. A token
    /// that is unknown is no error, and is slowed down after some attempts.
    async fn revoke_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token.")] input: RevokeTokenInput,
    ) -> Result<RevokeTokenPayload, ApiError> {
        let (auth, client) = (ctx.data_unchecked::<Auth>(), ctx.client());
        let revoked = introspection::revoke(ctx.app(), auth, &client, &input.token).await?;
        Ok(RevokeTokenPayload { revoked })
    }
}
