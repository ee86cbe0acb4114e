//! Roles as members hold them: by name in inputs, and what they grant together.

use kit::id::TenantId;
use kit::permission::Grants;
use kit::role::{BuiltIn, OWNER};
use kit::{App, Conn};

use crate::error::TenantError;
use crate::projections::ROLES;
use crate::store::HeldRole;
use crate::store::roles::{self, KnownRole};

/// Roles that one member can hold.
pub(crate) const ROLES_MAX: usize = 10;

/// Roles to be held together, and what they grant.
pub(crate) struct Selected {
    pub(crate) roles: Vec<HeldRole>,
    pub(crate) grants: Grants,
}

impl Selected {
    /// Whether the owner's role is among them.
    pub(crate) fn own(&self) -> bool {
        self.roles.iter().any(|role| role.id == OWNER.id)
    }
}

/// The roles of a tenant with these slugs, also if they are only just defined.
///
/// An owner holds no other role: one that denies something would take it from the owner.
pub(crate) async fn select(
    app: &App,
    tenant: TenantId,
    mut slugs: Vec<String>,
) -> Result<Selected, TenantError> {
    slugs.sort_unstable();
    slugs.dedup();
    if !(1..=ROLES_MAX).contains(&slugs.len()) {
        return Err(TenantError::RoleCount);
    }
    let built_in = slugs.iter().filter_map(|slug| BuiltIn::find_by_slug(slug));
    let built_in = built_in.collect::<Vec<_>>();
    if slugs.len() > 1 && built_in.contains(&OWNER) {
        return Err(TenantError::OwnerAlone);
    }
    let is_own = |slug: &String| BuiltIn::find_by_slug(slug).is_none();
    let own = slugs.into_iter().filter(is_own).collect::<Vec<_>>();
    let defined = match own.is_empty() {
        true => Vec::new(),
        false => {
            app.events.caught_up(&app.db, ROLES).await?;
            let mut conn = app.db.read().await?;
            roles::by_slugs(&mut conn, tenant, &own).await?
        }
    };
    let is_unknown = |slug: &&String| !defined.iter().any(|role| role.slug == **slug);
    if let Some(unknown) = own.iter().find(is_unknown) {
        return Err(TenantError::UnknownRole(unknown.chars().take(60).collect()));
    }
    Ok(Selected::of(built_in, defined))
}

/// What roles grant together that a member of a tenant holds.
pub(crate) async fn grants(
    conn: &mut Conn,
    tenant: TenantId,
    held: &[HeldRole],
) -> Result<Grants, TenantError> {
    Ok(known(conn, tenant, held).await?.grants)
}

/// Those of these roles that a tenant still has, as they are now.
pub(crate) async fn known(
    conn: &mut Conn,
    tenant: TenantId,
    held: &[HeldRole],
) -> Result<Selected, TenantError> {
    let built_in = held.iter().filter_map(|role| BuiltIn::find(role.id));
    let ids = held.iter().map(|role| role.id).collect::<Vec<_>>();
    let defined = roles::by_ids(conn, tenant, &ids).await?;
    Ok(Selected::of(built_in.collect(), defined))
}

impl Selected {
    fn of(mut built_in: Vec<BuiltIn>, defined: Vec<KnownRole>) -> Self {
        built_in.sort_by_key(|role| role.id);
        let patterns = built_in.iter().flat_map(|role| role.permissions);
        let patterns = patterns.map(|&pattern| pattern.to_owned());
        let own = defined.iter().flat_map(|role| role.permissions.0.clone());
        let grants = Grants::new(patterns.chain(own));
        let built_in = built_in.into_iter().map(|role| HeldRole {
            id: role.id,
            slug: role.slug.to_owned(),
        });
        let own = defined.into_iter().map(|role| HeldRole {
            id: role.id,
            slug: role.slug,
        });
        Self {
            roles: built_in.chain(own).collect(),
            grants,
        }
    }
}
