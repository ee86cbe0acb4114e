//! Creating and finding tenants.

use kit::id::{TenantId, UserId};
use kit::{App, Permission, Viewer};

use crate::config::TenantConfig;
use crate::error::TenantError;
use crate::ids::MembershipId;
use crate::provisioning::{ATTEMPTS, CLAIM, attempt_detached};
use crate::slug;
use crate::store::provisioning::{self, Due};
use crate::store::tenants::{self, NewTenant};
use crate::store::{HeldRole, Membership, State, Tenant, members};

/// What frees from the limit on tenants.
pub(crate) const CREATE_ANY: Permission = Permission("platform.tenant:create");
const NAME_MAX: usize = 100;

/// Creates a tenant, with the viewer as its owner, and makes its database.
///
/// Answers when the first attempt has ended: the tenant is ACTIVE then, or still PROVISIONING if
/// something failed that is tried again in the background. Administrators of the platform create as
/// many as they like.
pub(crate) async fn create(
    app: &App,
    config: &TenantConfig,
    viewer: &Viewer,
    name: &str,
    slug: Option<String>,
) -> Result<Tenant, TenantError> {
    viewer.session()?;
    let name = check_name(name)?;
    let slug = match slug {
        Some(slug) => slug::check(&slug).map(|()| slug)?,
        None => slug::of_name(name)?,
    };
    let owned_max = match viewer.require(CREATE_ANY) {
        Ok(()) => i32::MAX,
        Err(_) => i32::try_from(config.owned_max).unwrap_or(i32::MAX),
    };
    let due = request(app, viewer.user, owned_max, name.to_owned(), slug).await?;
    attempt_detached(app, due).await;
    let mut conn = app.db.read().await?;
    Ok(tenants::find(&mut conn, due.id).await?)
}

/// Tries once more to make the database of a tenant that was given up. For its owner.
pub(crate) async fn retry(app: &App, viewer: &Viewer, id: TenantId) -> Result<Tenant, TenantError> {
    viewer.session()?;
    let mut conn = app.db.write().await?;
    let membership = members::find(&mut conn, id, viewer.user).await?;
    if membership.is_none_or(|membership| !membership.is_owner()) {
        return Err(TenantError::NotFound(id));
    }
    let until = app.clock.now_utc() + CLAIM;
    let due = provisioning::restart(&mut conn, id, ATTEMPTS, until).await?;
    let Some(due) = due else {
        let state = tenants::find(&mut conn, id).await?.state;
        return Err(TenantError::NotFailed { id, state });
    };
    drop(conn);
    attempt_detached(app, due).await;
    let mut conn = app.db.read().await?;
    Ok(tenants::find(&mut conn, id).await?)
}

/// Writes down what is asked for. The first attempt belongs to the caller: nobody else takes the
/// tenant before its claim would have run out.
pub(crate) async fn request(
    app: &App,
    user: UserId,
    owned_max: i32,
    name: String,
    slug: String,
) -> Result<Due, TenantError> {
    let now = app.clock.now_utc();
    let tenant = NewTenant {
        id: TenantId::new(),
        slug: slug.clone(),
        name,
        state: State::Requested,
        created_by: user,
        created_at: now,
        attempt: 0,
        attempts_left: ATTEMPTS,
        due_at: Some(now + CLAIM),
    };
    let owner = Membership {
        id: MembershipId::new(),
        tenant_id: tenant.id,
        user_id: user,
        roles: vec![HeldRole::owner()],
        joined_at: now,
    };
    let due = Due {
        id: tenant.id,
        attempt: tenant.attempt,
        attempts_left: tenant.attempts_left,
    };
    let mut conn = app.db.write().await?;
    tenants::prepare_count(&mut conn, user).await?;
    conn.transaction(async |conn| {
        if !tenants::count_creation(conn, user, owned_max).await? {
            return Err(TenantError::TooManyTenants(owned_max));
        }
        if !tenants::insert(conn, tenant).await? {
            return Err(TenantError::SlugTaken(slug));
        }
        members::insert(conn, &owner).await?;
        Ok(due)
    })
    .await
}

fn check_name(name: &str) -> Result<&str, TenantError> {
    let name = name.trim();
    let fits = (1..=NAME_MAX).contains(&name.chars().count());
    match fits && !name.chars().any(char::is_control) {
        true => Ok(name),
        false => Err(TenantError::Name),
    }
}
