//! What is done every now and then: what has had its time is removed, and signing keys rotate.

use std::time::Duration;

use chrono::TimeDelta;
use kit::App;
use kit::error::{StorageError, chain};
use tokio_util::sync::CancellationToken;

use crate::config::AuthConfig;
use crate::store::{
    account, activity, api_key, failure, refresh_token, second_factor, session, ticket,
};
use crate::{rotation, throttle};

const PAUSE: Duration = Duration::from_secs(10 * 60);
/// Ended sessions stay for a while, so that the record's entries can be looked up.
const SESSIONS_KEPT: TimeDelta = TimeDelta::days(30);
/// So do keys that are good for nothing any more.
const KEYS_KEPT: TimeDelta = TimeDelta::days(90);
/// An address that was registered and not proven is free again after a while.
const UNPROVEN_KEPT: TimeDelta = TimeDelta::days(30);

/// Removes expired tokens, sessions, failure counts and old activity, and rotates signing keys that
/// are due, every ten minutes until the shutdown. Any number of processes may do so at once.
pub async fn run(app: App, config: AuthConfig, shutdown: CancellationToken) {
    loop {
        if let Err(err) = sweep(&app, &config).await {
            tracing::warn!(error = %chain(&err), "expired sessions wait to be removed");
        }
        if let Err(err) = rotation::advance(&app, &config).await {
            tracing::warn!(error = %chain(&err), "the signing keys wait to be rotated");
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
        + ticket::sweep(&mut conn, now).await?
        + second_factor::sweep(&mut conn, now).await?
        + api_key::sweep(&mut conn, now - KEYS_KEPT).await?
        + account::sweep(&mut conn, now - UNPROVEN_KEPT).await?
        + failure::sweep(&mut conn, throttle::counts_since(now)).await?
        + activity::sweep(&mut conn, now - config.activity_kept()).await?;
    tracing::debug!(removed, "removed what has had its time");
    Ok(removed)
}
