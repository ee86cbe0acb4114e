//! What happens elsewhere and matters here: who may become a member, what can be subscribed to.

use kit::App;
use kit::db::Json;
use kit::event::Handler;
use kit::id::{ServiceId, TenantId, UserId};
use kit::role::RoleId;
use serde::Deserialize;

use crate::member;
use crate::store::projections::{self, KnownService};
use crate::store::roles::{self, KnownRole};
use crate::store::{invitations, members};

/// Keeps the ids of users.
pub(crate) const USERS: &str = "tenant.users";
/// Keeps the owners and the visibility of services.
pub(crate) const SERVICES: &str = "tenant.services";
/// Keeps what roles the tenants have defined.
pub(crate) const ROLES: &str = "tenant.roles";

/// As much of what accounts announce as is needed to know who there is.
#[derive(Deserialize)]
struct UserAnnounced {
    user_id: UserId,
}

#[derive(Deserialize)]
struct ServiceRegistered {
    service_id: ServiceId,
    tenant_id: TenantId,
    visibility: String,
}

/// As much of `role.created` and `role.updated` as is needed to hand a role out.
#[derive(Deserialize)]
struct RoleDefined {
    tenant_id: TenantId,
    role_id: RoleId,
    slug: String,
    permissions: Vec<String>,
}

#[derive(Deserialize)]
struct RoleDeleted {
    role_id: RoleId,
}

/// Keeps the roles that can be handed out. One that is handed out while it is deleted is taken back
/// here.
fn keep_roles() -> Handler {
    const KINDS: &[&str] = &["role.created", "role.updated", "role.deleted"];
    Handler::new(ROLES, KINDS, |conn, event| {
        Box::pin(async move {
            if event.kind == "role.deleted" {
                let deleted = RoleDeleted::deserialize(&event.data)?;
                roles::forget(conn, deleted.role_id).await?;
                members::strip(conn, deleted.role_id).await?;
                return Ok(());
            }
            let defined = RoleDefined::deserialize(&event.data)?;
            let role = KnownRole {
                id: defined.role_id,
                tenant_id: defined.tenant_id,
                slug: defined.slug,
                permissions: Json(defined.permissions),
            };
            roles::remember(conn, &role).await?;
            Ok(())
        })
    })
}

/// Keeps who may become a member. Whoever is gone is taken out of all tenants, and what they, or
/// somebody whose account is closed, have sent invites nobody any more.
fn keep_users(app: &App) -> Handler {
    const KINDS: &[&str] = &["user.registered", "user.deactivated", "user.deleted"];
    let clock = app.clock.clone();
    Handler::new(USERS, KINDS, move |conn, event| {
        let clock = clock.clone();
        Box::pin(async move {
            let user = UserAnnounced::deserialize(&event.data)?.user_id;
            if event.kind == "user.registered" {
                projections::remember_user(conn, user).await?;
                return Ok(());
            }
            invitations::revoke_sent_by(conn, user, event.time).await?;
            if event.kind == "user.deleted" {
                projections::forget_user(conn, user).await?;
                invitations::forget_address_of(conn, user).await?;
                member::remove_everywhere(conn, &clock, user).await?;
            }
            Ok(())
        })
    })
}

/// What this subgraph does when something happened.
pub fn handlers(app: &App) -> Vec<Handler> {
    vec![
        keep_users(app),
        Handler::new(SERVICES, &["service.registered"], |conn, event| {
            Box::pin(async move {
                let registered = ServiceRegistered::deserialize(&event.data)?;
                let service = KnownService {
                    service_id: registered.service_id,
                    owner_id: registered.tenant_id,
                    visibility: registered.visibility,
                };
                projections::remember_service(conn, &service).await?;
                Ok(())
            })
        }),
        keep_roles(),
    ]
}
