//! Signing in at other providers, in the API.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use kit::{ApiError, ContextExt as _};

use super::payload::{LoginResult, User};
use crate::Auth;
use crate::error::AuthError;
use crate::oauth::{self, Callback, ComingBack, Completed, NewFlow, Purpose};
use crate::store::identity::Identity as Row;

/// What a provider speaks.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "OAuthProviderKind", remote = "crate::oauth::ProviderKind")]
enum OAuthProviderKind {
    /// Google.
    Google,
    /// GitHub, or GitHub Enterprise Server.
    Github,
    /// Another issuer of OpenID Connect.
    Oidc,
}

/// What a sign-in at another provider is for.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "OAuthPurpose", remote = "crate::oauth::Purpose")]
enum OAuthPurpose {
    /// To sign in, or to register.
    SignIn,
    /// To sign in there from now on to the account that is signed in here.
    Link,
}

/// A provider that people can sign in at.
#[derive(SimpleObject)]
#[graphql(name = "OAuthProvider")]
struct OAuthProvider {
    /// What the API and addresses call it.
    name: String,
    /// What people read on the button.
    display_name: String,
    /// What it speaks, for the picture on the button.
    kind: OAuthProviderKind,
}

/// Who a user is at another provider. Only the user can see it.
#[derive(SimpleObject)]
pub(crate) struct Identity {
    /// The identity's id.
    id: ID,
    /// The provider's name, as `oauthProviders` lists it.
    provider: String,
    /// The e-mail address that the provider said last.
    email: Option<String>,
    /// When it was linked to the account.
    linked_at: DateTime<Utc>,
    /// When the user last signed in by it.
    last_used_at: DateTime<Utc>,
}

impl From<Row> for Identity {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.to_string().into(),
            provider: row.provider,
            email: row.email,
            linked_at: row.created_at.and_utc(),
            last_used_at: row.last_used_at.and_utc(),
        }
    }
}

/// Where to sign in, and what for.
#[derive(InputObject)]
#[graphql(name = "OAuthAuthorizationInput")]
struct OAuthAuthorizationInput {
    /// The provider's name, as `oauthProviders` lists it.
    provider: String,
    /// What for.
    #[graphql(default_with = "Purpose::SignIn.into()")]
    purpose: OAuthPurpose,
    /// The page that the browser comes back to: a path such as `/welcome`, or an address of an
    /// origin that the operator allows. Without it, `/`.
    return_to: Option<String>,
    /// Whether the provider's callback ends the sign-in. The plain route
    /// `/auth/oauth/PROVIDER` begins so, and keeps the flow token in a cookie.
    #[graphql(default)]
    hand_over: bool,
}

/// A sign-in that has begun.
#[derive(SimpleObject)]
#[graphql(name = "OAuthAuthorization")]
struct OAuthAuthorization {
    /// Where to send the browser.
    authorization_url: String,
    /// Keep it in the browser, for example in `sessionStorage`, and give it to `completeOAuth`. It
    /// proves that whoever comes back is whoever went.
    flow_token: String,
    /// Until when the sign-in must have ended.
    expires_at: DateTime<Utc>,
}

/// What the page that a sign-in returns to found in its address.
#[derive(InputObject)]
#[graphql(name = "CompleteOAuthInput")]
struct CompleteOAuthInput {
    /// The parameter `state`.
    #[graphql(secret)]
    state: String,
    /// The parameter `code`.
    #[graphql(secret)]
    code: String,
    /// The parameter `iss`, if there is one.
    issuer: Option<String>,
    /// What `oauthAuthorization` returned.
    #[graphql(secret)]
    flow_token: String,
}

/// What a provider sent a browser back with.
#[derive(InputObject)]
#[graphql(name = "ReturnFromOAuthInput")]
struct ReturnFromOAuthInput {
    /// The provider whose callback the browser came to.
    provider: String,
    /// The parameter `state`.
    #[graphql(secret)]
    state: String,
    /// The parameter `code`, if there is one.
    #[graphql(secret)]
    code: Option<String>,
    /// The parameter `iss`, if there is one.
    issuer: Option<String>,
    /// The parameter `error`, if there is one.
    error: Option<String>,
    /// The flow token that the browser has kept.
    #[graphql(secret)]
    flow_token: Option<String>,
}

/// Where a browser goes on to.
#[derive(SimpleObject)]
#[graphql(name = "ReturnFromOAuthPayload")]
struct ReturnFromOAuthPayload {
    /// The address. It has a parameter `code` for `redeemSignIn`; or `state`, `code` and perhaps `iss`
    /// for `completeOAuth`; or `error`, a code such as `access_denied`.
    url: String,
    /// What the browser keeps for `redeemSignIn`.
    hand_over_token: Option<String>,
}

/// A sign-in that a callback has ended.
#[derive(InputObject)]
struct RedeemSignInInput {
    /// The parameter `code` of the page's address.
    #[graphql(secret)]
    code: String,
    /// The value of the cookie `portico_sign_in`.
    #[graphql(secret)]
    hand_over_token: String,
}

/// Which identity to take away.
#[derive(InputObject)]
struct UnlinkIdentityInput {
    /// The identity.
    identity_id: ID,
}

