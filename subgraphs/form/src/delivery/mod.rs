//! From an accepted submission to the endpoint's answer.
//!
//! A delivery is a row in the core database, leased to whoever works on it. Its steps are
//! conditional updates, so a step that was done before a crash is not done twice:
//!
//! 1. the delivery is noted (core), the submission is kept as RECEIVED (tenant);
//! 2. it turns FORWARDING (tenant), and the request is sent under the submission's id as
//!    `Idempotency-Key`;
//! 3. the answer is recorded (tenant);
//! 4. the delivery is removed and the events are recorded (core, one transaction).
//!
//! [`run`] goes on where a crash stopped.

mod answer;
mod recovery;
mod send;

use std::time::Duration;

use chrono::TimeDelta;
use http::Method;
use kit::App;
use kit::event;
use kit::id::{FormId, TenantId};

#[cfg(test)]
pub(crate) use recovery::recover;
pub use recovery::run;

use crate::catalog::Catalog;
use crate::error::FormError;
use crate::events::{FormDelivered, FormSubmitted};
use crate::ids::{LeaseId, SubmissionId};
use crate::request::Target;
use crate::store::submissions::Outcome;
use crate::store::{Delivery, Failure, Form, State, Submission, deliveries, forms, submissions};

/// How long one worker has a delivery to itself beyond the time that the endpoint has to answer.
const GRACE: Duration = Duration::from_secs(8);

/// How long one worker has a delivery to itself.
fn lease(app: &App) -> TimeDelta {
    TimeDelta::from_std(app.outbound.timeout() + GRACE).unwrap_or(TimeDelta::minutes(15))
}

/// A delivery that this process works on from the start.
pub(crate) fn begin(app: &App, tenant: TenantId, form: FormId) -> Delivery {
    let now = app.clock.now_utc();
    Delivery {
        id: SubmissionId::new(),
        tenant_id: tenant,
        form_id: form,
        lease: LeaseId::new(),
        leased_until: now + lease(app),
        attempts: 1,
        created_at: now,
    }
}

/// Delivers a submission that was just accepted. What fails here is tried again by [`run`].
pub(crate) async fn deliver(app: App, catalog: Catalog, delivery: Delivery) {
    if let Err(err) = advance(&app, &catalog, &delivery).await {
        tracing::error!(
            error = &err as &dyn std::error::Error,
            submission.id = %delivery.id,
            "a delivery stopped; it will be tried again"
        );
    }
}

/// Brings a delivery to its end, from wherever it stands.
async fn advance(app: &App, catalog: &Catalog, delivery: &Delivery) -> Result<(), FormError> {
    let mut conn = app.tenant_dbs.read(delivery.tenant_id).await?;
    let submission = submissions::find(&mut conn, delivery.id).await?;
    drop(conn);
    let Some(submission) = submission else {
        return recovery::forget_orphan(app, delivery).await;
    };
    if submission.completed_at.is_some() {
        return close(app, delivery).await;
    }
    let mut conn = app.db.read().await?;
    let form = forms::find(&mut conn, submission.form_id).await?;
    drop(conn);
    let outcome = outcome(app, catalog, delivery, &submission, form).await?;
    let mut conn = app.tenant_dbs.write(delivery.tenant_id).await?;
    submissions::complete(&mut conn, delivery.id, &outcome).await?;
    drop(conn);
    close(app, delivery).await
}

async fn outcome(
    app: &App,
    catalog: &Catalog,
    delivery: &Delivery,
    submission: &Submission,
    form: Option<Form>,
) -> Result<Outcome, FormError> {
    let now = || app.clock.now_utc();
    let pinned = form.filter(|form| form.version == submission.form_version);
    let Some((form, target)) = pinned.and_then(|form| target(&form).map(|target| (form, target)))
    else {
        return Ok(Outcome::failed(Failure::FormChanged, now()));
    };
    let interrupted = match submission.state {
        State::Forwarding => true,
        State::Received => {
            let mut conn = app.tenant_dbs.write(delivery.tenant_id).await?;
            submissions::begin(&mut conn, submission.id).await? == 0
        }
        State::Succeeded | State::Failed => false,
    };
    if interrupted && !(is_repeatable(&target.method) && recovery::may_try_again(delivery)) {
        return Ok(Outcome::failed(Failure::DeliveryInterrupted, now()));
    }
    send::send(app, catalog, submission, &form, &target).await
}

/// Methods whose request can be sent twice and still have its effect once (RFC 9110, 9.2.2).
fn is_repeatable(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::PUT | Method::DELETE
    )
}

/// The endpoint behind a form; none when its method or address are none.
pub(crate) fn target(form: &Form) -> Option<Target> {
    Some(Target {
        method: form.method.parse().ok()?,
        base_url: form.base_url.parse().ok()?,
        path: form.path.clone(),
    })
}

/// Announces what became of a submission and forgets its delivery: both, or neither.
async fn close(app: &App, delivery: &Delivery) -> Result<(), FormError> {
    let mut conn = app.tenant_dbs.read(delivery.tenant_id).await?;
    let submission = submissions::find(&mut conn, delivery.id).await?;
    drop(conn);
    let Some(submission) = submission else {
        return Ok(());
    };
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        let form = forms::find(conn, submission.form_id).await?;
        let permission = form.map(|form| form.permission);
        // Whoever lost the lease leaves the rest to its new holder.
        if deliveries::remove(conn, delivery).await? == 0 {
            return Ok(());
        }
        let submitted = FormSubmitted {
            submission_id: submission.id,
            form_id: submission.form_id,
            tenant_id: delivery.tenant_id,
            user_id: submission.submitted_by,
            state: submission.state,
            permission: permission.clone(),
        };
        event::record(conn, &app.clock, &submitted).await?;
        let delivered = FormDelivered {
            submission_id: submission.id,
            form_id: submission.form_id,
            tenant_id: delivery.tenant_id,
            state: submission.state,
            status: submission.response_status,
            permission,
        };
        event::record(conn, &app.clock, &delivered).await?;
        Ok(())
    })
    .await
}
