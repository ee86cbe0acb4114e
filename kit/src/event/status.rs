//! How delivery is doing, for operators.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::log::Log;
use super::tables::{event_cursors, event_failures, events};
use crate::db::Conn;
use crate::on;

/// The state of delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Position of the newest event.
    pub head: i64,
    /// Committed events that the relay has not numbered yet.
    pub waiting: i64,
    /// Every handler that has ever run, by name.
    pub handlers: Vec<HandlerStatus>,
}

/// How far one handler is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandlerStatus {
    /// Its name.
    pub name: String,
    /// The position that it has handled.
    pub position: i64,
    /// Events set aside for it after too many tries.
    pub set_aside: i64,
}

impl Status {
    /// Reads the state.
    pub async fn read(conn: &mut Conn) -> QueryResult<Self> {
        let waiting = on!(conn, |c| {
            let unnumbered = events::table.filter(events::position.is_null());
            unnumbered.count().get_result(c).await
        })?;
        let cursors = on!(conn, |c| {
            let cursors = event_cursors::table.order(event_cursors::handler.asc());
            cursors.load::<(String, i64)>(c).await
        })?;
        let failures = on!(conn, |c| {
            event_failures::table
                .group_by(event_failures::handler)
                .select((event_failures::handler, diesel::dsl::count_star()))
                .load::<(String, i64)>(c)
                .await
        })?;
        let set_aside = |name: &str| {
            failures
                .iter()
                .find(|(failed, _)| failed == name)
                .map(|f| f.1)
        };
        let handlers = cursors.into_iter().map(|(name, position)| HandlerStatus {
            set_aside: set_aside(&name).unwrap_or(0),
            name,
            position,
        });
        Ok(Self {
            head: Log::head(conn).await?,
            waiting,
            handlers: handlers.collect(),
        })
    }
}
