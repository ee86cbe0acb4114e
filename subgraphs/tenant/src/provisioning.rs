//! How a tenant gets its database: a saga of steps that are written down and can all be repeated.
//!
//! `CREATE DATABASE` is in no transaction, so a crash may leave any step half done. Whoever works
//! on a tenant holds a claim for a limited time; when it runs out, the reconciler takes over and
//! does everything again. Nothing that was made is taken back: a tenant that has FAILED keeps its
//! slug and can be tried again.

use std::error::Error;
use std::time::Duration;

use chrono::TimeDelta;
use kit::error::{StorageError, chain};
use kit::tenant_db::TenantDbError;
use kit::{App, event};
use tokio_util::sync::CancellationToken;

use crate::events::{TenantCreated, TenantMemberAdded};
use crate::store::provisioning::{self, Claim, Due, Step};
use crate::store::{State, members, tenants};

/// Attempts before a tenant is given up.
pub(crate) const ATTEMPTS: i32 = 5;
/// How long a claim holds. Longer than an attempt can take, so that two never work on one tenant.
pub(crate) const CLAIM: TimeDelta = TimeDelta::seconds(60);
const ATTEMPT_MAX: Duration = Duration::from_secs(45);
/// Pause after the first failure; doubled each time.
const BACK_OFF: TimeDelta = TimeDelta::seconds(2);
/// How often the reconciler looks for work.
const LOOK: Duration = Duration::from_secs(2);
/// Tenants taken on in one look.
const DUE_MAX: i64 = 10;

/// Finishes what an earlier process or a failure left undone, until the shutdown.
pub(crate) async fn run(app: App, shutdown: CancellationToken) {
    loop {
        if let Err(err) = reconcile(&app).await {
            tracing::warn!(error = &err as &dyn Error, "tenants wait for the database");
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Attempts every tenant that is due.
pub(crate) async fn reconcile(app: &App) -> Result<(), StorageError> {
    let mut conn = app.db.read().await?;
    let due = provisioning::list_due(&mut conn, app.clock.now_utc(), DUE_MAX).await?;
    drop(conn);
    for due in due {
        attempt(app, due).await?;
    }
    Ok(())
}

/// Makes an attempt that goes on when the client who asked for it has gone, and waits for it.
pub(crate) async fn attempt_detached(app: &App, due: Due) {
    let app = app.clone();
    let task = tokio::spawn(async move { attempt(&app, due).await });
    let failed: Box<dyn Error + 'static> = match task.await {
        Ok(Ok(())) => return,
        Ok(Err(err)) => Box::new(err),
        Err(err) => Box::new(err),
    };
    tracing::error!(error = &*failed, tenant.id = %due.id, "the reconciler takes over a tenant");
}

async fn attempt(app: &App, due: Due) -> Result<(), StorageError> {
    let now = app.clock.now_utc();
    let mut conn = app.db.write().await?;
    let claim = provisioning::claim(&mut conn, due, now + CLAIM).await?;
    let Some(claim) = claim else {
        return Ok(()); // Somebody else was faster.
    };
    if claim.attempts_left < 0 {
        // The last attempt began and never ended.
        provisioning::settle(&mut conn, claim, State::Failed, None).await?;
        return Ok(());
    }
    provisioning::begin_step(&mut conn, claim, Step::Database, now).await?;
    drop(conn);

    let made = tokio::time::timeout(ATTEMPT_MAX, app.tenant_dbs.provision(claim.tenant)).await;
    match made {
        Ok(Ok(())) => activate(app, claim).await,
        Ok(Err(err)) => fail(app, claim, &err).await,
        Err(_) => fail(app, claim, &TenantDbError::Busy).await,
    }
}

/// Opens the tenant and announces it: all or nothing.
async fn activate(app: &App, claim: Claim) -> Result<(), StorageError> {
    let now = app.clock.now_utc();
    let mut conn = app.db.write().await?;
    let activated = conn.transaction(async |conn| {
        provisioning::end_step(conn, claim, Step::Database, None, now).await?;
        if !provisioning::settle(conn, claim, State::Active, None).await? {
            return Ok::<_, StorageError>(false); // The claim ran out, and another worker has it.
        }
        provisioning::begin_step(conn, claim, Step::Activation, now).await?;
        provisioning::end_step(conn, claim, Step::Activation, None, now).await?;

        let tenant = tenants::find(conn, claim.tenant).await?;
        let owner = members::find(conn, tenant.id, tenant.created_by).await?;
        let created = TenantCreated {
            tenant_id: tenant.id,
            slug: tenant.slug,
            name: tenant.name,
            created_by: tenant.created_by,
        };
        event::record(conn, &app.clock, &created).await?;
        if let Some(owner) = owner {
            event::record(conn, &app.clock, &TenantMemberAdded::of(&owner)).await?;
        }
        Ok(true)
    });
    if activated.await? {
        tracing::info!(tenant.id = %claim.tenant, "tenant created");
    }
    Ok(())
}

/// Writes down a failure and when to try again, if ever.
async fn fail(app: &App, claim: Claim, err: &TenantDbError) -> Result<(), StorageError> {
    tracing::error!(
        error = %chain(err), tenant.id = %claim.tenant, attempt = claim.attempt,
        attempts_left = claim.attempts_left, "a tenant's database could not be made"
    );
    let now = app.clock.now_utc();
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        let step = Step::Database;
        // Without its causes: what a database says about a statement may quote the statement.
        provisioning::end_step(conn, claim, step, Some(&err.to_string()), now).await?;
        let (state, due_at) = match claim.attempts_left {
            ..=0 => (State::Failed, None),
            left => {
                let failures = u32::try_from(ATTEMPTS - left - 1).unwrap_or(0);
                let pause = BACK_OFF * 2_i32.pow(failures.min(6));
                (State::Provisioning, Some(now + pause))
            }
        };
        provisioning::settle(conn, claim, state, due_at).await?;
        Ok(())
    })
    .await
}
