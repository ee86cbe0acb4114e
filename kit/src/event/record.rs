//! The writing end: an event is a row in the transaction of the change.

use diesel::prelude::*;
use serde::Serialize;

use super::tables::events;
use crate::clock::Clock;
use crate::db::{Conn, Json};
use crate::id::{EventId, TenantId};
use crate::insert_all;

/// What a domain announces: facts, in the past tense.
pub trait Payload: Serialize {
    /// `noun.past_participle`.
    const KIND: &'static str;

    /// The id of the thing that it happened to.
    fn subject(&self) -> String;

    /// The tenant that may read it; none for the platform's own.
    fn tenant(&self) -> Option<TenantId>;
}

#[derive(Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
struct NewEvent {
    id: EventId,
    kind: &'static str,
    subject: String,
    tenant_id: Option<TenantId>,
    time: chrono::NaiveDateTime,
    data: Json<serde_json::Value>,
}

/// Records an event; it is delivered if and when the surrounding transaction commits.
pub async fn record<P: Payload>(conn: &mut Conn, clock: &Clock, payload: &P) -> QueryResult<()> {
    record_all(conn, clock, std::slice::from_ref(payload)).await
}

/// Records many events of one kind, in order.
pub async fn record_all<P: Payload>(
    conn: &mut Conn,
    clock: &Clock,
    payloads: &[P],
) -> QueryResult<()> {
    let rows = payloads.iter().map(|payload| new_event(clock, payload));
    let rows = rows.collect::<QueryResult<Vec<_>>>()?;
    insert_all!(conn, events::table, rows)?;
    conn.mark_event();
    Ok(())
}

fn new_event<P: Payload>(clock: &Clock, payload: &P) -> QueryResult<NewEvent> {
    let data = serde_json::to_value(payload)
        .map_err(|err| diesel::result::Error::SerializationError(Box::new(err)))?;
    Ok(NewEvent {
        id: EventId::new(),
        kind: P::KIND,
        subject: payload.subject(),
        tenant_id: payload.tenant(),
        time: clock.now_utc(),
        data: Json(data),
    })
}
