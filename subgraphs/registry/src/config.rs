//! Settings of the health monitor, and how many services there are to be watched.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::store::Usage;

/// Bytes of request schemas over all services of a tenant.
const SCHEMA_BYTES_MAX: i64 = 256 * 1024 * 1024;

/// Settings of the health monitor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HealthConfig {
    /// Time between two checks of a service that does not set its own, in milliseconds.
    #[schemars(range(min = 100))]
    pub interval_ms: u64,
    /// Time that a service has to answer a check, in milliseconds.
    #[schemars(range(min = 10))]
    pub timeout_ms: u64,
    /// An answer that takes longer than this counts as trouble, in milliseconds.
    pub slow_ms: u64,
    /// Checks in a row that must pass before a service that is down is up again.
    #[schemars(range(min = 1))]
    pub rise: u32,
    /// Checks in a row that must fail before a service is down.
    #[schemars(range(min = 1))]
    pub fall: u32,
    /// Checks that this process makes at once; of them at most four of one tenant, and at most four
    /// of one host.
    #[schemars(range(min = 1, max = 1000))]
    pub concurrency: u32,
    /// Services that one tenant can have.
    #[schemars(range(min = 1, max = 100_000))]
    pub services_max: u32,
}

impl Default for HealthConfig {
    fn default() -> Self {
        Self {
            interval_ms: 30_000,
            timeout_ms: 5_000,
            slow_ms: 2_000,
            rise: 2,
            fall: 3,
            concurrency: 32,
            services_max: 200,
        }
    }
}

impl HealthConfig {
    /// The time between two checks of a service with or without a setting of its own.
    pub(crate) fn interval(&self, own_ms: Option<i64>) -> Duration {
        let own_ms = own_ms.and_then(|own_ms| u64::try_from(own_ms).ok());
        Duration::from_millis(
            own_ms
                .unwrap_or(self.interval_ms)
                .clamp(100, 24 * 60 * 60 * 1000),
        )
    }

    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms.clamp(10, 60_000))
    }

    /// How long a claim holds when its worker is never heard of again.
    pub(crate) fn lease(&self) -> Duration {
        self.timeout() + Duration::from_secs(10)
    }

    /// What one tenant can have.
    pub(crate) fn quota(&self) -> Usage {
        Usage {
            services: i32::try_from(self.services_max).unwrap_or(i32::MAX),
            schema_bytes: SCHEMA_BYTES_MAX,
        }
    }

    pub(crate) fn concurrency(&self) -> usize {
        self.concurrency.clamp(1, 1000) as usize
    }
}
