//! The background task that checks what is due. Any number of processes share the work: each claims
//! what it has room for.

use std::sync::Arc;
use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta};
use kit::App;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::check::{check, lease};
use crate::config::HealthConfig;
use crate::error::RegistryError;
use crate::store::{Health, HealthCheck, Target};

/// Services claimed at once.
const BATCH_MAX: usize = 50;
/// Single checks are kept this long.
const KEPT: TimeDelta = TimeDelta::hours(24);
/// Time between two removals of older ones.
const PRUNE: TimeDelta = TimeDelta::minutes(10);
/// Pause after the database failed.
const BACK_OFF: Duration = Duration::from_secs(2);

/// Checks the health of services until the shutdown.
pub async fn run(app: App, config: HealthConfig, shutdown: CancellationToken) {
    let room = Arc::new(Semaphore::new(config.concurrency()));
    let checks = TaskTracker::new();
    let tick = (config.interval(None) / 4).clamp(Duration::from_millis(25), Duration::from_secs(1));
    let mut pruned_at = None;
    while !shutdown.is_cancelled() {
        let turn = async {
            prune(&app, &mut pruned_at).await?;
            claim(&app, &config, room.available_permits().min(BATCH_MAX)).await
        };
        let pause = match turn.await {
            Ok(targets) => {
                let full = targets.len() == BATCH_MAX;
                for target in targets {
                    let permit = room
                        .clone()
                        .try_acquire_owned()
                        .expect("no more are claimed than there is room");
                    let (app, config, shutdown) = (app.clone(), config.clone(), shutdown.clone());
                    checks.spawn(async move {
                        check_or_release(&app, &config, &target, &shutdown).await;
                        drop(permit);
                    });
                }
                if full { Duration::ZERO } else { tick }
            }
            Err(err) => {
                tracing::warn!(
                    error = &err as &dyn std::error::Error,
                    "health checks wait for the database"
                );
                BACK_OFF
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
    checks.close();
    checks.wait().await;
}

/// Claims up to `limit` services that are due.
async fn claim(
    app: &App,
    config: &HealthConfig,
    limit: usize,
) -> Result<Vec<Target>, RegistryError> {
    let now = app.clock.now_utc();
    let due = Health::due(
        &mut app.db.read().await?,
        now,
        i64::try_from(limit).unwrap_or(0),
    )
    .await?;
    if due.is_empty() {
        return Ok(Vec::new());
    }
    let mut conn = app.db.write().await?;
    Ok(Target::claim_due(&mut conn, &due, now, now + lease(config)).await?)
}

/// Makes a check; one that the shutdown interrupts is given back, for the next process to make.
async fn check_or_release(
    app: &App,
    config: &HealthConfig,
    target: &Target,
    shutdown: &CancellationToken,
) {
    let done = tokio::select! {
        biased;
        () = shutdown.cancelled() => release(app, target).await,
        done = check(app, config, target) => done,
    };
    if let Err(err) = done {
        tracing::warn!(
            error = &err as &dyn std::error::Error,
            service.id = %target.health.service_id,
            "a health check is lost; the service is checked again when its claim ends"
        );
    }
}

async fn release(app: &App, target: &Target) -> Result<(), RegistryError> {
    target
        .release(&mut app.db.write().await?, app.clock.now_utc())
        .await?;
    Ok(())
}

async fn prune(app: &App, pruned_at: &mut Option<NaiveDateTime>) -> Result<(), RegistryError> {
    let now = app.clock.now_utc();
    if pruned_at.is_some_and(|at| now - at < PRUNE) {
        return Ok(());
    }
    HealthCheck::prune(&mut app.db.write().await?, now - KEPT).await?;
    *pruned_at = Some(now);
    Ok(())
}