/// The identity was taken away.
#[derive(SimpleObject)]
struct UnlinkIdentityPayload {
    /// The identity that was linked.
    identity: Identity,
    /// The user, with the identities that are left.
    user: Option<User>,
}

/// Reading what providers there are.
#[derive(Default)]
pub(super) struct OAuthQuery;

#[Object]
impl OAuthQuery {
    /// The providers that people can sign in at, by name. Everybody may ask.
    async fn oauth_providers(&self, ctx: &Context<'_>) -> Vec<OAuthProvider> {
        let providers = ctx.data_unchecked::<Auth>().oauth.list().iter();
        let shown = providers.map(|provider| OAuthProvider {
            name: provider.name.clone(),
            display_name: provider.display_name.clone(),
            kind: provider.kind.into(),
        });
        shown.collect()
    }
}

/// Signing in at other providers.
#[derive(Default)]
pub(super) struct OAuthMutation;

#[Object]
impl OAuthMutation {
    /// Begins a sign-in at another provider. Keep the flow token and send the browser to the address;
    /// it comes back to the page `returnTo` with the parameters `state`, `code` and perhaps `iss`, which
    /// go into `completeOAuth`, or with `error`. There are ten minutes for it, and one try.
    ///
    /// To link, the user must have signed in within the last ten minutes, and the same session ends it.
    async fn oauth_authorization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where and what for.")] input: OAuthAuthorizationInput,
    ) -> Result<OAuthAuthorization, ApiError> {
        let auth = ctx.data_unchecked::<Auth>();
        let new = NewFlow {
            provider: input.provider,
            purpose: input.purpose.into(),
            return_to: input.return_to,
            hand_over: input.hand_over,
        };
        let (viewer, client) = (ctx.viewer().ok(), ctx.client());
        let begun = oauth::begin(ctx.app(), auth, viewer, &client, new).await?;
        Ok(OAuthAuthorization {
            authorization_url: begun.authorization_url.into(),
            flow_token: begun.flow_token,
            expires_at: begun.expires_at,
        })
    }

    /// Ends a sign-in at another provider, once.
    ///
    /// Somebody who came before is signed in. Otherwise the provider must have confirmed their e-mail
    /// address: an account with that address is linked, and its user told by mail; without one, and if
    /// registration is open, an account is made. An account with the address that was never confirmed
    /// loses its password and its sessions, since somebody else may have made it.
    #[graphql(name = "completeOAuth")]
    async fn complete_oauth(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the page found in its address.")] input: CompleteOAuthInput,
    ) -> Result<LoginResult, ApiError> {
        let auth = ctx.data_unchecked::<Auth>();
        let callback = Callback {
            state: input.state,
            code: input.code,
            issuer: input.issuer,
            flow_token: input.flow_token,
        };
        let (viewer, client) = (ctx.viewer().ok(), ctx.client());
        match oauth::complete(ctx.app(), auth, viewer, &client, callback).await? {
            Completed::Entered(entered) => Ok(LoginResult::of(ctx, entered)),
            Completed::Linked(identity) => Ok(LoginResult::linked(identity)),
        }
    }

    /// Takes in a browser that comes back from a provider. The route
    /// `/auth/oauth/PROVIDER/callback`, which the provider sends it to, is made of it.
    #[graphql(name = "returnFromOAuth")]
    async fn return_from_oauth(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the browser came with.")] input: ReturnFromOAuthInput,
    ) -> Result<ReturnFromOAuthPayload, ApiError> {
        let auth = ctx.data_unchecked::<Auth>();
        let back = ComingBack {
            provider: input.provider,
            state: input.state,
            code: input.code,
            issuer: input.issuer,
            error: input.error,
            flow_token: input.flow_token,
        };
        let sent = oauth::come_back(ctx.app(), auth, &ctx.client(), back).await?;
        Ok(ReturnFromOAuthPayload {
            url: sent.url.into(),
            hand_over_token: sent.hand_over_token,
        })
    }

    /// Signs in whom the provider's callback has handed over to a page: once, within one minute, in
    /// the same browser.
    async fn redeem_sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the page was given.")] input: RedeemSignInInput,
    ) -> Result<LoginResult, ApiError> {
        let (auth, client) = (ctx.data_unchecked::<Auth>(), ctx.client());
        let redeeming = oauth::redeem(
            ctx.app(),
            auth,
            &client,
            &input.code,
            &input.hand_over_token,
        );
        Ok(LoginResult::of(ctx, redeeming.await?))
    }

    /// Takes an identity away from the account that is signed in; its user is told by mail. The user
    /// must have signed in within the last ten minutes. The last way to sign in stays: the code is then
    /// `CONFLICT`.
    async fn unlink_identity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: UnlinkIdentityInput,
    ) -> Result<UnlinkIdentityPayload, ApiError> {
        let (auth, viewer) = (ctx.data_unchecked::<Auth>(), ctx.viewer()?);
        let id = input.identity_id.parse();
        let id = id.map_err(|_| AuthError::UnknownIdentity)?;
        let unlinked = oauth::unlink(ctx.app(), auth, viewer, &ctx.client(), id).await?;
        Ok(UnlinkIdentityPayload {
            identity: unlinked.into(),
            user: Some(User { id: viewer.user }),
        })
    }
}
