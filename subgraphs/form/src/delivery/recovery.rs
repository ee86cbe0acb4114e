//! Going on where a crash stopped.

use std::time::Duration;

use chrono::TimeDelta;
use kit::App;
use tokio_util::sync::CancellationToken;

use super::{advance, lease};
use crate::catalog::Catalog;
use crate::error::FormError;
use crate::ids::LeaseId;
use crate::store::{Delivery, deliveries};

/// How often expired leases are looked for.
const INTERVAL: Duration = Duration::from_secs(2);
/// How many deliveries are taken over at a time.
const BATCH_MAX: i64 = 20;
/// After so many tries a delivery that can be repeated is given up.
const ATTEMPTS_MAX: i32 = 5;
/// How long a submission may take from its note to its row.
const ORPHAN_AGE: TimeDelta = TimeDelta::minutes(1);

/// Looks after deliveries whose worker is gone, until the shutdown.
pub async fn run(app: App, shutdown: CancellationToken) {
    let catalog = Catalog::default();
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(err) = recover(&app, &catalog).await {
            tracing::error!(
                error = &err as &dyn std::error::Error,
                "looking for stopped deliveries failed"
            );
        }
    }
}

/// Takes over what has expired. One tenant's trouble does not stop the others.
pub(crate) async fn recover(app: &App, catalog: &Catalog) -> Result<(), FormError> {
    let now = app.clock.now_utc();
    let mut conn = app.db.read().await?;
    let expired = deliveries::expired(&mut conn, now, BATCH_MAX).await?;
    drop(conn);
    let taken_over = expired.into_iter().map(|expired| async move {
        let id = expired.id;
        let advanced = match take_over(app, expired).await {
            Ok(Some(delivery)) => advance(app, catalog, &delivery).await,
            Ok(None) => Ok(()),
            Err(err) => Err(err),
        };
        if let Err(err) = advanced {
            tracing::error!(
                error = &err as &dyn std::error::Error,
                submission.id = %id,
                "a stopped delivery cannot go on yet"
            );
        }
    });
    futures::future::join_all(taken_over).await;
    Ok(())
}

async fn take_over(app: &App, mut delivery: Delivery) -> Result<Option<Delivery>, FormError> {
    let (lease, until) = (LeaseId::new(), app.clock.now_utc() + lease(app));
    let mut conn = app.db.write().await?;
    if deliveries::take_over(&mut conn, &delivery, lease, until).await? == 0 {
        return Ok(None);
    }
    delivery.lease = lease;
    delivery.attempts += 1;
    Ok(Some(delivery))
}

/// Whether a request that may have been sent can be sent once more.
pub(super) fn may_try_again(delivery: &Delivery) -> bool {
    delivery.attempts <= ATTEMPTS_MAX
}

/// Forgets a note whose submission was never kept; a young one may still get it.
pub(super) async fn forget_orphan(app: &App, delivery: &Delivery) -> Result<(), FormError> {
    if app.clock.now_utc() - delivery.created_at > ORPHAN_AGE {
        let mut conn = app.db.write().await?;
        deliveries::remove(&mut conn, delivery).await?;
    }
    Ok(())
}
