//! Removes what has had its time.

use std::time::Duration;

use chrono::TimeDelta;
use kit::App;
use kit::error::StorageError;
use tokio_util::sync::CancellationToken;

use crate::config::AuthConfig;
use crate::store::{activity, failure, refresh_token, session};
use crate::throttle;

const PAUSE: Duration = Duration::from_secs(60 * 60);
/// Ended sessions stay for a while, so that the record's entries can be looked up.
const SESSIONS_KEPT: TimeDelta = TimeDelta::days(30);

/// Removes expired tokens, sessions, failure counts and old activity, once an hour until the
/// shutdown. Any number of processes may do so at once.
pub async fn run(app: App, config: AuthConfig, shutdown: CancellationToken) {
    loop {
        if let Err(err) = sweep(&app, &config).await {
            tracing::warn!(
                error = &err as &dyn std::error::Error,
                "expired sessions wait to be removed"
            );
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

pub(crate) async fn sweep(app: &App, config: &AuthConfig) -> Result<usize, StorageError> {
    let now = app.clock.now_utc();
    let mut conn = app.db.write().await?;
    let removed = refresh_token::sweep(&mut conn, now).await?
        + session::sweep(&mut conn, now - SESSIONS_KEPT).await?
        + failure::sweep(&mut conn, throttle::counts_since(now)).await?
        + activity::sweep(&mut conn, now - config.activity_kept()).await?;
    tracing::debug!(removed, "removed what has had its time");
    Ok(removed)
}
