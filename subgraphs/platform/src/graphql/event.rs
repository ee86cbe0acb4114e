//! Events and their types.

use async_graphql::connection::CursorType as _;
use async_graphql::{ID, SimpleObject};
use chrono::{DateTime, Utc};
use kit::page::Cursor;

/// Something that happened, as of CloudEvents 1.0.
#[derive(SimpleObject)]
pub(crate) struct Event {
    /// Unique id. An event that is delivered twice has the same id both times.
    id: ID,
    /// What happened: a noun and a past participle, such as `service.registered`.
    #[graphql(name = "type")]
    kind: String,
    /// Who announced it, as a URI reference.
    source: String,
    /// The id of the thing that it happened to.
    subject: String,
    /// When it happened.
    time: DateTime<Utc>,
    /// The facts. `eventTypes` has the JSON Schema for each type.
    data: serde_json::Value,
    /// The event's place in the log: pass it as `after` to go on from here.
    cursor: String,
}

impl From<kit::event::Event> for Event {
    fn from(event: kit::event::Event) -> Self {
        Self {
            id: event.id.into(),
            kind: event.kind,
            source: kit::event::SOURCE.to_owned(),
            subject: event.subject,
            time: event.time.and_utc(),
            data: event.data,
            cursor: Cursor(event.id).encode_cursor(),
        }
    }
}

/// A type of event.
#[derive(SimpleObject)]
pub(crate) struct EventType {
    /// Its name: a noun and a past participle, such as `service.registered`.
    #[graphql(name = "type")]
    kind: String,
    /// What it means.
    description: String,
    /// JSON Schema of the event's data.
    schema: serde_json::Value,
}

impl From<kit::event::EventType> for EventType {
    fn from(event_type: kit::event::EventType) -> Self {
        Self {
            kind: event_type.kind.to_owned(),
            description: event_type.description,
            schema: event_type.schema,
        }
    }
}
