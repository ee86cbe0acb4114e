//! API keys in the API.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use kit::db::Json;
use kit::id::{ApiKeyId, UserId};
use kit::{ApiError, Coded as _, ContextExt as _};

use super::payload::{Tenant, User};
use crate::api_key::{self, NewApiKey};
use crate::error::AuthError;
use crate::store::api_key::{ApiKey as Row, Owner};

/// How a program signs in: send the secret as `Authorization: Bearer ptk_…` or as `X-API-Key: ptk_…`,
/// with queries, mutations and, in the `connection_init` of a web socket, subscriptions.
#[derive(SimpleObject)]
pub(crate) struct ApiKey {
    /// The key's id, which its secret contains.
    id: ID,
    /// What its owner calls it.
    name: String,
    /// Patterns of permissions, such as `service.*:read`. A key may do what they cover and its owner
    /// may do, too.
    scopes: Vec<String>,
    /// Whose it is.
    owner: ApiKeyOwner,
    /// The user that it speaks for; null for a tenant's.
    user: Option<User>,
    /// The tenant that it works in; null for a key that was made without a current tenant.
    tenant: Option<Tenant>,
    /// Who made it.
    created_by: Option<User>,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it ends.
    expires_at: DateTime<Utc>,
    /// When it was last used, to the minute; null if it never was.
    last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked; null while it is not.
    revoked_at: Option<DateTime<Utc>>,
}

/// Whose an API key is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ApiKeyOwner {
    /// A user's. It acts as the user, in the tenant that was the current one when it was made, and
    /// may do what both the user's roles and its scopes allow at that moment. It stops when the user
    /// leaves the tenant.
    User,
    /// A tenant's. It acts for itself, may do what its scopes say and stays when people leave.
    Tenant,
}

impl From<Row> for ApiKey {
    fn from(row: Row) -> Self {
        let owner = match row.owner() {
            Owner::User(_) => ApiKeyOwner::User,
            Owner::Tenant(_) => ApiKeyOwner::Tenant,
        };
        let user = |id: UserId| User { id };
        let Json(scopes) = row.scopes;
        Self {
            id: row.id.into(),
            name: row.name,
            scopes,
            owner,
            user: (owner == ApiKeyOwner::User).then(|| user(row.principal)),
            tenant: row.tenant.map(|id| Tenant { id: id.into() }),
            created_by: Some(user(row.created_by)),
            created_at: row.created_at.and_utc(),
            expires_at: row.expires_at.and_utc(),
            last_used_at: row.last_used_at.map(|at| at.and_utc()),
            revoked_at: row.revoked_at.map(|at| at.and_utc()),
        }
    }
}

/// The key to make.
#[derive(InputObject)]
pub(crate) struct CreateApiKeyInput {
    /// What to call it, 1 to 100 characters.
    name: String,
    /// What it may do at most: 1 to 50 patterns of permissions. A `*` stands for a whole segment, and
    /// as the last segment of the resource for one or more: `service.*:read`. All of each scope of a
    /// tenant's key must be granted to you.
    scopes: Vec<String>,
    /// When it ends: within five years, and after one year if absent or null. No key is good for
    /// ever.
    expires_at: Option<DateTime<Utc>>,
    /// Whose it is to be.
    owner: ApiKeyOwner,
}

/// The key to change.
#[derive(InputObject)]
pub(crate) struct UpdateApiKeyInput {
    /// The key.
    api_key_id: ID,
    /// What to call it from now on, 1 to 100 characters.
    name: String,
}

/// The key to revoke.
#[derive(InputObject)]
pub(crate) struct RevokeApiKeyInput {
    /// The key.
    api_key_id: ID,
}

/// The key that was made.
#[derive(SimpleObject)]
pub(crate) struct CreateApiKeyPayload {
    /// The key.
    api_key: ApiKey,
    /// What to send with requests. It is shown now and never again: keep it as safe as a password.
    secret: String,
}

