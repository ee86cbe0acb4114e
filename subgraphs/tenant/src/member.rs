//! Members of a tenant and their roles.
//!
//! Whoever manages members hands on what they have and no more, and owners are the business of
//! owners: otherwise one could make oneself more than one is through an accomplice.

use diesel::QueryResult;
use kit::clock::Clock;
use kit::id::{TenantId, UserId};
use kit::permission::Grants;
use kit::{App, Conn, Permission, Viewer, event};

use crate::error::TenantError;
use crate::events::{TenantMemberAdded, TenantMemberRemoved, TenantMemberUpdated};
use crate::ids::MembershipId;
use crate::plan::{FREE, Feature};
use crate::projections::{ROLES, USERS};
use crate::role::{self, Selected};
use crate::store::{HeldRole, Membership, members, projections, tenants};

/// What listing the members of a tenant needs.
pub(crate) const READ: Permission = Permission("tenant.member:read");
/// What adding, changing and removing members needs.
pub(crate) const MANAGE: Permission = Permission("tenant.member:manage");

/// Somebody who is or is to become a member, and in which roles.
pub(crate) struct Place {
    pub(crate) tenant: TenantId,
    pub(crate) user: UserId,
    /// By their slugs.
    pub(crate) roles: Vec<String>,
}

/// Adds a user to the current tenant.
pub(crate) async fn add(
    app: &App,
    viewer: &Viewer,
    place: Place,
) -> Result<Membership, TenantError> {
    let tenant = managed_tenant(viewer, place.tenant)?;
    let selected = role::select(app, tenant, place.roles).await?;
    if !knows_user(app, place.user).await? {
        return Err(TenantError::UnknownUser(place.user));
    }
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        lock(conn, tenant).await?;
        // Once more, since the user may have gone meanwhile.
        if !projections::knows_user(conn, place.user).await? {
            return Err(TenantError::UnknownUser(place.user));
        }
        require_grantable(app, conn, tenant, viewer, &selected).await?;
        join(app, conn, tenant, place.user, selected.roles).await
    })
    .await
}

/// Makes a user a member, in the transaction of whoever has looked that this may be and has locked
/// the tenant.
pub(crate) async fn join(
    app: &App,
    conn: &mut Conn,
    tenant: TenantId,
    user: UserId,
    roles: Vec<HeldRole>,
) -> Result<Membership, TenantError> {
    if !FREE.allows_another(Feature::Members, members::count(conn, tenant).await?) {
        return Err(TenantError::Quota(Feature::Members));
    }
    let membership = Membership {
        id: MembershipId::new(),
        tenant_id: tenant,
        user_id: user,
        roles,
        joined_at: app.clock.now_utc(),
    };
    if !members::insert(conn, &membership).await? {
        return Err(TenantError::AlreadyMember(membership.user_id));
    }
    event::record(conn, &app.clock, &TenantMemberAdded::of(&membership)).await?;
    Ok(membership)
}

/// Replaces the roles of a member of the current tenant. Doing it again changes nothing.
pub(crate) async fn update(
    app: &App,
    viewer: &Viewer,
    place: Place,
) -> Result<Membership, TenantError> {
    let tenant = managed_tenant(viewer, place.tenant)?;
    let selected = role::select(app, tenant, place.roles).await?;
    // A role that the member has may just have come to deny more.
    app.events.caught_up(&app.db, ROLES).await?;
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        lock(conn, tenant).await?;
        let mut member = find(conn, tenant, place.user).await?;
        if member.is_owner() || selected.own() {
            require_owner(app, conn, tenant, viewer).await?;
        }
        if holds(&member, &selected) {
            return Ok(member);
        }
        let before = role::grants(conn, tenant, &member.roles).await?;
        viewer.grants.check_change(&before, &selected.grants)?;
        members::set_roles(conn, &member, &selected.roles).await?;
        require_an_owner(conn, tenant).await?;
        member.roles = selected.roles;
        event::record(conn, &app.clock, &TenantMemberUpdated::of(&member)).await?;
        Ok(member)
    })
    .await
}

/// Takes a member out of the current tenant. Everybody may leave, except the last owner; a key does
/// not decide that for its user.
pub(crate) async fn remove(
    app: &App,
    viewer: &Viewer,
    tenant: TenantId,
    user: UserId,
) -> Result<Membership, TenantError> {
    let leaves = user == viewer.user && viewer.session().is_ok() && viewer.tenant == Some(tenant);
    let tenant = match leaves {
        true => tenant,
        false => managed_tenant(viewer, tenant)?,
    };
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        lock(conn, tenant).await?;
        let member = find(conn, tenant, user).await?;
        if member.is_owner() && !leaves {
            require_owner(app, conn, tenant, viewer).await?;
        }
        members::delete(conn, member.id).await?;
        require_an_owner(conn, tenant).await?;
        let removed = TenantMemberRemoved {
            tenant_id: tenant,
            user_id: user,
        };
        event::record(conn, &app.clock, &removed).await?;
        Ok(member)
    })
    .await
}

