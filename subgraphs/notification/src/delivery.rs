//! From a request to a row in the tenant's own database, and the announcement that it is there.
//!
//! The row is outside the transaction of the handler, so its id is made of the event's: handled
//! again after a crash, the event finds its row.

use std::time::Duration;

use chrono::TimeDelta;
use kit::event::{self, Event, Handler, HandlerError};
use kit::tenant_db::TenantDbError;
use kit::{App, Conn};

use crate::events::{NotificationCreated, NotificationRequested};
use crate::ids::NotificationId;
use crate::store::notifications::{self, Notification};

const DELIVERY: &str = "notification.delivery";
/// How long one tenant's database may keep the others waiting.
const WRITE_MAX: Duration = Duration::from_secs(3);
/// How long notifications are kept.
const KEPT: TimeDelta = TimeDelta::days(90);

/// The handler.
pub(crate) fn handler(app: &App) -> Handler {
    let app = app.clone();
    Handler::new(DELIVERY, &["notification.requested"], move |conn, event| {
        let app = app.clone();
        Box::pin(async move { deliver(&app, conn, event).await })
    })
}

pub(crate) async fn deliver(app: &App, conn: &mut Conn, event: &Event) -> Result<(), HandlerError> {
    let requested: NotificationRequested = event.payload()?;
    let created = NotificationCreated {
        notification_id: NotificationId::from_uuid(event.id.uuid()),
        tenant_id: requested.tenant_id,
        service_id: requested.service_id,
        kind: requested.kind,
        permission: requested.permission.clone(),
    };
    let row = Notification {
        id: created.notification_id,
        kind: requested.kind,
        service_id: requested.service_id,
        title: requested.title,
        body: requested.body,
        permission: requested.permission,
        created_at: event.time,
    };
    let written = async {
        let mut tenant = app.tenant_dbs.write(created.tenant_id).await?;
        notifications::insert(&mut tenant, &row).await?;
        notifications::forget_before(&mut tenant, app.clock.now_utc() - KEPT).await?;
        Ok::<_, TenantDbError>(())
    };
    match tokio::time::timeout(WRITE_MAX, written).await {
        Ok(Ok(())) => {}
        Ok(Err(TenantDbError::Missing(tenant))) => {
            tracing::warn!(tenant.id = %tenant, "nobody to notify: the tenant has no database");
            return Ok(());
        }
        Ok(Err(err)) => return Err(err.into()),
        Err(_) => {
            let message = format!("the database of {} does not answer", created.tenant_id);
            return Err(HandlerError::new(message));
        }
    }
    event::record(conn, &app.clock, &created).await?;
    Ok(())
}
