//! The state of the platform.

use async_graphql::{Enum, SimpleObject};
use chrono::{DateTime, Utc};
use kit::db::Backend;

use crate::status::PlatformState;

/// How the platform is doing.
#[derive(SimpleObject)]
pub(crate) struct PlatformStatus {
    /// The version that runs.
    version: &'static str,
    /// When this process started.
    started_at: DateTime<Utc>,
    /// The platform's own database.
    database: DatabaseStatus,
    /// The delivery of events.
    delivery: DeliveryStatus,
}

/// How a database is doing.
#[derive(SimpleObject)]
pub(crate) struct DatabaseStatus {
    /// What kind of database it is.
    backend: DatabaseBackend,
    /// How long it took to answer, in milliseconds.
    latency_ms: f64,
}

/// The kinds of database.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DatabaseBackend {
    /// Files of the embedded SQLite.
    Sqlite,
    /// A MySQL or MariaDB server.
    Mysql,
}

/// How the delivery of events is doing.
#[derive(SimpleObject)]
pub(crate) struct DeliveryStatus {
    /// How many events the log holds.
    events: i64,
    /// How many committed events wait for their place in the log. More than a few for longer than a
    /// second means that delivery stands still.
    waiting: i64,
    /// What reacts to events, by name.
    handlers: Vec<HandlerStatus>,
}

/// How one reaction to events is doing.
#[derive(SimpleObject)]
pub(crate) struct HandlerStatus {
    /// Its name: the subgraph and what it keeps.
    name: String,
    /// How many events of the log it has not seen yet.
    behind: i64,
    /// How many events were set aside because it failed on them again and again.
    set_aside: i64,
}

impl PlatformStatus {
    pub(crate) fn new(state: PlatformState, started_at: DateTime<Utc>) -> Self {
        let PlatformState {
            backend,
            latency_ms,
            delivery,
        } = state;
        let backend = match backend {
            Backend::Sqlite => DatabaseBackend::Sqlite,
            Backend::Mysql => DatabaseBackend::Mysql,
        };
        let head = delivery.head;
        let handlers = delivery.handlers.into_iter().map(|handler| HandlerStatus {
            name: handler.name,
            behind: (head - handler.position).max(0),
            set_aside: handler.set_aside,
        });
        Self {
            version: env!("CARGO_PKG_VERSION"),
            started_at,
            database: DatabaseStatus {
                backend,
                latency_ms,
            },
            delivery: DeliveryStatus {
                events: head,
                waiting: delivery.waiting,
                handlers: handlers.collect(),
            },
        }
    }
}
