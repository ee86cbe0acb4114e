//! The handles that every subgraph works with.

use crate::clock::Clock;
use crate::db::Db;
use crate::event::Log;
use crate::links::Links;
use crate::outbound::Outbound;
use crate::secret::MasterKey;
use crate::tenant_db::TenantDbs;

/// Databases, events, time, secrets and the way out. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct App {
    /// The platform's own database.
    pub db: Db,
    /// Each tenant's own database.
    pub tenant_dbs: TenantDbs,
    /// The event log.
    pub events: Log,
    /// The time.
    pub clock: Clock,
    /// Seals secrets at rest.
    pub key: MasterKey,
    /// The way to foreign hosts.
    pub outbound: Outbound,
    /// Addresses of our own pages.
    pub links: Links,
}
