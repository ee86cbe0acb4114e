//! For whoever holds the secret of an invitation, which is all that it takes: it proves the address,
//! and its holder joins with the account that they are signed in with.

use kit::{App, Conn, Viewer};

use super::token::digest;
use crate::error::TenantError;
use crate::member::{self, MANAGE};
use crate::projections::ROLES;
use crate::role;
use crate::store::{
    HeldRole, Invitation, InvitationState, Membership, State, Tenant, invitations, members, tenants,
};

/// What an invitation would make of its holder.
pub(crate) struct Offer {
    pub(crate) tenant: Tenant,
    pub(crate) invitation: Invitation,
}

/// What an invitation is for; none if it is not good.
pub(crate) async fn offer(app: &App, token: &str) -> Result<Option<Offer>, TenantError> {
    let mut conn = app.db.read().await?;
    let Some(invitation) = find_pending(app, &mut conn, token).await? else {
        return Ok(None);
    };
    let tenant = tenants::find(&mut conn, invitation.tenant_id).await?;
    let is_good = tenant.state == State::Active && covered(&mut conn, &invitation).await?.is_some();
    Ok(is_good.then_some(Offer { tenant, invitation }))
}

/// Makes the viewer a member, and spends the invitation. If it cannot be used, nobody learns why;
/// if the viewer cannot join, it stays good for whoever can.
pub(crate) async fn accept(
    app: &App,
    viewer: &Viewer,
    token: &str,
) -> Result<Membership, TenantError> {
    viewer.session()?;
    let mut conn = app.db.read().await?;
    let found = find_pending(app, &mut conn, token).await?;
    drop(conn);
    let invitation = found.ok_or(TenantError::BadInvitation)?;
    // What the inviter's roles grant may just have changed.
    app.events.caught_up(&app.db, ROLES).await?;
    let (tenant, user) = (invitation.tenant_id, viewer.user);
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        if !tenants::lock_active(conn, tenant).await?
            || !invitations::spend(conn, &invitation, user, app.clock.now_utc()).await?
        {
            return Err(TenantError::BadInvitation);
        }
        let roles = covered(conn, &invitation).await?;
        let roles = roles.ok_or(TenantError::BadInvitation)?;
        if members::find(conn, tenant, user).await?.is_some() {
            return Err(TenantError::MemberAlready);
        }
        member::join(app, conn, tenant, user, roles).await
    })
    .await
}

async fn find_pending(
    app: &App,
    conn: &mut Conn,
    token: &str,
) -> Result<Option<Invitation>, TenantError> {
    let found = invitations::find_by_digest(conn, &digest(token)).await?;
    let now = app.clock.now_utc();
    Ok(found.filter(|found| found.state(now) == InvitationState::Pending))
}

/// The roles that an invitation gives, provided that all of them still exist and that whoever answers
/// for it could still give them: otherwise the invitations of an administrator who was removed
/// would be a way back in.
async fn covered(
    conn: &mut Conn,
    invitation: &Invitation,
) -> Result<Option<Vec<HeldRole>>, TenantError> {
    let (tenant, roles) = (invitation.tenant_id, &invitation.roles.0);
    let offered = role::known(conn, tenant, roles).await?;
    let inviter = members::find(conn, tenant, invitation.invited_by).await?;
    let Some(inviter) = inviter.filter(|_| offered.roles.len() == roles.len()) else {
        return Ok(None);
    };
    let grants = role::known(conn, tenant, &inviter.roles).await?.grants;
    let may = grants.allow(MANAGE.0)
        && (inviter.is_owner() || !offered.own())
        && grants
            .check_change(&Default::default(), &offered.grants)
            .is_ok();
    Ok(may.then_some(offered.roles))
}
