//! How one subgraph tells the others: events (CloudEvents 1.0), recorded in the transaction of the
//! change they report, put in one order by a relay and handled exactly once.
//!
//! - [`record`] writes an event on the caller's connection, in the caller's transaction.
//! - [`Relay`] gives every committed event a gap-free position and runs the [`Handler`]s.
//! - [`Log`] reads events by position: it feeds subscriptions, which resume after a cursor.
//! - [`Stream`] carries the news of events between processes.

mod delivery;
mod handler;
mod log;
mod publisher;
mod record;
mod relay;
mod status;
mod stream;
mod tables;

pub use handler::{Handler, HandlerError};
pub use log::{Filter, Log};
pub use record::{Payload, record, record_all, rewrite};
pub use relay::Relay;
pub use status::{HandlerStatus, Status};
pub use stream::{Stream, StreamError};

use chrono::NaiveDateTime;
use serde::de::DeserializeOwned;

use crate::id::{EventId, TenantId};

/// The `source` of every event: CloudEvents wants a URI reference that names the producer.
pub const SOURCE: &str = "/portico";

/// A recorded event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Unique; consumers that act outside the core database drop an id they have seen.
    pub id: EventId,
    /// Place in the one order of events, from 1, without gaps.
    pub position: i64,
    /// What happened, `noun.past_participle`.
    pub kind: String,
    /// The id of the thing that it happened to.
    pub subject: String,
    /// The tenant that it belongs to; none for the platform's own events.
    pub tenant: Option<TenantId>,
    /// When.
    pub time: NaiveDateTime,
    /// What a reader needs to see it, besides the right to read events; nothing more if none.
    pub permission: Option<String>,
    /// The facts.
    pub data: serde_json::Value,
    /// Facts for handlers alone; only there for a handler that asks for them.
    pub detail: Option<serde_json::Value>,
}

impl Event {
    /// The facts as the payload type that recorded them.
    pub fn payload<P: Payload + DeserializeOwned>(&self) -> Result<P, HandlerError> {
        serde_json::from_value(self.data.clone())
            .map_err(|err| HandlerError::new(format!("event {} is no {}: {err}", self.id, P::KIND)))
    }
}

/// One kind of event, for the catalogue that clients read.
#[derive(Debug, Clone)]
pub struct EventType {
    /// `noun.past_participle`.
    pub kind: &'static str,
    /// What it means, one sentence.
    pub description: String,
    /// JSON Schema of its data.
    pub schema: serde_json::Value,
}

impl EventType {
    /// Describes a payload by its derived JSON Schema.
    pub fn of<P: Payload + schemars::JsonSchema>() -> Self {
        let schema = schemars::schema_for!(P).to_value();
        let description = schema["description"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        Self {
            kind: P::KIND,
            description,
            schema,
        }
    }
}
