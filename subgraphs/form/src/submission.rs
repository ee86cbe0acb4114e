//! Submitting data through a form, and reading what was submitted.

use std::sync::Arc;
use std::time::Duration;

use kit::db::Json;
use kit::id::{FormId, TenantId, UserId};
use kit::page::Page;
use kit::{App, Viewer};
use serde_json::Value;

use crate::catalog::{Catalog, Prepared};
use crate::delivery::{self, target};
use crate::error::FormError;
use crate::ids::SubmissionId;
use crate::pointer::Pointer;
use crate::store::{Delivery, Form, State, Submission, deliveries, submissions};
use crate::validate::{InputError, InputErrorCode};
use crate::{field, form, request, seal};

/// How long a client waits for the delivery; it goes on without them.
const WAIT_MAX: Duration = Duration::from_secs(12);
/// How long a client waits for the turn to have data checked, and for the check.
const CHECK_MAX: Duration = Duration::from_secs(10);
const KEY_CHARS_MAX: usize = 190;

/// What somebody wants to submit.
pub(crate) struct NewSubmission {
    pub(crate) form: FormId,
    pub(crate) data: Value,
    pub(crate) idempotency_key: Option<String>,
}

/// What became of it.
pub(crate) enum Answer {
    /// It is kept, and on its way or at its end.
    Accepted(Box<Submission>),
    /// It breaks the form's rules; nothing was kept.
    Rejected(Vec<InputError>),
}

/// Checks data, keeps it in the tenant's database and delivers it to the endpoint.
///
/// Needs the permission of the endpoint. From the moment that the data is accepted the delivery
/// does not depend on the client: it goes on in a task of its own, and after a crash in
/// [`delivery::run`].
pub(crate) async fn submit(
    app: &App,
    catalog: &Catalog,
    viewer: &Viewer,
    new: NewSubmission,
) -> Result<Answer, FormError> {
    let tenant = viewer.tenant()?;
    check_key(new.idempotency_key.as_deref())?;
    let form = form::find(app, viewer, new.form).await?;
    let prepared = catalog.prepare(form.schema()?).await?;
    let checked = match check(catalog, tenant, &prepared, &form, new.data).await? {
        Ok(checked) => checked,
        Err(errors) => return Ok(Answer::Rejected(errors)),
    };
    let accepting = Accepting {
        app: app.clone(),
        catalog: catalog.clone(),
        tenant,
        user: viewer.user,
        form,
        prepared,
        data: checked,
        key: new.idempotency_key,
    };
    let task = tokio::spawn(accepting.accept());
    let (submission, delivering) = task.await??;
    let Some(delivering) = delivering else {
        return Ok(Answer::Accepted(Box::new(submission)));
    };
    // A delivery that takes longer, or failed on our side, is reported as far as it has come.
    let _ = tokio::time::timeout(WAIT_MAX, delivering).await;
    let mut conn = app.tenant_dbs.read(tenant).await?;
    let current = submissions::find(&mut conn, submission.id).await?;
    Ok(Answer::Accepted(Box::new(current.unwrap_or(submission))))
}

fn check_key(key: Option<&str>) -> Result<(), FormError> {
    let is_valid = |key: &str| {
        (1..=KEY_CHARS_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
    };
    match key {
        Some(key) if !is_valid(key) => Err(FormError::InvalidKey),
        _ => Ok(()),
    }
}

/// Checks data by the form's schema and by what can be put into a request; off the async
/// threads, because a client decides how much there is to check.
///
/// One tenant has one turn at it at a time. A check that takes longer than anybody waits goes on to
/// its end, and keeps its turn until then.
async fn check(
    catalog: &Catalog,
    tenant: TenantId,
    prepared: &Arc<Prepared>,
    form: &Form,
    mut data: Value,
) -> Result<Result<Value, Vec<InputError>>, FormError> {
    let target = target(form).ok_or(FormError::NoAddress(form.id))?;
    let turn = catalog.checking.take(&tenant, CHECK_MAX).await;
    let turn = turn.ok_or(FormError::Busy)?;
    let (catalog, prepared, id) = (catalog.clone(), Arc::clone(prepared), form.id);
    let checking = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let unusable = |source| FormError::Unusable { id, source };
        let checker = catalog.checker(&prepared).map_err(unusable)?;
        let schema = prepared
            .schema
            .as_ref()
            .map_err(|error| unusable(error.clone()))?;
        field::fill(&prepared.fields, &mut data);
        let mut errors = checker.errors(&data);
        if errors.is_empty() {
            errors = request::build(&target, schema, &data)
                .err()
                .unwrap_or_default();
        }
        Ok(if errors.is_empty() {
            Ok(data)
        } else {
            Err(errors)
        })
    });
    match tokio::time::timeout(CHECK_MAX, checking).await {
        Ok(checked) => checked?,
        Err(_) => Ok(Err(vec![InputError::new(
            Pointer::root(),
            InputErrorCode::TooLarge,
            "takes too long to check; submit fewer or shorter values",
        )])),
    }
}

