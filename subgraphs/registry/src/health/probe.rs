//! One HTTP check: asks, times, judges. What the service answers never leaves this file.

use std::time::Duration;

use http::StatusCode;
use kit::App;
use kit::outbound::{Limits, OutboundError, Request};
use url::Url;

use super::state::Outcome;
use crate::config::HealthConfig;
use crate::store::Target;

/// Of the answer's body only so much is read; its content does not matter.
const BODY_BYTES_MAX: usize = 16 * 1024;

/// What a check found.
#[derive(Debug, Clone)]
pub(super) struct Observation {
    pub(super) outcome: Outcome,
    pub(super) latency: Option<Duration>,
    /// In our own words.
    pub(super) error: Option<String>,
}

impl Observation {
    /// No answer in the time that there is.
    pub(super) fn timed_out() -> Self {
        Self::failed("timed out")
    }

    fn failed(error: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Fail,
            latency: None,
            error: Some(error.into()),
        }
    }
}

/// Checks a service once.
pub(super) async fn probe(app: &App, config: &HealthConfig, target: &Target) -> Observation {
    let path = target.health.path.as_deref();
    let Ok(url) = Url::parse(&format!("{}{}", target.base_url, path.unwrap_or_default())) else {
        return Observation::failed("the address of the service cannot be followed");
    };
    let mut request = Request::get(url);
    request.limits = Limits {
        timeout: Some(config.timeout()),
        body_bytes_max: Some(BODY_BYTES_MAX),
        cut: true,
    };
    match app.outbound.send(request).await {
        Ok(response) => judge(response.status, response.latency, path.is_some(), config),
        Err(OutboundError::Timeout) => Observation::timed_out(),
        Err(OutboundError::Unreachable) => Observation::failed("no connection"),
        Err(OutboundError::Blocked { .. }) => {
            Observation::failed("the address is in a network that is blocked")
        }
        Err(OutboundError::InvalidUrl(_)) => {
            Observation::failed("the address of the service cannot be followed")
        }
        Err(OutboundError::TooLarge(_)) => Observation::failed("the answer is too large"),
    }
}

/// A path made for checks must answer well. An address that only stands for the service may well
/// answer that there is nothing at its root, or that one must sign in: it is alive.
fn judge(
    status: StatusCode,
    latency: Duration,
    is_made_for_checks: bool,
    config: &HealthConfig,
) -> Observation {
    let good = match is_made_for_checks {
        true => status.is_success(),
        false => !status.is_server_error(),
    };
    let slow = latency > Duration::from_millis(config.slow_ms);
    let (outcome, error) = match (good, slow) {
        (false, _) => (
            Outcome::Fail,
            Some(format!("answered with status {}", status.as_u16())),
        ),
        (true, true) => (Outcome::Slow, Some("answered slowly".to_owned())),
        (true, false) => (Outcome::Pass, None),
    };
    Observation {
        outcome,
        latency: Some(latency),
        error,
    }
}
