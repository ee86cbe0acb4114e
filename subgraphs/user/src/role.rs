//! Roles: named sets of grants that members hold in a tenant. The built-in ones are the same
//! everywhere; the others a tenant has defined for itself.

use kit::error::StorageError;
use kit::id::TenantId;
use kit::role::{BUILT_IN, BuiltIn, RoleId};
use kit::{App, Conn, Viewer};

use crate::store::roles::{self, Row};

/// A role, wherever it comes from.
#[derive(Debug, Clone)]
pub(crate) struct Role {
    pub(crate) id: RoleId,
    /// The tenant that has defined it; none if it is built in.
    pub(crate) tenant: Option<TenantId>,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) permissions: Vec<String>,
}

impl Role {
    /// Every role that each tenant has.
    pub(crate) fn built_in() -> impl Iterator<Item = Self> {
        BUILT_IN.into_iter().map(Self::from)
    }
}

impl From<BuiltIn> for Role {
    fn from(role: BuiltIn) -> Self {
        let permissions = role.permissions.iter();
        Self {
            id: role.id,
            tenant: None,
            slug: role.slug.to_owned(),
            name: role.name.to_owned(),
            description: role.description.to_owned(),
            permissions: permissions.map(|&pattern| pattern.to_owned()).collect(),
        }
    }
}

impl From<Row> for Role {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            tenant: Some(row.tenant_id),
            slug: row.slug,
            name: row.name,
            description: row.description,
            permissions: row.permissions.0,
        }
    }
}

/// What roles of a tenant grant together, as patterns. A role that is not there grants nothing. The
/// built-in ones are known without asking the database.
pub async fn grants_of_roles(
    conn: &mut Conn,
    tenant: TenantId,
    ids: &[RoleId],
) -> Result<Vec<String>, StorageError> {
    let built_in = ids.iter().filter_map(|&id| BuiltIn::find(id));
    let patterns = built_in.flat_map(|role| role.permissions);
    let mut patterns = patterns
        .map(|&pattern| pattern.to_owned())
        .collect::<Vec<_>>();
    let is_own = |id: &RoleId| BuiltIn::find(*id).is_none();
    let own = ids.iter().copied().filter(is_own).collect::<Vec<_>>();
    if !own.is_empty() {
        let found = roles::permissions(conn, tenant, &own).await?;
        patterns.extend(found.into_iter().flat_map(|permissions| permissions.0));
    }
    Ok(patterns)
}

/// These roles of a tenant, the built-in ones first.
pub(crate) async fn of_tenant(
    conn: &mut Conn,
    tenant: TenantId,
    ids: &[RoleId],
) -> Result<Vec<Role>, StorageError> {
    let built_in = Role::built_in().filter(|role| ids.contains(&role.id));
    let own = roles::by_ids(conn, tenant, ids).await?;
    Ok(built_in.chain(own.into_iter().map(Role::from)).collect())
}

/// The roles of the current tenant, or the built-in ones where there is none.
pub(crate) async fn list(app: &App, viewer: &Viewer) -> Result<Vec<Role>, StorageError> {
    let own = match viewer.tenant {
        Some(tenant) => {
            let mut conn = app.db.read().await?;
            roles::of_tenants(&mut conn, &[tenant]).await?
        }
        None => Vec::new(),
    };
    Ok(Role::built_in()
        .chain(own.into_iter().map(Role::from))
        .collect())
}

/// Those among these roles that the viewer may see: the built-in ones, and those of the viewer's
/// tenants.
pub(crate) async fn visible(
    app: &App,
    viewer: &Viewer,
    ids: &[RoleId],
) -> Result<Vec<Role>, StorageError> {
    let mut found = Role::built_in()
        .filter(|role| ids.contains(&role.id))
        .collect::<Vec<_>>();
    if found.len() < ids.len() {
        let mut conn = app.db.read().await?;
        let own = roles::seen_by(&mut conn, viewer.user, viewer.tenant, ids).await?;
        let own = own.into_iter().filter(|row| viewer.reaches(row.tenant_id));
        found.extend(own.map(Role::from));
    }
    Ok(found)
}

/// The role with this slug: a built-in one, or one of the current tenant.
pub(crate) async fn find_by_slug(
    app: &App,
    viewer: &Viewer,
    slug: &str,
) -> Result<Option<Role>, StorageError> {
    if let Some(role) = BuiltIn::find_by_slug(slug) {
        return Ok(Some(role.into()));
    }
    let Some(tenant) = viewer.tenant else {
        return Ok(None);
    };
    let mut conn = app.db.read().await?;
    let found = roles::find_by_slug(&mut conn, tenant, slug).await?;
    Ok(found.map(Role::from))
}

/// What tenants have defined, each with its roles.
pub(crate) async fn of_tenants(app: &App, tenants: &[TenantId]) -> Result<Vec<Role>, StorageError> {
    let mut conn = app.db.read().await?;
    let found = roles::of_tenants(&mut conn, tenants).await?;
    Ok(found.into_iter().map(Role::from).collect())
}
