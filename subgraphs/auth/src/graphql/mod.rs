//! The API of this subgraph.

mod input;
mod payload;

use async_graphql::{Context, ID, Object};
use kit::id::{SessionId, TenantId};
use kit::{ApiError, ContextExt as _};

use crate::account::{self, NewUser};
use crate::error::AuthError;
use crate::loaders::Sessions;
use crate::{Auth, login, refresh, session};
use input::{LoginInput, RefreshSessionInput, RegisterInput, SwitchTenantInput};
use payload::{
    LoginResult, LogoutPayload, RefreshSessionPayload, RegisterPayload, Session,
    SwitchTenantPayload, Tenant, User,
};

/// The queries of this subgraph.
pub struct Query;

/// Entry points for reading.
#[Object]
impl Query {
    /// The session that the request's access token belongs to.
    async fn session(&self, ctx: &Context<'_>) -> Result<Option<Session>, ApiError> {
        let viewer = ctx.viewer()?;
        find(ctx, viewer.session).await
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
async fn find(ctx: &Context<'_>, id: SessionId) -> Result<Option<Session>, ApiError> {
    let Some(sessions) = ctx.data_opt::<Sessions>() else {
        return Ok(None);
    };
    Ok(sessions.load(id).await?.map(Session::from))
}

/// The mutations of this subgraph.
pub struct Mutation;

/// Entry points for changing.
#[Object]
impl Mutation {
    /// Registers an account. Nobody is signed in by it: go on with `login`. If the operator has
    /// closed registration, administrators of the platform still register others.
    ///
    /// An address that already has an account is answered with the code `CONFLICT`. That tells
    /// whoever asks that the account exists, and is slowed down after some attempts. It will change
    /// when addresses are confirmed by mail: then the answer is the same for every address, and the
    /// mail tells its owner which of the two it was.
    async fn register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who registers.")] input: RegisterInput,
    ) -> Result<RegisterPayload, ApiError> {
        let auth = ctx.data_unchecked::<Auth>();
        let user = NewUser {
            name: input.name,
            email: input.email.0,
            password: input.password,
        };
        let client = ctx.client();
        let viewer = ctx.viewer().ok();
        let id = account::register(ctx.app(), auth, viewer, &client, user).await?;
        ctx.revealed().add(id);
        Ok(RegisterPayload {
            user: Some(User { id: id.into() }),
        })
    }

    /// Signs in by password and opens a session, in the tenant that the user worked in last.
    ///
    /// Send the access token with every request as `Authorization: Bearer …`. An unknown account and
    /// a wrong password give the same answer. After some failures the account is locked for the
    /// network address that they came from, and in the end the address for all accounts, for a time
    /// that doubles with each further one; the code is then `REQUEST_RATE_LIMITED`.
    async fn login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who signs in.")] input: LoginInput,
    ) -> Result<LoginResult, ApiError> {
        let (auth, client) = (ctx.data_unchecked::<Auth>(), ctx.client());
        let signed_in =
            login::login(ctx.app(), auth, &client, &input.email.0, input.password).await?;
        ctx.revealed().add(signed_in.session.user);
        Ok(LoginResult::Success(signed_in.into()))
    }

    /// Spends a refresh token for a new access token and the next refresh token.
    ///
    /// Each refresh token is good for one use. If one comes back after it was spent, somebody else
    /// has it too, and the session ends. Only for a few seconds, and until the next one is used, it
    /// returns the same next token again, so that a client whose connection broke can repeat the
    /// request.
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token to spend.")] input: RefreshSessionInput,
    ) -> Result<RefreshSessionPayload, ApiError> {
        let (auth, client) = (ctx.data_unchecked::<Auth>(), ctx.client());
        let signed_in = refresh::refresh(ctx.app(), auth, &client, &input.refresh_token).await?;
        Ok(signed_in.into())
    }

    /// Ends the session of the request. Its access and refresh tokens are refused from now on.
    async fn logout(&self, ctx: &Context<'_>) -> Result<LogoutPayload, ApiError> {
        let session = session::logout(ctx.app(), ctx.viewer()?, &ctx.client()).await?;
        Ok(LogoutPayload {
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
