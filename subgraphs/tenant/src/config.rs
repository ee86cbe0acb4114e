//! Settings of tenants.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Limits on tenants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TenantConfig {
    /// How many tenants one user may create: each is a database. Administrators of the platform may
    /// create any number.
    #[schemars(range(max = 1_000_000))]
    pub owned_max: u32,
}

impl Default for TenantConfig {
    fn default() -> Self {
        Self { owned_max: 20 }
    }
}
