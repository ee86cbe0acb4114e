//! Sessions in the API: from signing in to signing out.

use async_graphql::{Context, ID, Object};
use kit::id::{SessionId, TenantId};
use kit::viewer::Cookies;
use kit::{ApiError, ContextExt as _};

use super::input::{
    LoginInput, LogoutEverywhereInput, RefreshSessionInput, RenameSessionInput, RevokeSessionInput,
    SwitchTenantInput,
};
use super::payload::{
    LoginResult, LogoutEverywherePayload, LogoutPayload, RefreshSessionPayload,
    RenameSessionPayload, RevokeSessionPayload, Session, SwitchTenantPayload, Tenant,
};
use crate::error::AuthError;
use crate::loaders::Sessions;
use crate::{Auth, cookie, login, refresh, session};

/// Reading sessions.
#[derive(Default)]
pub(super) struct SessionQuery;

#[Object]
impl SessionQuery {
    /// The session that the request's access token belongs to.
    async fn session(&self, ctx: &Context<'_>) -> Result<Option<Session>, ApiError> {
        let viewer = ctx.viewer()?;
        find(ctx, viewer.session()?).await
    }

    #[graphql(entity)]
    async fn find_session_by_id(
        &self,
        ctx: &Context<'_>,
        id: ID,
    ) -> Result<Option<Session>, ApiError> {
        match SessionId::try_from(id) {
            Ok(id) => find(ctx, id).await,
            Err(_) => Ok(None),
        }
    }
}

/// The viewer's own session with this id.
pub(super) async fn find(ctx: &Context<'_>, id: SessionId) -> Result<Option<Session>, ApiError> {
    let Some(sessions) = ctx.data_opt::<Sessions>() else {
        return Ok(None);
    };
    Ok(sessions.load(id).await?.map(Session::from))
}

/// Lets a browser forget the refresh token of a session that has ended.
pub(super) fn drop_cookie(ctx: &Context<'_>) {
    if let Some(cookies) = ctx.cookies() {
        let same_site = ctx.data_unchecked::<Auth>().config.cookie_same_site;
        cookies.set(cookie::dropped(same_site));
    }
}

fn session_id(id: ID) -> Result<SessionId, ApiError> {
    SessionId::try_from(id).map_err(|err| ApiError::from(err).at("/sessionId"))
}

/// Opening, changing and ending sessions.
#[derive(Default)]
pub(super) struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Signs in by password and opens a session, in the tenant that the user worked in last.
    ///
    /// Send the access token with every request as `Authorization: Bearer …`. An unknown account and
    /// a wrong password give the same answer. Who knows the password and has not yet proven that the
    /// address is theirs gets `EmailUnverified`. After some failures the account is locked for the
    /// network address that they came from, and in the end the address for all accounts, for a time
    /// that doubles with each further one; the code is then `REQUEST_RATE_LIMITED`. An account with a
    /// second factor leads to a `TwoFactorChallenge`.
    async fn login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who signs in.")] input: LoginInput,
    ) -> Result<LoginResult, ApiError> {
        let (auth, client) = (ctx.data_unchecked::<Auth>(), ctx.client());
        let entered =
            login::login(ctx.app(), auth, &client, &input.email.0, input.password).await?;
        Ok(LoginResult::of(ctx, entered))
    }

    /// Spends a refresh token for a new access token and the next refresh token.
    ///
    /// Each refresh token is good for one use. If one comes back after it was spent, somebody else
    /// has it too, and the session ends. Only for a few seconds, and until the next one is used, it
    /// returns the same next token again, so that a client whose connection broke can repeat the
    /// request.
    ///
    /// A browser that sends `X-Portico-Session: cookie` with `login` and with this gets the refresh
    /// token as an `HttpOnly` cookie, and need not send it in `input`.
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token to spend.")] input: RefreshSessionInput,
    ) -> Result<RefreshSessionPayload, ApiError> {
        let (auth, client) = (ctx.data_unchecked::<Auth>(), ctx.client());
        let in_cookie = ctx.cookies().and_then(Cookies::refresh_token);
        let token = input.refresh_token.as_deref().or(in_cookie);
        let token = token.ok_or(AuthError::NoRefreshToken)?;
        let signed_in = refresh::refresh(ctx.app(), auth, &client, token).await?;
        Ok(RefreshSessionPayload::of(ctx, signed_in))
    }

    /// Ends the session of the request. Its access and refresh tokens are refused from now on.
    async fn logout(&self, ctx: &Context<'_>) -> Result<LogoutPayload, ApiError> {
        let session = session::logout(ctx.app(), ctx.viewer()?, &ctx.client()).await?;
        drop_cookie(ctx);
        Ok(LogoutPayload {
            session: session.into(),
        })
    }

    /// Ends all your sessions, on every device, or all but this one. Their access and refresh tokens
    /// are refused from now on.
    async fn logout_everywhere(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which sessions end.")] input: LogoutEverywhereInput,
    ) -> Result<LogoutEverywherePayload, ApiError> {
        let (app, viewer, client) = (ctx.app(), ctx.viewer()?, ctx.client());
        let ended = session::logout_everywhere(app, viewer, &client, input.keep_current).await?;
        if !input.keep_current {
            drop_cookie(ctx);
        }
        Ok(LogoutEverywherePayload {
            ended: i32::try_from(ended).unwrap_or(i32::MAX),
        })
    }

    /// Gives one of your sessions a name, so that you know it again in the list.
    async fn rename_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which session gets which name.")] input: RenameSessionInput,
    ) -> Result<RenameSessionPayload, ApiError> {
        let (app, viewer, client) = (ctx.app(), ctx.viewer()?, ctx.client());
        let id = session_id(input.session_id)?;
        let session = session::rename(app, viewer, &client, id, input.name.as_deref()).await?;
        Ok(RenameSessionPayload {
            session: session.into(),
        })
    }

    /// Ends one of your sessions, such as that of a lost device. Its access and refresh tokens are
    /// refused from now on, and its subscriptions end within seconds.
    async fn revoke_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which session ends.")] input: RevokeSessionInput,
    ) -> Result<RevokeSessionPayload, ApiError> {
        let (app, viewer, client) = (ctx.app(), ctx.viewer()?, ctx.client());
        let id = session_id(input.session_id)?;
        let session = session::revoke(app, viewer, &client, id).await?;
        Ok(RevokeSessionPayload {
            session: session.into(),
        })
    }

    /// Makes a tenant the current one of the session and issues an access token for it.
    ///
    /// Everything that the API shows and does is about the tenant of the access token. The next
    /// `login` begins in the tenant chosen last. A tenant that the user does not belong to is
    /// answered like one that does not exist.
    async fn switch_tenant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where to go.")] input: SwitchTenantInput,
    ) -> Result<SwitchTenantPayload, ApiError> {
        let (auth, viewer) = (ctx.data_unchecked::<Auth>(), ctx.viewer()?);
        let tenant = TenantId::try_from(input.tenant_id).map_err(AuthError::from)?;
        let client = ctx.client();
        let (session, access) =
            session::switch_tenant(ctx.app(), auth, viewer, &client, tenant).await?;
        Ok(SwitchTenantPayload {
            access_token: access.text,
            access_token_expires_at: access.expires_at,
            session: session.into(),
            tenant: Some(Tenant { id: tenant.into() }),
        })
    }
}
