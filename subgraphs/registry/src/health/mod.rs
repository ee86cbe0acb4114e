//! The health of services: what a check says, when the next one is due, who makes it, and how a
//! change is told.

mod check;
mod monitor;
mod probe;
mod schedule;
mod state;
mod watch;

pub(crate) use check::{CheckDesk, check_now};
pub use monitor::run;
pub(crate) use state::HealthState;
pub(crate) use watch::watch;

use kit::Conn;

use crate::error::RegistryError;
use crate::store::{Health, Service};

kit::typed_id!(
    /// One check of a service.
    CheckId, "chk");

const INTERVAL_S: std::ops::RangeInclusive<i32> = 5..=86_400;
const PATH_CHARS_MAX: usize = 500;

/// How a service wants to be checked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    /// A path below its address.
    pub(crate) path: Option<String>,
    /// Seconds between two checks.
    pub(crate) interval_s: Option<i32>,
}

impl Settings {
    /// Refuses what cannot be checked.
    pub(crate) fn check(self) -> Result<Self, RegistryError> {
        if let Some(path) = &self.path {
            let legal = |c: char| c.is_ascii_graphic() && c != '#';
            if !path.starts_with('/') || !path.chars().all(legal) || path.len() > PATH_CHARS_MAX {
                let rule = format!(
                    "`path` must begin with a slash and be at most {PATH_CHARS_MAX} printable characters"
                );
                return Err(RegistryError::invalid("/healthCheck/path", rule));
            }
        }
        if self
            .interval_s
            .is_some_and(|interval_s| !INTERVAL_S.contains(&interval_s))
        {
            let rule = format!(
                "`intervalSeconds` must be from {} to {}",
                INTERVAL_S.start(),
                INTERVAL_S.end()
            );
            return Err(RegistryError::invalid("/healthCheck/intervalSeconds", rule));
        }
        Ok(self)
    }
}

/// Begins to watch a new service; its first check is due at once.
pub(crate) async fn begin(
    conn: &mut Conn,
    service: &Service,
    settings: Settings,
) -> Result<(), RegistryError> {
    let health = Health {
        service_id: service.id,
        path: settings.path,
        interval_ms: settings
            .interval_s
            .map(|interval_s| i64::from(interval_s) * 1_000),
        state: HealthState::Unknown,
        since: service.created_at,
        seq: 0,
        passes: 0,
        failures: 0,
        recent: 0,
        last_checked_at: None,
        latency_ms: None,
        error: None,
        due_at: service.created_at,
        claim: None,
    };
    health.insert(conn).await?;
    Ok(())
}
