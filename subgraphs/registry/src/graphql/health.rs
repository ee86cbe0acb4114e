//! How a service is doing.

use async_graphql::{Context, Enum, Object};
use chrono::{DateTime, Utc};
use kit::ApiError;

use crate::health;
use crate::loaders::UptimeKey;
use crate::store::Health;

/// How a service is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "health::HealthState")]
pub(crate) enum HealthState {
    /// It was never checked.
    Unknown,
    /// Its checks pass.
    Up,
    /// It answers, but too slowly or not every time.
    Degraded,
    /// Its checks fail.
    Down,
}

/// A time that ends now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum UptimeWindow {
    /// The last hour.
    Hour,
    /// The last 24 hours.
    Day,
}

/// The health of a service, as its checks say.
pub(crate) struct ServiceHealth(pub(crate) Health);

/// The health of a service, as its checks say.
#[Object]
impl ServiceHealth {
    /// How the service is doing. A single failed check does not change it: several in a row do.
    async fn state(&self) -> HealthState {
        self.0.state.into()
    }

    /// Since when it is in this state.
    async fn since(&self) -> DateTime<Utc> {
        self.0.since.and_utc()
    }

    /// When it was last checked; absent if never.
    async fn last_checked_at(&self) -> Option<DateTime<Utc>> {
        self.0.last_checked_at.map(|at| at.and_utc())
    }

    /// How long the last answer took, in milliseconds; absent if there was none.
    async fn latency_ms(&self) -> Option<i32> {
        self.0.latency_ms
    }

    /// What was wrong at the last check, in a few words; absent if nothing was.
    async fn error(&self) -> Option<&str> {
        self.0.error.as_deref()
    }

    /// Grows by one with each change of state: a subscriber that sees it grow by more has missed one.
    async fn seq(&self) -> i64 {
        self.0.seq
    }

    /// The part of the checks that the service answered well, from 0 to 1; absent if there were none.
    async fn uptime(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Over which time.")] window: UptimeWindow,
    ) -> Result<Option<f64>, ApiError> {
        let hours = match window {
            UptimeWindow::Hour => 1,
            UptimeWindow::Day => 24,
        };
        let key = UptimeKey {
            service: self.0.service_id,
            hours,
        };
        Ok(super::loaders(ctx)?.uptime.load(key).await?)
    }
}
