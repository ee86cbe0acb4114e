//! Who may see whom: oneself, with permission those who share the current tenant, and as an
//! administrator of the platform everybody.

use kit::error::StorageError;
use kit::id::{TenantId, UserId};
use kit::page::Page;
use kit::{App, Permission, Viewer};

use crate::error::UserError;
use crate::event::{MEMBERSHIPS, PROFILES};
use crate::role;
use crate::store::{Membership, Profile, Wanted};

/// To see the other people of the tenant.
pub(crate) const READ: Permission = Permission("user:read");

/// To see everybody who has an account.
pub(crate) const READ_ALL: Permission = Permission("platform.account:read");

const SEARCH_MAX: usize = 100;

/// Those among these people whom the viewer may see, also if they have only just come.
pub(crate) async fn visible(
    app: &App,
    viewer: &Viewer,
    ids: &[UserId],
) -> Result<Vec<Profile>, StorageError> {
    let others = Others::of(viewer);
    let ids = ids.iter().copied();
    let ids = ids.filter(|&id| id == viewer.user || !matches!(others, Others::Nobody));
    let ids = ids.collect::<Vec<_>>();
    let known = known(app, viewer.user, others, &ids).await?;
    if known.len() == ids.len() {
        return Ok(known);
    }
    app.events.caught_up(&app.db, PROFILES).await?;
    app.events.caught_up(&app.db, MEMBERSHIPS).await?;
    self::known(app, viewer.user, others, &ids).await
}

/// Whom a viewer may see besides themselves.
#[derive(Clone, Copy)]
enum Others {
    Nobody,
    OfTenant(TenantId),
    Everybody,
}

impl Others {
    fn of(viewer: &Viewer) -> Self {
        match viewer.require(READ_ALL) {
            Ok(()) => Self::Everybody,
            Err(_) => viewer
                .require_in_tenant(READ)
                .map_or(Self::Nobody, Self::OfTenant),
        }
    }
}

/// A user whom the request may show to whoever sent it, also if the registration is only just over.
pub(crate) async fn revealed(app: &App, id: UserId) -> Result<Option<Profile>, StorageError> {
    let known = known(app, id, Others::Nobody, &[id]).await?;
    if !known.is_empty() {
        return Ok(known.into_iter().next());
    }
    app.events.caught_up(&app.db, PROFILES).await?;
    Ok(self::known(app, id, Others::Nobody, &[id])
        .await?
        .into_iter()
        .next())
}

/// Which people a client asks for.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) search: Option<String>,
    /// Slug of a role.
    pub(crate) role: Option<String>,
    /// Not only those of the current tenant.
    pub(crate) everywhere: bool,
}

/// A page of the people of the current tenant, and how many there are if that is wanted.
pub(crate) async fn list(
    app: &App,
    viewer: &Viewer,
    filter: Filter,
    page: &Page<UserId>,
    counted: bool,
) -> Result<(Vec<Profile>, i64), UserError> {
    if filter.everywhere {
        return list_all(app, viewer, filter, page, counted).await;
    }
    let tenant = viewer.require_in_tenant(READ)?;
    let wanted = wanted(app, viewer, filter).await?;
    let mut conn = app.db.read().await?;
    let rows = Profile::list(&mut conn, tenant, &wanted, page).await?;
    let total = match counted {
        true => Profile::count(&mut conn, tenant, &wanted).await?,
        false => 0,
    };
    Ok((rows, total))
}

async fn list_all(
    app: &App,
    viewer: &Viewer,
    filter: Filter,
    page: &Page<UserId>,
    counted: bool,
) -> Result<(Vec<Profile>, i64), UserError> {
    viewer.require(READ_ALL)?;
    if filter.role.is_some() {
        return Err(UserError::RoleEverywhere);
    }
    let wanted = wanted(app, viewer, filter).await?;
    let mut conn = app.db.read().await?;
    let rows = Profile::list_all(&mut conn, &wanted, page).await?;
    let total = match counted {
        true => Profile::count_all(&mut conn, &wanted).await?,
        false => 0,
    };
    Ok((rows, total))
}

async fn wanted(app: &App, viewer: &Viewer, filter: Filter) -> Result<Wanted, UserError> {
    let search = filter.search.map(|text| text.trim().to_owned());
    let search = search.filter(|text| !text.is_empty());
    if search
        .as_ref()
        .is_some_and(|it| it.chars().count() > SEARCH_MAX)
    {
        return Err(UserError::Search);
    }
    let role = match filter.role {
        None => None,
        Some(slug) => match role::find_by_slug(app, viewer, &slug).await? {
            Some(role) => Some(role.id),
            None => return Err(UserError::UnknownSlug(slug.chars().take(60).collect())),
        },
    };
    Ok(Wanted { search, role })
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

async fn known(
    app: &App,
    oneself: UserId,
    others: Others,
    ids: &[UserId],
) -> Result<Vec<Profile>, StorageError> {
    let mut conn = app.db.read().await?;
    let mut found = Vec::new();
    if ids.contains(&oneself) {
        found.extend(Profile::find(&mut conn, oneself).await?);
    }
    let ids = ids.iter().copied().filter(|&id| id != oneself);
    let ids = ids.collect::<Vec<_>>();
    if ids.is_empty() {
        return Ok(found);
    }
    found.extend(match others {
        Others::Nobody => Vec::new(),
        Others::OfTenant(tenant) => Profile::by_ids_in_tenant(&mut conn, tenant, &ids).await?,
        Others::Everybody => Profile::by_ids(&mut conn, &ids).await?,
    });
    Ok(found)
}

async fn known_tenants(
    app: &App,
    viewer: &Viewer,
    ids: &[TenantId],
) -> Result<Vec<TenantId>, StorageError> {
    let mut conn = app.db.read().await?;
    let mut found = Membership::tenants_of(&mut conn, viewer.user, ids).await?;
    found.retain(|&tenant| viewer.reaches(tenant));
    Ok(found)
}
