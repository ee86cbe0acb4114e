//! The state of the platform, for its administrators.

use std::time::Instant;

use chrono::{DateTime, Utc};
use kit::db::Backend;
use kit::event::Status;
use kit::{App, Permission, Viewer};

use crate::error::PlatformError;

/// What reading the state needs; only administrators of the platform have it.
pub(crate) const READ: Permission = Permission("platform:read");

/// When this process started.
pub(crate) struct StartedAt(pub(crate) DateTime<Utc>);

/// The state at one moment.
pub(crate) struct PlatformState {
    pub(crate) backend: Backend,
    pub(crate) latency_ms: f64,
    pub(crate) delivery: Status,
}

/// Looks at the database and at the delivery of events.
pub(crate) async fn read(app: &App, viewer: &Viewer) -> Result<PlatformState, PlatformError> {
    viewer.require(READ)?;
    let asked = Instant::now();
    let mut conn = app.db.read().await?;
    let delivery = Status::read(&mut conn).await?;
    let latency_ms = asked.elapsed().as_secs_f64() * 1_000.0;
    Ok(PlatformState {
        backend: app.db.backend(),
        latency_ms,
        delivery,
    })
}
