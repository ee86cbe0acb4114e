//! Settings of tenants.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

/// Limits on tenants, and what their letters say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TenantConfig {
    /// How many tenants one user may create: each is a database. Administrators of the platform may
    /// create any number.
    #[schemars(range(max = 1_000_000))]
    pub owned_max: u32,
    /// Where the links of letters lead.
    pub links: LinkConfig,
}

/// Where the links of letters lead: pages of a front end of one's own. Each gets the parameters
/// `token` and `lang`. Without one, the link leads to Portico's own page below `public_url`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LinkConfig {
    /// The page that accepts an invitation to a tenant: it shows the query `invitation`, lets people
    /// sign in or register, and sends the token with `acceptInvitation`.
    pub invitation: Option<Url>,
}

impl Default for TenantConfig {
    fn default() -> Self {
        Self {
            owned_max: 20,
            links: LinkConfig::default(),
        }
    }
}
