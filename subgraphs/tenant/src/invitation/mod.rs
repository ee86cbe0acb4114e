//! Invitations to a tenant: for people of whom only the e-mail address is known. Whether an address
//! has an account is not known here, and so cannot be told.
//!
//! Reading order: this file writes invitations, `letter` sends them, [`acceptance`] is for whoever
//! gets one. Whoever sent the last letter answers for an invitation: it is good as long as they may
//! make such a member themselves.

pub(crate) mod acceptance;
mod letter;
mod pace;
mod token;

use chrono::TimeDelta;
use kit::db::Json;
use kit::id::TenantId;
use kit::mail::Language;
use kit::scalar::EmailAddress;
use kit::viewer::Credential;
use kit::{App, Conn, Viewer, event};

use self::token::Token;
use crate::config::TenantConfig;
use crate::error::TenantError;
use crate::events::{TenantInvitationRevoked, TenantMemberInvited};
use crate::ids::InvitationId;
use crate::member::{self, MANAGE};
use crate::projections::ROLES;
use crate::role;
use crate::store::{Invitation, InvitationState, invitations};

/// Invitations of one tenant that wait at once.
pub(crate) const PENDING_MAX: i64 = 100;
/// For how long one can be accepted.
const LIFE: TimeDelta = TimeDelta::days(7);

/// Whom a member invites, and as what.
pub(crate) struct NewInvitation {
    pub(crate) tenant: TenantId,
    pub(crate) email: String,
    /// By their slugs.
    pub(crate) roles: Vec<String>,
    /// Of the letter; English without one.
    pub(crate) locale: Option<String>,
}

/// Invites an address to the current tenant by a letter.
pub(crate) async fn invite(
    app: &App,
    config: &TenantConfig,
    viewer: &Viewer,
    new: NewInvitation,
) -> Result<Invitation, TenantError> {
    let tenant = member::managed_tenant(viewer, new.tenant)?;
    require_member(viewer)?;
    let address = EmailAddress::parse(&new.email).ok_or(TenantError::Email)?;
    let selected = role::select(app, tenant, new.roles).await?;
    let (token, now) = (Token::new(), app.clock.now_utc());
    let key = address.as_str().to_lowercase();
    let invitation = Invitation {
        id: InvitationId::new(),
        tenant_id: tenant,
        email: address.as_str().to_owned(),
        email_key: key.clone(),
        open_key: Some(key),
        roles: Json(selected.roles.clone()),
        invited_by: viewer.user,
        locale: Language::of(&new.locale.unwrap_or_default())
            .tag()
            .to_owned(),
        digest: token.digest(),
        created_at: now,
        expires_at: now + LIFE,
        accepted_at: None,
        accepted_by: None,
        revoked_at: None,
    };
    let mut conn = app.db.write().await?;
    pace::prepare(&mut conn, &invitation, now).await?;
    conn.transaction(async |conn| {
        member::lock(conn, tenant).await?;
        member::require_grantable(app, conn, tenant, viewer, &selected).await?;
        free_address(app, conn, &invitation).await?;
        require_room(app, conn, tenant).await?;
        pace::step(conn, &invitation, now).await?;
        if !invitations::insert(conn, &invitation).await? {
            return Err(TenantError::AlreadyInvited);
        }
        letter::send(app, conn, config, &invitation, &token).await?;
        event::record(conn, &app.clock, &TenantMemberInvited::of(&invitation)).await?;
        Ok(invitation)
    })
    .await
}

