//! The background task that checks what is due. Any number of processes share the work: each claims
//! what it has room for, and no tenant and no host takes all of the room.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta};
use kit::App;
use kit::id::{ServiceId, TenantId};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use super::check::{check, lease};
use crate::config::HealthConfig;
use crate::error::RegistryError;
use crate::store::{Due, HealthCheck, Target};
use kit::turns::{Bounds, Turn, Turns};

/// Checks under way of one tenant, and of one host.
const EACH_MAX: usize = 4;
/// Due services of one tenant that are looked at, as some may be on a host that is busy.
const TENANT_DUE_MAX: i64 = 16;
/// Due services that are looked at in all.
const DUE_MAX: i64 = 1_000;
/// Single checks are kept this long.
const KEPT: TimeDelta = TimeDelta::hours(24);
/// Time between two removals of older ones.
const PRUNE: TimeDelta = TimeDelta::minutes(10);
/// Pause after the database failed.
const BACK_OFF: Duration = Duration::from_secs(2);
/// Pause before a turn that became free is given to the next.
const BREATH: Duration = Duration::from_millis(10);

/// Checks the health of services until the shutdown.
pub async fn run(app: App, config: HealthConfig, shutdown: CancellationToken) {
    let (room, ended) = (Room::new(&config), Arc::new(Notify::new()));
    let checks = TaskTracker::new();
    let tick = (config.interval(None) / 4).clamp(Duration::from_millis(25), Duration::from_secs(1));
    let mut pruned_at = None;
    while !shutdown.is_cancelled() {
        let turn = async {
            prune(&app, &mut pruned_at).await?;
            claim(&app, &config, &room).await
        };
        let (pause, more) = match turn.await {
            Ok(Claimed { targets, more }) => {
                for (target, turn) in targets {
                    let (app, config, shutdown) = (app.clone(), config.clone(), shutdown.clone());
                    let ended = ended.clone();
                    checks.spawn(async move {
                        check_or_release(&app, &config, &target, &shutdown).await;
                        drop(turn);
                        ended.notify_one();
                    });
                }
                (tick, more)
            }
            Err(err) => {
                tracing::warn!(
                    error = &err as &dyn std::error::Error,
                    "health checks wait for the database"
                );
                (BACK_OFF, false)
            }
        };
        let next = async {
            tokio::time::sleep(BREATH).await;
            ended.notified().await;
        };
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
            () = next, if more => {}
        }
    }
    checks.close();
    checks.wait().await;
}

/// What this process can check at once.
struct Room {
    tenants: Turns<TenantId>,
    hosts: Turns<String>,
}

/// A turn of the tenant and one of the host.
type Taken = (Turn<TenantId>, Turn<String>);

impl Room {
    fn new(config: &HealthConfig) -> Self {
        let bounds = Bounds {
            all_max: config.concurrency(),
            each_max: EACH_MAX,
            queue_max: EACH_MAX,
        };
        Self {
            tenants: Turns::new(bounds),
            hosts: Turns::new(bounds),
        }
    }

    fn take(&self, due: &Due) -> Option<Taken> {
        let own = self.tenants.try_take(&due.tenant_id)?;
        Some((own, self.hosts.try_take(&host(&due.base_url))?))
    }
}

/// Host and port of an address.
fn host(base_url: &str) -> String {
    let url = Url::parse(base_url).ok();
    let authority =
        url.map(|url| url[url::Position::BeforeHost..url::Position::AfterPort].to_owned());
    authority.unwrap_or_default()
}

/// What was claimed, each with the turns that it takes up.
struct Claimed {
    targets: Vec<(Target, Taken)>,
    /// Whether something due found no room.
    more: bool,
}

/// Claims services that are due, as many as there is room for.
async fn claim(app: &App, config: &HealthConfig, room: &Room) -> Result<Claimed, RegistryError> {
    let now = app.clock.now_utc();
    let mut conn = app.db.read().await?;
    let due = Due::list(&mut conn, now, TENANT_DUE_MAX, DUE_MAX).await?;
    drop(conn);
    let taken = due
        .iter()
        .filter_map(|due| Some((due.service_id, room.take(due)?)));
    let mut taken: HashMap<ServiceId, Taken> = taken.collect();
    let more = taken.len() < due.len();
    if taken.is_empty() {
        let targets = Vec::new();
        return Ok(Claimed { targets, more });
    }
    let services: Vec<_> = taken.keys().copied().collect();
    let mut conn = app.db.write().await?;
    let claimed = Target::claim_due(&mut conn, &services, now, now + lease(config)).await?;
    let with_turns = |target: Target| {
        let turns = taken.remove(&target.health.service_id)?;
        Some((target, turns))
    };
    let targets = claimed.into_iter().filter_map(with_turns).collect();
    Ok(Claimed { targets, more })
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
