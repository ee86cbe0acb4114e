//! What has had its time is removed: invitations, and counts of letters.

use std::time::Duration;

use chrono::TimeDelta;
use kit::App;
use kit::error::{StorageError, chain};
use tokio_util::sync::CancellationToken;

use crate::store::{invitations, letters};

const PAUSE: Duration = Duration::from_secs(10 * 60);
/// Invitations stay for a while after their time, so that people see what became of them.
const INVITATIONS_KEPT: TimeDelta = TimeDelta::days(90);
/// Longer than any window of a count.
const COUNTS_KEPT: TimeDelta = TimeDelta::days(1);

/// Removes what has had its time, every ten minutes until the shutdown. Any number of processes may
/// do so at once.
pub(crate) async fn run(app: App, shutdown: CancellationToken) {
    loop {
        if let Err(err) = sweep(&app).await {
            tracing::warn!(error = %chain(&err), "old invitations wait to be removed");
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

pub(crate) async fn sweep(app: &App) -> Result<usize, StorageError> {
    let now = app.clock.now_utc();
    let mut conn = app.db.write().await?;
    let removed = invitations::sweep(&mut conn, now - INVITATIONS_KEPT).await?
        + letters::sweep(&mut conn, now - COUNTS_KEPT).await?;
    tracing::debug!(removed, "removed old invitations");
    Ok(removed)
}