/// Data that was found good, on its way into the database.
struct Accepting {
    app: App,
    catalog: Catalog,
    tenant: TenantId,
    user: UserId,
    form: Form,
    prepared: Arc<Prepared>,
    data: Value,
    key: Option<String>,
}

type Delivering = tokio::task::JoinHandle<()>;

impl Accepting {
    /// Keeps the data and starts its delivery, unless it was accepted before under the same key.
    ///
    /// The note in the core database comes first: whatever happens after, somebody looks after
    /// the submission, or finds that there is none and forgets it.
    async fn accept(self) -> Result<(Submission, Option<Delivering>), FormError> {
        if let Some(known) = self.find_by_key().await? {
            return Ok((known, None));
        }
        let delivery = delivery::begin(&self.app, self.tenant, self.form.id);
        let submission = self.submission(delivery.id)?;
        let mut conn = self.app.db.write().await?;
        deliveries::insert(&mut conn, &delivery).await?;
        drop(conn);

        let mut conn = self.app.tenant_dbs.write(self.tenant).await?;
        let inserted = submissions::insert(&mut conn, &submission).await;
        drop(conn);
        if let Err(err) = inserted {
            self.forget(&delivery).await?;
            if !submissions::is_key_taken(&err) {
                return Err(err.into());
            }
            let known = self.find_by_key().await?;
            return known.map(|known| (known, None)).ok_or(FormError::KeyTaken);
        }
        let delivering = delivery::deliver(self.app, self.catalog, delivery);
        Ok((submission, Some(tokio::spawn(delivering))))
    }

    fn submission(&self, id: SubmissionId) -> Result<Submission, FormError> {
        let mut shown = self.data.clone();
        field::scrub(&self.prepared.fields, &mut shown);
        let has_secrets = shown != self.data;
        let sealed = has_secrets.then(|| seal::data(&self.app.key, id, &self.data));
        Ok(Submission {
            id,
            form_id: self.form.id,
            form_version: self.form.version.clone(),
            submitted_by: self.user,
            idempotency_key: self.key.clone(),
            request_hash: seal::hash(&self.app.key, id, &self.data),
            data: Json(shown),
            secret_data: sealed,
            state: State::Received,
            response_status: None,
            latency_ms: None,
            response_body: None,
            failure: None,
            submitted_at: self.app.clock.now_utc(),
            completed_at: None,
        })
    }

    /// What was accepted before under the client's key, provided that it was the same data.
    async fn find_by_key(&self) -> Result<Option<Submission>, FormError> {
        let Some(key) = &self.key else {
            return Ok(None);
        };
        let mut conn = self.app.tenant_dbs.read(self.tenant).await?;
        let known = submissions::find_by_key(&mut conn, self.form.id, self.user, key).await?;
        match known {
            Some(known) if seal::is_hash_of(&self.app.key, &known, &self.data)? => Ok(Some(known)),
            Some(_) => Err(FormError::KeyTaken),
            None => Ok(None),
        }
    }

    async fn forget(&self, delivery: &Delivery) -> Result<(), FormError> {
        let mut conn = self.app.db.write().await?;
        deliveries::remove(&mut conn, delivery).await?;
        Ok(())
    }
}

/// Finds submissions of the viewer's tenant, as far as the viewer may use their forms.
pub(crate) async fn by_ids(
    app: &App,
    viewer: &Viewer,
    ids: &[SubmissionId],
) -> Result<Vec<Submission>, FormError> {
    let Some(tenant) = viewer.tenant else {
        return Ok(Vec::new());
    };
    let mut conn = app.tenant_dbs.read(tenant).await?;
    let mut found = submissions::by_ids(&mut conn, ids).await?;
    drop(conn);
    let mut form_ids: Vec<FormId> = found.iter().map(|submission| submission.form_id).collect();
    form_ids.sort_unstable();
    form_ids.dedup();
    let forms = form::by_ids(app, viewer, &form_ids).await?;
    found.retain(|submission| forms.iter().any(|form| form.id == submission.form_id));
    Ok(found)
}

/// A page of submissions, and how many there are on all pages if that was asked.
#[derive(Default)]
pub(crate) struct Listed {
    pub(crate) rows: Vec<Submission>,
    pub(crate) total: i64,
}

/// Lists what was submitted through a form in the viewer's tenant, newest first. The caller has
/// made sure that the viewer may use the form.
pub(crate) async fn list(
    app: &App,
    viewer: &Viewer,
    form: FormId,
    page: &Page<SubmissionId>,
    with_total: bool,
) -> Result<Listed, FormError> {
    let mut conn = app.tenant_dbs.read(viewer.tenant()?).await?;
    let rows = submissions::list(&mut conn, form, page).await?;
    let total = match with_total {
        true => submissions::count(&mut conn, form).await?,
        false => 0,
    };
    Ok(Listed { rows, total })
}
