//! From one change of a service to one request for each tenant that subscribes to it.
//!
//! The tenants are served apart: a tenant whose database fails must not keep the others waiting for
//! its turn to be tried again.

use kit::event::{self, Handler, HandlerError};
use kit::id::{ServiceId, TenantId};
use kit::{App, Conn};
use serde::Deserialize;

use crate::events::NotificationRequested;
use crate::store::{Kind, subscriptions};

/// Keeps the subscriptions and asks for notifications. One handler for both, so that a subscription
/// counts from the very next change.
const FAN_OUT: &str = "notification.fan_out";

#[derive(Deserialize)]
struct TenantServiceSubscribed {
    tenant_id: TenantId,
    service_id: ServiceId,
}

#[derive(Deserialize)]
struct HealthChanged {
    service_id: ServiceId,
    service_name: String,
    service_slug: String,
    from: String,
    to: String,
    #[serde(default)]
    error: Option<String>,
}

/// The handler.
pub(crate) fn handler(app: &App) -> Handler {
    const KINDS: &[&str] = &["tenant.service_subscribed", "service.health_changed"];
    let app = app.clone();
    Handler::new(FAN_OUT, KINDS, move |conn, event| {
        let app = app.clone();
        Box::pin(async move {
            if event.kind == "service.health_changed" {
                return ask(&app, conn, Deserialize::deserialize(&event.data)?).await;
            }
            let subscribed = TenantServiceSubscribed::deserialize(&event.data)?;
            subscriptions::remember(conn, subscribed.service_id, subscribed.tenant_id).await?;
            Ok(())
        })
    })
}

/// Asks for a notification in every subscribed tenant, if the change is worth one.
async fn ask(app: &App, conn: &mut Conn, changed: HealthChanged) -> Result<(), HandlerError> {
    let Some(kind) = kind(&changed.from, &changed.to) else {
        return Ok(());
    };
    let (title, body) = words(kind, &changed);
    let permission = format!("service.{}:read", changed.service_slug);
    let tenants = subscriptions::tenants(conn, changed.service_id).await?;
    let requests: Vec<_> = tenants
        .into_iter()
        .map(|tenant_id| NotificationRequested {
            tenant_id,
            service_id: changed.service_id,
            kind,
            title: title.clone(),
            body: body.clone(),
            permission: permission.clone(),
        })
        .collect();
    event::record_all(conn, &app.clock, &requests).await?;
    Ok(())
}

/// A service went down, or came back from being down; nothing else is worth a notification.
fn kind(from: &str, to: &str) -> Option<Kind> {
    match (from, to) {
        ("DOWN", "UP" | "DEGRADED") => Some(Kind::ServiceRecovered),
        ("DOWN", _) => None,
        (_, "DOWN") => Some(Kind::ServiceDown),
        _ => None,
    }
}

fn words(kind: Kind, changed: &HealthChanged) -> (String, String) {
    let name = &changed.service_name;
    match (kind, changed.to.as_str()) {
        (Kind::ServiceDown, _) => (
            format!("{name} is down"),
            match &changed.error {
                Some(error) => format!("{name} does not pass its health checks: {error}."),
                None => format!("{name} does not pass its health checks."),
            },
        ),
        (Kind::ServiceRecovered, "DEGRADED") => (
            format!("{name} is back, but degraded"),
            format!("{name} passes its health checks again, but not every time."),
        ),
        (Kind::ServiceRecovered, _) => (
            format!("{name} is back"),
            format!("{name} passes its health checks again."),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_going_down_and_coming_back_are_worth_telling() {
        for (from, to, expected) in [
            ("UNKNOWN", "UP", None),
            ("UNKNOWN", "DOWN", Some(Kind::ServiceDown)),
            ("UP", "DOWN", Some(Kind::ServiceDown)),
            ("DEGRADED", "DOWN", Some(Kind::ServiceDown)),
            ("UP", "DEGRADED", None),
            ("DEGRADED", "UP", None),
            ("DOWN", "UP", Some(Kind::ServiceRecovered)),
            ("DOWN", "DEGRADED", Some(Kind::ServiceRecovered)),
            ("DOWN", "DOWN", None),
            ("DOWN", "MAINTENANCE", None),
            ("MAINTENANCE", "UP", None),
        ] {
            assert_eq!(kind(from, to), expected, "{from} to {to}");
        }
    }
}