/// Memberships of one user that are shown at most. A user creates fewer; beyond that somebody else
/// added them.
pub(crate) const LISTED_MAX: i64 = 500;

/// All memberships of the viewer, for themselves to take along. Needs a fresh proof of who they are.
pub(crate) async fn export(app: &App, viewer: &Viewer) -> Result<serde_json::Value, TenantError> {
    viewer.require_recent(app.clock.now())?;
    let mut conn = app.db.read().await?;
    let found = members::list_of_user(&mut conn, viewer.user, LISTED_MAX).await?;
    let found = found.into_iter().map(|member| {
        let roles = member.roles.iter().map(|role| role.slug.as_str());
        serde_json::json!({
            "tenantId": member.tenant_id,
            "roles": roles.collect::<Vec<_>>(),
            "joinedAt": member.joined_at,
        })
    });
    Ok(found.collect())
}

/// Takes a user who is gone out of all tenants, in the caller's transaction. One of which the user
/// was the only member stays, and nobody is in it.
pub(crate) async fn remove_everywhere(
    conn: &mut Conn,
    clock: &Clock,
    user: UserId,
) -> QueryResult<()> {
    loop {
        let found = members::list_of_user(conn, user, LISTED_MAX).await?;
        if found.is_empty() {
            return Ok(());
        }
        for member in found {
            tenants::lock_active(conn, member.tenant_id).await?;
            members::delete(conn, member.id).await?;
            let removed = TenantMemberRemoved {
                tenant_id: member.tenant_id,
                user_id: user,
            };
            event::record(conn, clock, &removed).await?;
            warn_without_owner(conn, member.tenant_id).await?;
        }
    }
}

/// Tells the operator of a tenant that nobody can govern any more: its owner was made one and went
/// before the accounts heard of it.
async fn warn_without_owner(conn: &mut Conn, tenant: TenantId) -> QueryResult<()> {
    if members::count_owners(conn, tenant).await? == 0 && members::count(conn, tenant).await? > 0 {
        tracing::error!(tenant.id = %tenant, "the last owner of a tenant is gone, and others are in it");
    }
    Ok(())
}

/// The current tenant, if it is the one that is asked for and the viewer manages its members.
pub(crate) fn managed_tenant(viewer: &Viewer, asked: TenantId) -> Result<TenantId, TenantError> {
    let tenant = viewer.require_in_tenant(MANAGE)?;
    match asked == tenant {
        true => Ok(tenant),
        false => Err(TenantError::NotCurrent(asked)),
    }
}

/// Keeps others from changing the tenant's members until the transaction ends.
pub(crate) async fn lock(conn: &mut Conn, tenant: TenantId) -> Result<(), TenantError> {
    match tenants::lock_active(conn, tenant).await? {
        true => Ok(()),
        false => Err(TenantError::NotCurrent(tenant)),
    }
}

/// Refuses to give somebody roles that the viewer cannot give.
pub(crate) async fn require_grantable(
    app: &App,
    conn: &mut Conn,
    tenant: TenantId,
    viewer: &Viewer,
    selected: &Selected,
) -> Result<(), TenantError> {
    if selected.own() {
        require_owner(app, conn, tenant, viewer).await?;
    }
    let nothing = Grants::default();
    Ok(viewer.grants.check_change(&nothing, &selected.grants)?)
}

async fn find(conn: &mut Conn, tenant: TenantId, user: UserId) -> Result<Membership, TenantError> {
    let found = members::find(conn, tenant, user).await?;
    found.ok_or(TenantError::NoMember(user))
}

/// Refuses whoever owns the tenant not, or has not proven that lately: a token that was stolen must
/// not take the tenant away for good. Scopes of a key say nothing of ownership.
async fn require_owner(
    app: &App,
    conn: &mut Conn,
    tenant: TenantId,
    viewer: &Viewer,
) -> Result<(), TenantError> {
    let found = members::find(conn, tenant, viewer.user).await?;
    match found.is_some_and(|member| member.is_owner()) {
        true => Ok(viewer.require_recent(app.clock.now()).map(drop)?),
        false => Err(TenantError::OwnerOnly),
    }
}

async fn require_an_owner(conn: &mut Conn, tenant: TenantId) -> Result<(), TenantError> {
    match members::count_owners(conn, tenant).await? {
        0 => Err(TenantError::LastOwner),
        _ => Ok(()),
    }
}

fn holds(member: &Membership, selected: &Selected) -> bool {
    let ids = |roles: &[HeldRole]| {
        let mut ids = roles.iter().map(|role| role.id).collect::<Vec<_>>();
        ids.sort_unstable();
        ids
    };
    ids(&member.roles) == ids(&selected.roles)
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
