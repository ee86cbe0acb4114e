//! The writing end: an event is a row in the transaction of the change.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Serialize;

use super::tables::{event_details, events};
use crate::clock::Clock;
use crate::db::{Conn, Json};
use crate::id::{EventId, TenantId};
use crate::{insert_all, on};

/// What a domain announces: facts, in the past tense.
pub trait Payload: Serialize {
    /// `noun.past_participle`.
    const KIND: &'static str;

    /// The id of the thing that it happened to.
    fn subject(&self) -> String;

    /// The tenant that may read it; none for the platform's own.
    fn tenant(&self) -> Option<TenantId>;

    /// What a reader needs to see it, besides the right to read events.
    fn permission(&self) -> Option<String> {
        None
    }

    /// Facts that handlers need and that readers are not shown, such as what is large or internal.
    /// They must not be part of the serialized payload.
    fn detail(&self) -> Option<serde_json::Value> {
        None
    }
}

#[derive(Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
struct NewEvent {
    id: EventId,
    kind: &'static str,
    subject: String,
    tenant_id: Option<TenantId>,
    time: chrono::NaiveDateTime,
    permission: Option<String>,
    data: Json<serde_json::Value>,
}

#[derive(Insertable)]
#[diesel(table_name = event_details)]
struct NewDetail {
    event_id: EventId,
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
    let details = rows.iter().zip(payloads).filter_map(|(row, payload)| {
        let data = Json(payload.detail()?);
        Some(NewDetail {
            event_id: row.id,
            data,
        })
    });
    let details: Vec<_> = details.collect();
    insert_all!(conn, events::table, rows)?;
    if !details.is_empty() {
        insert_all!(conn, event_details::table, details)?;
    }
    conn.mark_event();
    Ok(())
}

/// Replaces what all events of this kind say of the same subject, for data of people that must not
/// be kept. Readers and handlers find the new payload in the place of the old one, at its time.
pub async fn rewrite<P: Payload>(conn: &mut Conn, payload: &P) -> QueryResult<()> {
    let data = to_data(payload)?;
    let said = events::table
        .filter(events::subject.eq(payload.subject()))
        .filter(events::kind.eq(P::KIND));
    on!(conn, |c| {
        diesel::update(said)
            .set(events::data.eq(&data))
            .execute(c)
            .await
    })?;
    Ok(())
}

fn new_event<P: Payload>(clock: &Clock, payload: &P) -> QueryResult<NewEvent> {
    Ok(NewEvent {
        id: EventId::new(),
        kind: P::KIND,
        subject: payload.subject(),
        tenant_id: payload.tenant(),
        time: clock.now_utc(),
        permission: payload.permission(),
        data: to_data(payload)?,
    })
}

fn to_data<P: Payload>(payload: &P) -> QueryResult<Json<serde_json::Value>> {
    serde_json::to_value(payload)
        .map(Json)
        .map_err(|err| diesel::result::Error::SerializationError(Box::new(err)))
}
