//! Who may see whom: oneself, and with permission those who share the current tenant.

use kit::error::StorageError;
use kit::id::{TenantId, UserId};
use kit::page::Page;
use kit::{App, Permission, Viewer};

use crate::error::UserError;
use crate::event::{MEMBERSHIPS, PROFILES};
use crate::store::{Membership, Profile};

/// To see the other people of the tenant.
pub(crate) const READ: Permission = Permission("user:read");

/// Those among these people whom the viewer may see, also if they have only just come.
pub(crate) async fn visible(
    app: &App,
    viewer: &Viewer,
    ids: &[UserId],
) -> Result<Vec<Profile>, StorageError> {
    let known = known(app, viewer, ids).await?;
    if known.len() == ids.len() {
        return Ok(known);
    }
    app.events.caught_up(&app.db, PROFILES).await?;
    app.events.caught_up(&app.db, MEMBERSHIPS).await?;
    self::known(app, viewer, ids).await
}

/// A page of the people of the current tenant, and how many there are if that is wanted.
pub(crate) async fn list(
    app: &App,
    viewer: &Viewer,
    page: &Page<UserId>,
    counted: bool,
) -> Result<(Vec<Profile>, i64), UserError> {
    let tenant = viewer.require_in_tenant(READ)?;
    let mut conn = app.db.read().await?;
    let rows = Profile::list(&mut conn, tenant, page).await?;
    let total = match counted {
        true => Profile::count(&mut conn, tenant).await?,
        false => 0,
    };
    Ok((rows, total))
}

/// The tenants among these that the viewer belongs to, also if they are only just members.
pub(crate) async fn tenants(
    app: &App,
    viewer: &Viewer,
    ids: &[TenantId],
) -> Result<Vec<TenantId>, StorageError> {
    let known = known_tenants(app, viewer, ids).await?;
    if known.len() == ids.len() {
        return Ok(known);
    }
    app.events.caught_up(&app.db, MEMBERSHIPS).await?;
    known_tenants(app, viewer, ids).await
}

async fn known(app: &App, viewer: &Viewer, ids: &[UserId]) -> Result<Vec<Profile>, StorageError> {
    let mut conn = app.db.read().await?;
    let mut found = Vec::new();
    if ids.contains(&viewer.user) {
        found.extend(Profile::find(&mut conn, viewer.user).await?);
    }
    let others = ids.iter().copied().filter(|&id| id != viewer.user);
    let others = others.collect::<Vec<_>>();
    if let Ok(tenant) = viewer.require_in_tenant(READ)
        && !others.is_empty()
    {
        found.extend(Profile::by_ids_in_tenant(&mut conn, tenant, &others).await?);
    }
    Ok(found)
}

async fn known_tenants(
    app: &App,
    viewer: &Viewer,
    ids: &[TenantId],
) -> Result<Vec<TenantId>, StorageError> {
    let mut conn = app.db.read().await?;
    Ok(Membership::tenants_of(&mut conn, viewer.user, ids).await?)
}
