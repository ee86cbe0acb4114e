//! A claimed check from beginning to end: probe, then one transaction with the result, the history
//! and, where the state changes, the event.

use std::time::Duration;

use chrono::TimeDelta;
use kit::id::{ServiceId, TenantId};
use kit::{App, Conn, Viewer, event};

use super::CheckId;
use super::probe::{Observation, probe};
use super::schedule;
use super::state::{HealthState, Outcome, Rules, Tally};
use crate::config::HealthConfig;
use crate::error::RegistryError;
use crate::events::ServiceHealthChanged;
use crate::service::managed_tenant;
use crate::store::{Health, HealthCheck, Reading, Service, Target};
use kit::turns::{Bounds, Turns};

/// A check by hand within this time of the last one answers with its result.
const PAUSE: TimeDelta = TimeDelta::seconds(1);
/// Checks by hand under way of one tenant.
const BY_HAND_MAX: usize = 4;
/// Time that a probe has beyond its own limit, should that ever fail.
const GRACE: Duration = Duration::from_secs(2);

/// Bounds the checks by hand; those that are due have a room of their own.
pub(crate) struct CheckDesk {
    config: HealthConfig,
    turns: Turns<TenantId>,
}

impl CheckDesk {
    /// A desk where checks are made by these settings.
    pub(crate) fn new(config: HealthConfig) -> Self {
        let bounds = Bounds {
            all_max: config.concurrency(),
            each_max: BY_HAND_MAX,
            queue_max: BY_HAND_MAX,
        };
        let turns = Turns::new(bounds);
        Self { config, turns }
    }
}

/// Checks a service of the tenant now, due or not.
pub(crate) async fn check_now(
    app: &App,
    desk: &CheckDesk,
    viewer: &Viewer,
    id: ServiceId,
) -> Result<Service, RegistryError> {
    let tenant = managed_tenant(viewer)?;
    let _turn = desk.turns.try_take(&tenant).ok_or(RegistryError::Busy)?;
    let config = &desk.config;
    let mut conn = app.db.write().await?;
    let service = Service::find_own(&mut conn, tenant, id)
        .await?
        .ok_or(RegistryError::NotFound(id))?;
    let now = app.clock.now_utc();
    let last = Health::find(&mut conn, id)
        .await?
        .and_then(|health| health.last_checked_at);
    if last.is_some_and(|last| now - last < PAUSE) {
        return Ok(service);
    }
    let target = Target::claim(&mut conn, id, now + lease(config)).await?;
    drop(conn);
    if let Some(target) = target {
        check(app, config, &target).await?;
    }
    Ok(service)
}

/// Probes a claimed service and writes what that says.
pub(super) async fn check(
    app: &App,
    config: &HealthConfig,
    target: &Target,
) -> Result<(), RegistryError> {
    let probing = tokio::time::timeout(config.timeout() + GRACE, probe(app, config, target));
    let observation = probing.await.unwrap_or_else(|_| Observation::timed_out());
    let mut conn = app.db.write().await?;
    let changed = conn
        .transaction(async |conn| record(conn, app, config, target, observation).await)
        .await?;
    if let Some(changed) = changed {
        tracing::info!(
            service.id = %changed.service_id,
            tenant.id = %changed.tenant_id,
            from = changed.from.as_str(),
            to = changed.to.as_str(),
            error = changed.error.as_deref(),
            "the health of a service changed"
        );
    }
    Ok(())
}

async fn record(
    conn: &mut Conn,
    app: &App,
    config: &HealthConfig,
    target: &Target,
    observation: Observation,
) -> Result<Option<ServiceHealthChanged>, RegistryError> {
    let reading = read(app, config, target, &observation);
    // Whoever claimed the service since then has a newer result, or will.
    if !reading.save(conn, target).await? {
        return Ok(None);
    }
    let check = HealthCheck {
        id: CheckId::new(),
        service_id: target.health.service_id,
        checked_at: app.clock.now_utc(),
        passed: observation.outcome != Outcome::Fail,
        latency_ms: reading.latency_ms,
    };
    check.insert(conn).await?;
    if reading.state == target.health.state {
        return Ok(None);
    }
    let changed = ServiceHealthChanged {
        service_id: target.health.service_id,
        tenant_id: target.tenant_id,
        service_name: target.name.clone(),
        service_slug: target.slug.clone(),
        from: target.health.state,
        to: reading.state,
        error: reading.error.clone(),
        seq: reading.seq,
        at: reading.since.and_utc(),
    };
    event::record(conn, &app.clock, &changed).await?;
    Ok(Some(changed))
}

/// What the observation makes of the service's health.
fn read(app: &App, config: &HealthConfig, target: &Target, observation: &Observation) -> Reading {
    let (health, now) = (&target.health, app.clock.now_utc());
    let before = Tally {
        state: health.state,
        passes: health.passes.unsigned_abs(),
        failures: health.failures.unsigned_abs(),
        recent: health.recent.unsigned_abs(),
    };
    let after = before.after(
        observation.outcome,
        Rules {
            rise: config.rise,
            fall: config.fall,
        },
    );
    let changed = after.state != before.state;
    let failed_since_down = match after.state {
        HealthState::Down => after.failures.saturating_sub(config.fall),
        HealthState::Unknown | HealthState::Up | HealthState::Degraded => 0,
    };
    let interval = config.interval(health.interval_ms);
    Reading {
        state: after.state,
        since: if changed { now } else { health.since },
        seq: health.seq + i64::from(changed),
        passes: counter(after.passes),
        failures: counter(after.failures),
        recent: counter(after.recent),
        last_checked_at: Some(now),
        latency_ms: observation
            .latency
            .map(|latency| counter(u32::try_from(latency.as_millis()).unwrap_or(u32::MAX))),
        error: observation.error.clone(),
        due_at: schedule::next(now, interval, health.service_id, failed_since_down),
        claim: None,
    }
}

fn counter(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

pub(super) fn lease(config: &HealthConfig) -> TimeDelta {
    TimeDelta::from_std(config.lease()).unwrap_or(TimeDelta::seconds(60))
}
