//! Inviting people, and accepting.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use kit::scalar::Email;
use kit::{ApiError, ContextExt as _};

use super::invitation::{Invitation, InvitationOffer};
use super::member::Membership;
use super::parse;
use crate::config::TenantConfig;
use crate::invitation::{self, NewInvitation, acceptance};

/// Entry points for whoever got an invitation.
#[derive(Default)]
pub(super) struct InvitationQuery;

/// Entry points for reading.
#[Object]
impl InvitationQuery {
    /// What an invitation offers, for whoever holds its token; nobody needs to be signed in. Null if
    /// the token is unknown, used, revoked or too old.
    async fn invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token of the letter's link.", secret)] token: String,
    ) -> Option<Result<InvitationOffer, ApiError>> {
        let found = acceptance::offer(ctx.app(), &token).await;
        found
            .map(|offer| offer.map(InvitationOffer::from))
            .map_err(ApiError::from)
            .transpose()
    }
}

/// Entry points for inviting people and for accepting.
#[derive(Default)]
pub(super) struct InvitationMutation;

/// Entry points for writing.
#[Object]
impl InvitationMutation {
    /// Invites somebody to the current tenant by a letter to their e-mail address, whether they have
    /// an account or not; its link is good for seven days. Needs the permission
    /// `tenant.member:manage`, and all that the roles grant; only an owner can invite an owner, and
    /// an API key of a tenant cannot invite. An address has one pending invitation in a tenant;
    /// a second one is a `CONFLICT`: use `resendInvitation`. Beyond 100 pending invitations the code
    /// is `QUOTA_EXCEEDED`, beyond 60 letters an hour, or 10 to one address,
    /// `REQUEST_RATE_LIMITED`.
    async fn invite_tenant_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who is invited, and as what.")] input: InviteTenantMemberInput,
    ) -> Result<InviteTenantMemberPayload, ApiError> {
        let (app, viewer) = (ctx.app(), ctx.viewer()?);
        let config = ctx.data_unchecked::<TenantConfig>();
        let new = NewInvitation {
            tenant: parse(input.tenant_id, "/tenantId")?,
            email: input.email.0,
            roles: input.roles,
            locale: input.locale,
        };
        let invited = invitation::invite(app, config, viewer, new).await?;
        Ok(InviteTenantMemberPayload {
            invitation: Invitation(invited),
        })
    }

    /// Makes you a member of the tenant that you were invited to, with the account that you are
    /// signed in with, whatever its address: whoever has the token can use it, once. Enter the
    /// tenant with `switchTenant` afterwards. A token that is unknown, used, revoked or too old is
    /// refused, and so is one whose inviter may not make such a member any more: ask for a new
    /// invitation. If you are a member already (`CONFLICT`), or the tenant is full
    /// (`QUOTA_EXCEEDED`), the invitation stays good. An API key cannot accept.
    async fn accept_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the letter brought.")] input: AcceptInvitationInput,
    ) -> Result<AcceptInvitationPayload, ApiError> {
        let (app, viewer) = (ctx.app(), ctx.viewer()?);
        let membership = acceptance::accept(app, viewer, &input.token).await?;
        Ok(AcceptInvitationPayload {
            membership: Membership(membership),
        })
    }

    /// Takes an invitation of the current tenant back: its link is good for nothing from now on.
    /// Doing it again changes nothing. Needs the permission `tenant.member:manage`.
    async fn revoke_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invitation.")] input: RevokeInvitationInput,
    ) -> Result<RevokeInvitationPayload, ApiError> {
        let (app, viewer) = (ctx.app(), ctx.viewer()?);
        let id = parse(input.invitation_id, "/invitationId")?;
        let revoked = invitation::revoke(app, viewer, id).await?;
        Ok(RevokeInvitationPayload {
            invitation: Invitation(revoked),
        })
    }

    /// Sends another letter for a pending or expired invitation of the current tenant, good for
    /// seven days from now; the link of the letter before is good for nothing any more. You answer
    /// for the invitation from now on, so you need the permission `tenant.member:manage` and all
    /// that the roles grant.
    async fn resend_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invitation.")] input: ResendInvitationInput,
    ) -> Result<ResendInvitationPayload, ApiError> {
        let (app, viewer) = (ctx.app(), ctx.viewer()?);
        let config = ctx.data_unchecked::<TenantConfig>();
        let id = parse(input.invitation_id, "/invitationId")?;
        let renewed = invitation::resend(app, config, viewer, id).await?;
        Ok(ResendInvitationPayload {
            invitation: Invitation(renewed),
        })
    }
}

/// Somebody to invite.
#[derive(InputObject)]
struct InviteTenantMemberInput {
    /// The tenant: the current one.
    tenant_id: ID,
    /// Where the letter goes.
    email: Email,
    /// Slugs of the roles that are offered, 1 to 10: `admin`, `member`, `viewer` and those that the
    /// tenant has defined in any combination, or `owner` alone.
    roles: Vec<String>,
    /// The language of the letter, as a tag such as `en` or `id-ID`. English without one, or if
    /// there are no letters in it.
    locale: Option<String>,
}

/// What `inviteTenantMember` answers.
#[derive(SimpleObject)]
struct InviteTenantMemberPayload {
    /// The invitation, whose letter is on its way.
    invitation: Invitation,
}

/// An invitation to accept.
#[derive(InputObject)]
struct AcceptInvitationInput {
    /// The token of the letter's link.
    #[graphql(secret)]
    token: String,
}

/// What `acceptInvitation` answers.
#[derive(SimpleObject)]
struct AcceptInvitationPayload {
    /// Your place in the tenant.
    membership: Membership,
}

/// An invitation to take back.
#[derive(InputObject)]
struct RevokeInvitationInput {
    /// The invitation.
    invitation_id: ID,
}

/// What `revokeInvitation` answers.
#[derive(SimpleObject)]
struct RevokeInvitationPayload {
    /// The invitation, which is revoked now.
    invitation: Invitation,
}

/// An invitation to send again.
#[derive(InputObject)]
struct ResendInvitationInput {
    /// The invitation: one that is pending or has expired.
    invitation_id: ID,
}

/// What `resendInvitation` answers.
#[derive(SimpleObject)]
struct ResendInvitationPayload {
    /// The invitation, whose new letter is on its way.
    invitation: Invitation,
}
