//! What was submitted in one tenant, in the tenant's own database.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kit::db::Json;
use kit::id::{FormId, UserId};
use kit::page::Page;
use kit::{Conn, keyset, on};
use serde_json::Value;

use super::{Failure, State};
use crate::ids::SubmissionId;
use crate::tables::form_submissions as submissions;

/// Data that somebody submitted, and what became of it.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(
    table_name = submissions,
    treat_none_as_default_value = false,
    check_for_backend(diesel::sqlite::Sqlite, diesel::mysql::Mysql)
)]
pub(crate) struct Submission {
    pub(crate) id: SubmissionId,
    pub(crate) form_id: FormId,
    pub(crate) form_version: String,
    pub(crate) submitted_by: UserId,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) request_hash: String,
    pub(crate) data: Json<Value>,
    pub(crate) secret_data: Option<String>,
    pub(crate) state: State,
    pub(crate) response_status: Option<i32>,
    pub(crate) latency_ms: Option<i32>,
    pub(crate) response_body: Option<String>,
    pub(crate) failure: Option<Failure>,
    pub(crate) submitted_at: NaiveDateTime,
    pub(crate) completed_at: Option<NaiveDateTime>,
}

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, AsChangeset)]
#[diesel(table_name = submissions, treat_none_as_null = true)]
pub(crate) struct Outcome {
    pub(crate) state: State,
    pub(crate) response_status: Option<i32>,
    pub(crate) latency_ms: Option<i32>,
    pub(crate) response_body: Option<String>,
    pub(crate) failure: Option<Failure>,
    /// Always none: what was secret is not needed any more.
    pub(crate) secret_data: Option<String>,
    pub(crate) completed_at: Option<NaiveDateTime>,
}

/// Whether a query failed because the client's key is in use.
pub(crate) fn is_key_taken(err: &diesel::result::Error) -> bool {
    kit::db::violates_unique(
        err,
        "form_submissions",
        &["form_id", "submitted_by", "idempotency_key"],
    )
}

/// Adds a submission.
pub(crate) async fn insert(conn: &mut Conn, submission: &Submission) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::insert_into(submissions::table)
            .values(submission)
            .execute(c)
            .await
    })
}

/// Moves a submission from RECEIVED to FORWARDING; 0 when it was not in RECEIVED.
pub(crate) async fn begin(conn: &mut Conn, id: SubmissionId) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::update(
            submissions::table
                .find(id)
                .filter(submissions::state.eq(State::Received)),
        )
        .set(submissions::state.eq(State::Forwarding))
        .execute(c)
        .await
    })
}

/// Records the outcome of a submission that has none yet; 0 when it has one.
pub(crate) async fn complete(
    conn: &mut Conn,
    id: SubmissionId,
    outcome: &Outcome,
) -> QueryResult<usize> {
    on!(conn, |c| {
        diesel::update(
            submissions::table
                .find(id)
                .filter(submissions::state.eq_any([State::Received, State::Forwarding])),
        )
        .set(outcome)
        .execute(c)
        .await
    })
}

/// A submission.
pub(crate) async fn find(conn: &mut Conn, id: SubmissionId) -> QueryResult<Option<Submission>> {
    Ok(by_ids(conn, &[id]).await?.pop())
}

/// Submissions by id.
pub(crate) async fn by_ids(conn: &mut Conn, ids: &[SubmissionId]) -> QueryResult<Vec<Submission>> {
    on!(conn, |c| {
        submissions::table
            .filter(submissions::id.eq_any(ids))
            .select(Submission::as_select())
            .load(c)
            .await
    })
}

/// What a user submitted to a form under this key.
pub(crate) async fn find_by_key(
    conn: &mut Conn,
    form: FormId,
    user: UserId,
    key: &str,
) -> QueryResult<Option<Submission>> {
    on!(conn, |c| {
        submissions::table
            .filter(submissions::form_id.eq(form))
            .filter(submissions::submitted_by.eq(user))
            .filter(submissions::idempotency_key.eq(key))
            .select(Submission::as_select())
            .first(c)
            .await
            .optional()
    })
}

/// A page of what was submitted through a form, newest first.
pub(crate) async fn list(
    conn: &mut Conn,
    form: FormId,
    page: &Page<SubmissionId>,
) -> QueryResult<Vec<Submission>> {
    // Newest first is the keyset order read from its other end.
    let page = Page {
        after: page.before,
        before: page.after,
        backward: !page.backward,
        size: page.size,
    };
    on!(conn, |c| {
        let query = submissions::table
            .filter(submissions::form_id.eq(form))
            .select(Submission::as_select())
            .into_boxed();
        keyset!(query, submissions::id, page).load(c).await
    })
}

/// How many submissions a form has.
pub(crate) async fn count(conn: &mut Conn, form: FormId) -> QueryResult<i64> {
    on!(conn, |c| {
        submissions::table
            .filter(submissions::form_id.eq(form))
            .count()
            .get_result(c)
            .await
    })
}
