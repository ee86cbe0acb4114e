//! One request to the endpoint.

use std::time::Duration;

use http::{HeaderName, HeaderValue};
use kit::App;
use kit::outbound::{Limits, OutboundError, Request, Response};

use super::answer;
use crate::catalog::Catalog;
use crate::error::FormError;
use crate::field;
use crate::request::{self, Outgoing, Target};
use crate::seal;
use crate::store::submissions::Outcome;
use crate::store::{Failure, Form, State, Submission};

/// How much of an answer is read at all.
const BODY_BYTES_MAX: usize = 64 * 1024;
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Sends a submission's data and says what came of it.
pub(super) async fn send(
    app: &App,
    catalog: &Catalog,
    submission: &Submission,
    form: &Form,
    target: &Target,
) -> Result<Outcome, FormError> {
    let now = || app.clock.now_utc();
    let prepared = catalog.prepare(form.schema()?).await?;
    let data = seal::whole_data(&app.key, submission)?;
    let outgoing = match &prepared.schema {
        Ok(schema) => request::build(target, schema, &data).ok(),
        Err(_) => None,
    };
    let Some(outgoing) = outgoing else {
        return Ok(Outcome::failed(Failure::FormChanged, now()));
    };
    let secrets = field::collect_secrets(&prepared.fields, &data);
    let answer = app.outbound.send(with_limits(outgoing, submission)).await;
    Ok(match answer {
        Ok(response) => Outcome::answered(&response, &secrets, now()),
        Err(error) => Outcome::failed(failure(&error), now()),
    })
}

fn with_limits(outgoing: Outgoing, submission: &Submission) -> Request {
    let mut headers = outgoing.headers;
    let key = HeaderValue::from_str(&submission.id.to_string()).expect("an id is ASCII");
    headers.insert(IDEMPOTENCY_KEY, key);
    Request {
        method: outgoing.method,
        url: outgoing.url,
        headers,
        body: outgoing.body.unwrap_or_default(),
        limits: Limits {
            timeout: None,
            body_bytes_max: Some(BODY_BYTES_MAX),
            cut: true,
        },
    }
}

fn failure(error: &OutboundError) -> Failure {
    match error {
        OutboundError::Timeout => Failure::Timeout,
        OutboundError::Unreachable | OutboundError::TooLarge(_) => Failure::Unreachable,
        OutboundError::InvalidUrl(_) | OutboundError::Blocked { .. } => Failure::Blocked,
    }
}

impl Outcome {
    /// No answer.
    pub(crate) fn failed(failure: Failure, now: chrono::NaiveDateTime) -> Self {
        Self {
            state: State::Failed,
            response_status: None,
            latency_ms: None,
            response_body: None,
            failure: Some(failure),
            secret_data: None,
            completed_at: Some(now),
        }
    }

    fn answered(response: &Response, secrets: &[String], now: chrono::NaiveDateTime) -> Self {
        let is_success = response.status.is_success();
        Self {
            state: if is_success {
                State::Succeeded
            } else {
                State::Failed
            },
            response_status: Some(i32::from(response.status.as_u16())),
            latency_ms: Some(milliseconds(response.latency)),
            response_body: answer::excerpt(&response.body, secrets),
            failure: (!is_success).then_some(Failure::HttpStatus),
            secret_data: None,
            completed_at: Some(now),
        }
    }
}

fn milliseconds(latency: Duration) -> i32 {
    i32::try_from(latency.as_millis()).unwrap_or(i32::MAX)
}