/// The key that was changed.
#[derive(SimpleObject)]
pub(crate) struct UpdateApiKeyPayload {
    /// The key, with its new name.
    api_key: ApiKey,
}

/// The key that was revoked.
#[derive(SimpleObject)]
pub(crate) struct RevokeApiKeyPayload {
    /// The key, with the time it was revoked.
    api_key: ApiKey,
}

/// Reading API keys.
#[derive(Default)]
pub(super) struct ApiKeyQuery;

#[Object]
impl ApiKeyQuery {
    /// An API key of yours, or of the current tenant if you have the permission
    /// `tenant.api_key:manage`. Null for every other one.
    async fn api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key's id.")] id: ID,
    ) -> Result<Option<ApiKey>, ApiError> {
        find(ctx, ApiKeyId::try_from(id)?).await
    }

    #[graphql(entity)]
    async fn find_api_key_by_id(
        &self,
        ctx: &Context<'_>,
        id: ID,
    ) -> Result<Option<ApiKey>, ApiError> {
        match ApiKeyId::try_from(id) {
            Ok(id) if ctx.viewer().is_ok() => find(ctx, id).await,
            _ => Ok(None),
        }
    }
}

async fn find(ctx: &Context<'_>, id: ApiKeyId) -> Result<Option<ApiKey>, ApiError> {
    match api_key::find(ctx.app(), ctx.viewer()?, id).await {
        Ok(key) => Ok(Some(key.into())),
        Err(err) if err.code() == kit::Code::NotFound => Ok(None),
        Err(err) => Err(err.into()),
    }
}

/// Making, changing and revoking API keys.
#[derive(Default)]
pub(super) struct ApiKeyMutation;

#[Object]
impl ApiKeyMutation {
    /// Makes an API key and shows its secret, once. Needs a fresh proof of who you are: see
    /// `reauthenticate`. A key of the current tenant needs the permission `tenant.api_key:manage`.
    /// A user or a tenant can have 100 keys; beyond them the code is `QUOTA_EXCEEDED`.
    ///
    /// No key can do what takes a session, whatever its scopes: switch the tenant, sign out, change
    /// the second factor, or manage keys.
    async fn create_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key to make.")] input: CreateApiKeyInput,
    ) -> Result<CreateApiKeyPayload, ApiError> {
        let new = NewApiKey {
            name: input.name,
            scopes: input.scopes,
            expires_at: input.expires_at,
            of_tenant: input.owner == ApiKeyOwner::Tenant,
        };
        let (key, secret) = api_key::create(ctx.app(), ctx.viewer()?, &ctx.client(), new).await?;
        Ok(CreateApiKeyPayload {
            api_key: key.into(),
            secret,
        })
    }

    /// Gives an API key another name.
    async fn update_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key, and its new name.")] input: UpdateApiKeyInput,
    ) -> Result<UpdateApiKeyPayload, ApiError> {
        let id = parse(input.api_key_id)?;
        let (app, viewer, client) = (ctx.app(), ctx.viewer()?, ctx.client());
        let key = api_key::rename(app, viewer, &client, id, &input.name).await?;
        Ok(UpdateApiKeyPayload {
            api_key: key.into(),
        })
    }

    /// Revokes an API key. It is refused from now on, and subscriptions that were opened with it end
    /// within five seconds. Doing it again changes nothing.
    async fn revoke_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key to revoke.")] input: RevokeApiKeyInput,
    ) -> Result<RevokeApiKeyPayload, ApiError> {
        let id = parse(input.api_key_id)?;
        let key = api_key::revoke(ctx.app(), ctx.viewer()?, &ctx.client(), id).await?;
        Ok(RevokeApiKeyPayload {
            api_key: key.into(),
        })
    }
}

fn parse(id: ID) -> Result<ApiKeyId, ApiError> {
    ApiKeyId::try_from(id).map_err(|err| ApiError::from(AuthError::from(err)).at("/apiKeyId"))
}
