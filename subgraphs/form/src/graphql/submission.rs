//! Submissions, as clients see them.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use kit::ApiError;
use serde_json::Value;

use super::form::Form;
use crate::store::{Failure, State, Submission};
use crate::validate::{InputError, InputErrorCode};

/// Data that somebody submitted through a form, and what became of it.
pub(crate) struct FormSubmission(pub(crate) Box<Submission>);

impl From<Submission> for FormSubmission {
    fn from(row: Submission) -> Self {
        Self(Box::new(row))
    }
}

/// Data that somebody submitted through a form, and what became of it.
#[Object]
impl FormSubmission {
    /// Unique id. The endpoint gets it as `Idempotency-Key`.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The form. Null if you may not use it any more.
    async fn form(&self, ctx: &Context<'_>) -> Result<Option<Form>, ApiError> {
        super::load_form(ctx, self.0.form_id).await
    }

    /// The version of the form that the data was checked by.
    async fn form_version(&self) -> &str {
        &self.0.form_version
    }

    /// Who submitted it.
    async fn submitted_by(&self) -> Option<User> {
        Some(User {
            id: self.0.submitted_by.to_string().into(),
        })
    }

    /// When it was submitted.
    async fn submitted_at(&self) -> DateTime<Utc> {
        self.0.submitted_at.and_utc()
    }

    /// What was submitted. In the place of a secret there is null.
    async fn data(&self) -> &Value {
        &self.0.data.0
    }

    /// How far it has come.
    async fn state(&self) -> State {
        self.0.state
    }

    /// Why it failed.
    async fn failure(&self) -> Option<Failure> {
        self.0.failure
    }

    /// What the endpoint answered; null as long as there is no answer.
    async fn response(&self) -> Option<FormResponse> {
        Some(FormResponse {
            status: self.0.response_status?,
            latency_ms: self.0.latency_ms?,
            body: self.0.response_body.clone(),
        })
    }

    /// When its delivery ended.
    async fn completed_at(&self) -> Option<DateTime<Utc>> {
        self.0.completed_at.map(|time| time.and_utc())
    }
}

/// What an endpoint answered to a submission.
#[derive(SimpleObject)]
struct FormResponse {
    /// The HTTP status.
    status: i32,
    /// Time from the request to the end of the answer, in milliseconds.
    latency_ms: i32,
    /// The beginning of the answer, if it is text, without the secrets that were submitted.
    body: Option<String>,
}

/// A person who can sign in.
#[derive(SimpleObject)]
#[graphql(unresolvable = "id")]
struct User {
    /// Their id.
    id: ID,
}

/// The data breaks the form's rules. Nothing was kept and nothing was sent.
#[derive(SimpleObject)]
pub(crate) struct FormRejected {
    /// What is wrong, at most 100 things.
    errors: Vec<FormError>,
}

/// One thing that is wrong with submitted data.
#[derive(SimpleObject)]
struct FormError {
    /// The value at fault, or where a missing one belongs, as a JSON pointer into the data.
    pointer: String,
    /// Which rule it breaks.
    code: InputErrorCode,
    /// The rule in words. Never holds the value.
    message: String,
}

impl From<Vec<InputError>> for FormRejected {
    fn from(errors: Vec<InputError>) -> Self {
        let errors = errors.into_iter().map(|error| FormError {
            pointer: error.pointer.to_string(),
            code: error.code,
            message: error.message,
        });
        Self {
            errors: errors.collect(),
        }
    }
}
