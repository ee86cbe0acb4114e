//! How a tenant defines roles of its own: nobody writes more into a role than they may do
//! themselves.

use kit::db::Json;
use kit::id::TenantId;
use kit::permission::{Catalogue, Grants};
use kit::role::{BuiltIn, RoleId};
use kit::{App, Conn, Permission, Viewer, event};

use crate::error::UserError;
use crate::event::{MEMBERSHIPS, RoleCreated, RoleDeleted, RoleUpdated};
use crate::pattern;
use crate::role::Role;
use crate::store::memberships;
use crate::store::roles::{self, Row};

/// To define, change and delete roles.
pub(crate) const MANAGE: Permission = Permission("tenant.role:manage");

/// Roles that a tenant can define.
pub(crate) const ROLES_MAX: i32 = 100;
const SLUG_MIN: usize = 2;
const SLUG_MAX: usize = 40;
const NAME_MAX: usize = 100;
const DESCRIPTION_MAX: usize = 500;

/// A role to define.
pub(crate) struct NewRole {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) permissions: Vec<String>,
}

/// What becomes of a role; what is absent stays.
#[derive(Default)]
pub(crate) struct Redefinition {
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) permissions: Option<Vec<String>>,
}

/// Defines a role in the current tenant.
pub(crate) async fn create(
    app: &App,
    catalogue: &Catalogue,
    viewer: &Viewer,
    new: NewRole,
) -> Result<Role, UserError> {
    let tenant = viewer.require_in_tenant(MANAGE)?;
    let now = app.clock.now_utc();
    let row = Row {
        id: RoleId::new(),
        tenant_id: tenant,
        slug: check_slug(new.slug)?,
        name: check_name(&new.name)?,
        description: check_description(&new.description)?,
        permissions: Json(pattern::check(catalogue, new.permissions)?),
        created_at: now,
        updated_at: now,
    };
    let grants = Grants::new(&row.permissions.0);
    viewer
        .grants
        .check_change_of_role(&Grants::default(), &grants)?;
    let mut conn = app.db.write().await?;
    roles::begin_count(&mut conn, tenant).await?;
    conn.transaction(async |conn| {
        if !roles::count_one(conn, tenant, ROLES_MAX).await? {
            return Err(UserError::TooManyRoles);
        }
        if !roles::insert(conn, &row).await? {
            return Err(UserError::SlugTaken(row.slug));
        }
        event::record(conn, &app.clock, &RoleCreated::of(&row, viewer.user)).await?;
        Ok(row.into())
    })
    .await
}

/// Changes a role of the current tenant for all who hold it, from their next request on.
pub(crate) async fn update(
    app: &App,
    catalogue: &Catalogue,
    viewer: &Viewer,
    id: RoleId,
    new: Redefinition,
) -> Result<Role, UserError> {
    let tenant = viewer.require_in_tenant(MANAGE)?;
    let name = new.name.as_deref().map(check_name).transpose()?;
    let description = new.description.as_deref().map(check_description);
    let description = description.transpose()?;
    let permissions = new
        .permissions
        .map(|patterns| pattern::check(catalogue, patterns));
    let permissions = permissions.transpose()?;
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        let mut row = find(conn, tenant, id).await?;
        if let Some(permissions) = permissions {
            let (before, after) = (&row.permissions.0, &permissions);
            viewer
                .grants
                .check_change_of_role(&Grants::new(before), &Grants::new(after))?;
            row.permissions = Json(permissions);
        }
        row.name = name.unwrap_or(row.name);
        row.description = description.unwrap_or(row.description);
        row.updated_at = app.clock.now_utc();
        roles::update(conn, &row).await?;
        event::record(conn, &app.clock, &RoleUpdated::of(&row, viewer.user)).await?;
        Ok(row.into())
    })
    .await
}

/// Deletes a role of the current tenant that nobody holds.
///
/// To take it from its holders on the way would end their denials, too, and whoever deletes a role
/// may not know who they are. Should somebody get the role at the same moment, the tenants take it
/// back when they hear of the end.
pub(crate) async fn delete(app: &App, viewer: &Viewer, id: RoleId) -> Result<Role, UserError> {
    let tenant = viewer.require_in_tenant(MANAGE)?;
    app.events.caught_up(&app.db, MEMBERSHIPS).await?;
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        let row = find(conn, tenant, id).await?;
        let holders = memberships::count_holders(conn, tenant, id).await?;
        if holders > 0 {
            return Err(UserError::RoleHeld(holders));
        }
        roles::delete(conn, tenant, id).await?;
        event::record(conn, &app.clock, &RoleDeleted::of(&row, viewer.user)).await?;
        Ok(row.into())
    })
    .await
}

/// A role that the tenant has defined, kept from others until the transaction ends.
async fn find(conn: &mut Conn, tenant: TenantId, id: RoleId) -> Result<Row, UserError> {
    if BuiltIn::find(id).is_some() {
        return Err(UserError::BuiltIn);
    }
    roles::lock(conn, tenant).await?;
    let found = roles::find(conn, tenant, id).await?;
    found.ok_or(UserError::UnknownRole(id))
}

fn check_slug(slug: String) -> Result<String, UserError> {
    let legal = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    let is_slug = (SLUG_MIN..=SLUG_MAX).contains(&slug.len())
        && slug.bytes().all(legal)
        && !slug.starts_with('-')
        && !slug.ends_with('-');
    match is_slug {
        true if BuiltIn::find_by_slug(&slug).is_some() => Err(UserError::SlugTaken(slug)),
        true => Ok(slug),
        false => Err(UserError::Slug),
    }
}

fn check_name(name: &str) -> Result<String, UserError> {
    let name = name.trim();
    let fits = (1..=NAME_MAX).contains(&name.chars().count());
    match fits && !name.chars().any(char::is_control) {
        true => Ok(name.to_owned()),
        false => Err(UserError::RoleName),
    }
}

fn check_description(description: &str) -> Result<String, UserError> {
    let description = description.trim();
    let fits = description.chars().count() <= DESCRIPTION_MAX;
    match fits && !description.chars().any(char::is_control) {
        true => Ok(description.to_owned()),
        false => Err(UserError::Description),
    }
}
