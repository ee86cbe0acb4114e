//! Members of a tenant and their roles.

use kit::id::{TenantId, UserId};
use kit::{App, Permission, Viewer, event};

use crate::error::TenantError;
use crate::events::TenantMemberAdded;
use crate::ids::MembershipId;
use crate::plan::{FREE, Feature};
use crate::projections::USERS;
use crate::store::{Membership, members, projections, tenants};

/// What listing the members of a tenant needs.
pub(crate) const READ: Permission = Permission("tenant.member:read");
/// What adding a member needs.
pub(crate) const MANAGE: Permission = Permission("tenant.member:manage");

/// The role of whoever creates a tenant.
pub(crate) const OWNER: &str = "owner";
/// Slugs of the roles that a member can have; what each allows is the user subgraph's.
const ROLES: [&str; 4] = [OWNER, "admin", "member", "viewer"];

/// Somebody who is to become a member.
pub(crate) struct NewMember {
    pub(crate) tenant: TenantId,
    pub(crate) user: UserId,
    pub(crate) role: String,
}

/// Adds a user to the current tenant.
///
/// An owner is added by an owner only: otherwise whoever manages members could make themselves more
/// than they are through an accomplice.
pub(crate) async fn add(
    app: &App,
    viewer: &Viewer,
    new: NewMember,
) -> Result<Membership, TenantError> {
    let tenant = viewer.require_in_tenant(MANAGE)?;
    if new.tenant != tenant {
        return Err(TenantError::NotCurrent(new.tenant));
    }
    if !ROLES.contains(&new.role.as_str()) {
        return Err(TenantError::UnknownRole(
            new.role.chars().take(60).collect(),
        ));
    }
    if !knows_user(app, new.user).await? {
        return Err(TenantError::UnknownUser(new.user));
    }
    let membership = Membership {
        id: MembershipId::new(),
        tenant_id: tenant,
        user_id: new.user,
        role: new.role,
        joined_at: app.clock.now_utc(),
    };
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        if !tenants::lock_active(conn, tenant).await? {
            return Err(TenantError::NotCurrent(tenant));
        }
        let adder = members::find(conn, tenant, viewer.user).await?;
        if membership.role == OWNER && adder.is_none_or(|adder| adder.role != OWNER) {
            return Err(TenantError::OwnerOnly);
        }
        if !FREE.allows_another(Feature::Members, members::count(conn, tenant).await?) {
            return Err(TenantError::Quota(Feature::Members));
        }
        if !members::insert(conn, &membership).await? {
            return Err(TenantError::AlreadyMember(membership.user_id));
        }
        let added = TenantMemberAdded {
            tenant_id: tenant,
            user_id: membership.user_id,
            role: membership.role.clone(),
        };
        event::record(conn, &app.clock, &added).await?;
        Ok(membership)
    })
    .await
}

/// Whether a user exists. One who has just registered may not have been announced yet.
async fn knows_user(app: &App, user: UserId) -> Result<bool, TenantError> {
    let mut conn = app.db.read().await?;
    if projections::knows_user(&mut conn, user).await? {
        return Ok(true);
    }
    drop(conn);
    app.events.caught_up(&app.db, USERS).await?;
    let mut conn = app.db.read().await?;
    Ok(projections::knows_user(&mut conn, user).await?)
}
