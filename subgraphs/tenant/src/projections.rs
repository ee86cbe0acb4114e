//! What happens elsewhere and matters here: who may become a member, what can be subscribed to.

use kit::App;
use kit::event::Handler;
use kit::id::{ServiceId, TenantId, UserId};
use serde::Deserialize;

use crate::store::projections::{self, KnownService};

/// Keeps the ids of users.
pub(crate) const USERS: &str = "tenant.users";
/// Keeps the owners and the visibility of services.
pub(crate) const SERVICES: &str = "tenant.services";

#[derive(Deserialize)]
struct UserRegistered {
    user_id: UserId,
}

#[derive(Deserialize)]
struct ServiceRegistered {
    service_id: ServiceId,
    tenant_id: TenantId,
    visibility: String,
}

/// What this subgraph does when something happened.
pub fn handlers(_: &App) -> Vec<Handler> {
    vec![
        Handler::new(USERS, &["user.registered"], |conn, event| {
            Box::pin(async move {
                let registered = UserRegistered::deserialize(&event.data)?;
                projections::remember_user(conn, registered.user_id).await?;
                Ok(())
            })
        }),
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
    ]
}
