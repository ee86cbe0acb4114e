//! Invitations, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use kit::id::TenantId;
use kit::page::{Page, PageArgs, Paged};
use kit::scalar::Email;
use kit::{ApiError, ContextExt as _};

use super::member::Role;
use super::tenant::Tenant;
use super::user::User;
use super::{load, require_current};
use crate::ids::InvitationId;
use crate::invitation::acceptance::Offer;
use crate::store::{self, invitations};

/// An invitation of the current tenant, for those who manage its members.
pub(super) struct Invitation(pub(super) store::Invitation);

/// A page of the invitations of the current tenant.
pub(super) async fn list(
    ctx: &Context<'_>,
    tenant: TenantId,
    args: PageArgs,
    filter: Option<InvitationFilter>,
) -> Result<Paged<InvitationId, Invitation>, ApiError> {
    require_current(ctx, tenant)?.require(crate::member::MANAGE)?;
    let page = Page::new(args)?;
    let state = filter.and_then(|filter| filter.state).map(Into::into);
    let now = ctx.app().clock.now_utc();
    let mut conn = ctx.app().db.read().await?;
    let rows = invitations::list(&mut conn, tenant, state, now, &page).await?;
    let total = match ctx.look_ahead().field("totalCount").exists() {
        true => invitations::count(&mut conn, tenant, state, now).await?,
        false => 0,
    };
    Ok(page.connection(rows, total, |row| row.id, Invitation))
}

/// An invitation of the current tenant; none for whoever does not manage its members.
pub(super) async fn find(
    ctx: &Context<'_>,
    id: InvitationId,
) -> Result<Option<Invitation>, ApiError> {
    let Ok(tenant) = ctx.viewer()?.require_in_tenant(crate::member::MANAGE) else {
        return Ok(None);
    };
    let mut conn = ctx.app().db.read().await?;
    let found = invitations::find(&mut conn, tenant, id).await?;
    Ok(found.map(Invitation))
}

/// An e-mail address that was asked to join a tenant by a letter.
#[Object]
impl Invitation {
    /// Its id.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The tenant.
    async fn tenant(&self, ctx: &Context<'_>) -> Option<Result<Tenant, ApiError>> {
        load(ctx, self.0.tenant_id).await.transpose()
    }

    /// Where the letter went.
    async fn email(&self) -> Email {
        Email(self.0.email.clone())
    }

    /// The roles that are offered, the built-in ones first.
    async fn roles(&self) -> Option<Vec<Role>> {
        Some(self.0.roles.0.iter().map(Role::from).collect())
    }

    /// Where it is in its life.
    async fn state(&self, ctx: &Context<'_>) -> InvitationState {
        self.0.state(ctx.app().clock.now_utc()).into()
    }

    /// The member who sent the last letter. The invitation is good as long as they may make such a
    /// member themselves.
    async fn invited_by(&self) -> Option<User> {
        Some(User {
            id: self.0.invited_by,
        })
    }

    /// Who became a member by it.
    async fn accepted_by(&self) -> Option<User> {
        self.0.accepted_by.map(|id| User { id })
    }

    /// When somebody was invited.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at.and_utc()
    }

    /// Until when it can be accepted: seven days after the last letter.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at.and_utc()
    }
}

/// Where an invitation is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "store::InvitationState")]
pub(super) enum InvitationState {
    /// It waits to be accepted.
    Pending,
    /// Somebody became a member by it.
    Accepted,
    /// It was taken back.
    Revoked,
    /// Its time is over; `resendInvitation` gives it another one.
    Expired,
}

/// Which invitations are listed.
#[derive(InputObject)]
pub(super) struct InvitationFilter {
    /// Only those in this state.
    state: Option<InvitationState>,
}

/// What an invitation offers to whoever got it.
#[derive(SimpleObject)]
pub(super) struct InvitationOffer {
    /// What people call the tenant.
    tenant_name: String,
    /// The tenant's short name in addresses.
    tenant_slug: String,
    /// Slugs of the roles that one would have there.
    roles: Vec<String>,
    /// Where the letter went. Any account can accept it, whatever its address.
    email: Email,
    /// Until when it can be accepted.
    expires_at: DateTime<Utc>,
}

impl From<Offer> for InvitationOffer {
    fn from(offer: Offer) -> Self {
        let roles = offer.invitation.roles.0.into_iter();
        Self {
            tenant_name: offer.tenant.name,
            tenant_slug: offer.tenant.slug,
            roles: roles.map(|role| role.slug).collect(),
            email: Email(offer.invitation.email),
            expires_at: offer.invitation.expires_at.and_utc(),
        }
    }
}