/// Sends another letter for an invitation of the current tenant, also for one that has expired. What
/// the letters before it brought is void, and the viewer answers for it from now on.
pub(crate) async fn resend(
    app: &App,
    config: &TenantConfig,
    viewer: &Viewer,
    id: InvitationId,
) -> Result<Invitation, TenantError> {
    let tenant = viewer.require_in_tenant(MANAGE)?;
    require_member(viewer)?;
    app.events.caught_up(&app.db, ROLES).await?;
    let mut conn = app.db.write().await?;
    let now = app.clock.now_utc();
    let found = find(&mut conn, tenant, id).await?;
    pace::prepare(&mut conn, &found, now).await?;
    conn.transaction(async |conn| {
        member::lock(conn, tenant).await?;
        let found = find(conn, tenant, id).await?;
        match found.state(now) {
            InvitationState::Pending => {}
            InvitationState::Expired => {
                free_address(app, conn, &found).await?;
                require_room(app, conn, tenant).await?;
            }
            state @ (InvitationState::Accepted | InvitationState::Revoked) => {
                return Err(TenantError::InvitationOver { id, state });
            }
        }
        let selected = role::known(conn, tenant, &found.roles.0).await?;
        if selected.roles.len() != found.roles.0.len() {
            return Err(TenantError::RoleGone);
        }
        member::require_grantable(app, conn, tenant, viewer, &selected).await?;
        pace::step(conn, &found, now).await?;
        let token = Token::new();
        let renewed = Invitation {
            open_key: Some(found.email_key.clone()),
            roles: Json(selected.roles),
            invited_by: viewer.user,
            digest: token.digest(),
            expires_at: now + LIFE,
            ..found
        };
        invitations::renew(conn, &renewed).await?;
        letter::send(app, conn, config, &renewed, &token).await?;
        Ok(renewed)
    })
    .await
}

/// Takes an invitation of the current tenant back. Doing it again changes nothing.
pub(crate) async fn revoke(
    app: &App,
    viewer: &Viewer,
    id: InvitationId,
) -> Result<Invitation, TenantError> {
    let tenant = viewer.require_in_tenant(MANAGE)?;
    let now = app.clock.now_utc();
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        member::lock(conn, tenant).await?;
        let is_revoked = invitations::revoke(conn, tenant, id, now).await?;
        let found = find(conn, tenant, id).await?;
        if is_revoked {
            let revoked = TenantInvitationRevoked {
                tenant_id: tenant,
                invitation_id: id,
                revoked_by: viewer.user,
            };
            event::record(conn, &app.clock, &revoked).await?;
        }
        match found.state(now) {
            InvitationState::Accepted => Err(TenantError::InvitationOver {
                id,
                state: InvitationState::Accepted,
            }),
            InvitationState::Pending | InvitationState::Revoked | InvitationState::Expired => {
                Ok(found)
            }
        }
    })
    .await
}

/// An invitation is in the name of a member. A tenant's key is none: nobody could look up later
/// whether it may still do this.
fn require_member(viewer: &Viewer) -> Result<(), TenantError> {
    match viewer.credential {
        Credential::Session { .. } | Credential::UserKey(_) => Ok(()),
        Credential::TenantKey(_) => Err(TenantError::KeyInvites),
    }
}

async fn find(
    conn: &mut Conn,
    tenant: TenantId,
    id: InvitationId,
) -> Result<Invitation, TenantError> {
    let found = invitations::find(conn, tenant, id).await?;
    found.ok_or(TenantError::NoInvitation(id))
}

/// Lets an address have this invitation, unless another one of it is pending. One that has expired
/// gives way.
async fn free_address(
    app: &App,
    conn: &mut Conn,
    invitation: &Invitation,
) -> Result<(), TenantError> {
    let tenant = invitation.tenant_id;
    let open = invitations::find_open(conn, tenant, &invitation.email_key).await?;
    let Some(open) = open.filter(|open| open.id != invitation.id) else {
        return Ok(());
    };
    match open.state(app.clock.now_utc()) {
        InvitationState::Pending => Err(TenantError::AlreadyInvited),
        InvitationState::Accepted | InvitationState::Revoked | InvitationState::Expired => {
            invitations::close(conn, tenant, open.id).await?;
            Ok(())
        }
    }
}

async fn require_room(app: &App, conn: &mut Conn, tenant: TenantId) -> Result<(), TenantError> {
    match invitations::count_pending(conn, tenant, app.clock.now_utc()).await? {
        ..PENDING_MAX => Ok(()),
        PENDING_MAX.. => Err(TenantError::TooManyPending),
    }
}
