//! The reading end: events by position, from the database, live or after a cursor.

use std::collections::HashMap;
use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures::Stream;
use tokio::sync::watch;

use super::Event;
use super::tables::{event_cursors, event_details, event_heads, events};
use crate::db::{Conn, Db, Json};
use crate::error::StorageError;
use crate::id::{EventId, TenantId};
use crate::on;

/// Events read per query.
const BATCH_MAX: i64 = 100;
/// Different permissions that are looked at for one reader.
const PERMISSIONS_MAX: i64 = 5_000;
/// How long a waiting operation goes without looking.
const POLL: Duration = Duration::from_millis(20);
/// How long an operation waits for a handler before it answers from what there is.
const CATCH_UP_MAX: Duration = Duration::from_secs(3);

/// Which events a reader wants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only this tenant's.
    pub tenant: Option<TenantId>,
    /// Only these kinds; all when empty.
    pub kinds: Vec<String>,
    /// Only what happened to this.
    pub subject: Option<String>,
    /// Only what needs no permission or one of these; everything if absent.
    pub permissions: Option<Vec<String>>,
}

/// The log of all events. Clones share it.
#[derive(Debug, Clone)]
pub struct Log {
    head: watch::Sender<i64>,
    handled: watch::Sender<()>,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            head: watch::Sender::new(0),
            handled: watch::Sender::new(()),
        }
    }
}

impl Log {
    /// Up to `limit` events after a position, oldest first.
    pub async fn after(
        conn: &mut Conn,
        position: i64,
        filter: &Filter,
        limit: i64,
    ) -> QueryResult<Vec<Event>> {
        let rows = on!(conn, |c| {
            let mut query = EventRow::select_from()
                .filter(events::position.gt(position))
                .order(events::position.asc())
                .limit(limit)
                .into_boxed();
            if let Some(tenant) = filter.tenant {
                query = query.filter(events::tenant_id.eq(tenant));
            }
            if !filter.kinds.is_empty() {
                query = query.filter(events::kind.eq_any(&filter.kinds));
            }
            if let Some(subject) = &filter.subject {
                query = query.filter(events::subject.eq(subject));
            }
            if let Some(permissions) = &filter.permissions {
                let open = events::permission.is_null();
                let held = events::permission.eq_any(permissions).assume_not_null();
                query = query.filter(open.or(held));
            }
            query.load::<EventRow>(c).await
        })?;
        Ok(rows.into_iter().map(Event::from).collect())
    }

    /// Position, id and kind of up to `limit` events after a position, oldest first.
    pub(super) async fn headlines(
        conn: &mut Conn,
        position: i64,
        limit: i64,
    ) -> QueryResult<Vec<(i64, String, String)>> {
        let rows = on!(conn, |c| {
            events::table
                .filter(events::position.gt(position))
                .order(events::position.asc())
                .limit(limit)
                .select((events::position.assume_not_null(), events::id, events::kind))
                .load::<(i64, EventId, String)>(c)
                .await
        })?;
        let rows = rows.into_iter();
        Ok(rows
            .map(|(position, id, kind)| (position, id.to_string(), kind))
            .collect())
    }

    /// The tenant's events with these ids; another tenant's are left out like missing ones.
    pub async fn by_ids(
        conn: &mut Conn,
        tenant: TenantId,
        ids: &[EventId],
    ) -> QueryResult<Vec<Event>> {
        let rows = on!(conn, |c| {
            EventRow::select_from()
                .filter(events::tenant_id.eq(tenant))
                .filter(events::position.is_not_null())
                .filter(events::id.eq_any(ids))
                .load::<EventRow>(c)
                .await
        })?;
        Ok(rows.into_iter().map(Event::from).collect())
    }

    /// The permissions that the tenant's events need, each once.
    pub async fn permissions(conn: &mut Conn, tenant: TenantId) -> QueryResult<Vec<String>> {
        let found: Vec<Option<String>> = on!(conn, |c| events::table
            .filter(events::tenant_id.eq(tenant))
            .filter(events::permission.is_not_null())
            .select(events::permission)
            .distinct()
            .limit(PERMISSIONS_MAX)
            .load(c)
            .await)?;
        Ok(found.into_iter().flatten().collect())
    }

    /// The position of one of the tenant's events; none for another tenant's, like for a missing one.
    pub async fn position(
        conn: &mut Conn,
        tenant: TenantId,
        id: EventId,
    ) -> QueryResult<Option<i64>> {
        let found: Option<Option<i64>> = on!(conn, |c| events::table
            .filter(events::tenant_id.eq(tenant))
            .filter(events::id.eq(id))
            .select(events::position)
            .first(c)
            .await
            .optional())?;
        Ok(found.flatten())
    }

    /// Gives events the facts that only handlers see.
    pub(super) async fn add_details(conn: &mut Conn, events: &mut [Event]) -> QueryResult<()> {
        let ids: Vec<_> = events.iter().map(|event| event.id).collect();
        let rows: Vec<(EventId, Json<serde_json::Value>)> = on!(conn, |c| event_details::table
            .filter(event_details::event_id.eq_any(&ids))
            .select((event_details::event_id, event_details::data))
            .load(c)
            .await)?;
        let mut details: HashMap<_, _> = rows.into_iter().collect();
        for event in events {
            event.detail = details.remove(&event.id).map(|detail| detail.0);
        }
        Ok(())
    }

    /// The position of the newest event that readers may see.
    pub async fn head(conn: &mut Conn) -> QueryResult<i64> {
        on!(conn, |c| event_heads::table
            .find(1)
            .select(event_heads::position)
            .first(c)
            .await)
    }

    /// Follows the log after a position (or from now on): first what there is, then what comes.
    ///
    /// Ends with an error when the database fails; the reader resumes after the last position.
    pub fn follow(
        &self,
        db: Db,
        after: Option<i64>,
        filter: Filter,
    ) -> impl Stream<Item = Result<Event, StorageError>> + Send + use<> {
        let mut head = self.head.subscribe();
        async_stream::try_stream! {
            head.mark_unchanged();
            let mut position = match after {
                Some(position) => position,
                None => Self::head(&mut db.read().await?).await?,
            };
            loop {
                let (upper, batch) = {
                    let mut conn = db.read().await?;
                    let upper = Self::head(&mut conn).await?;
                    (upper, Self::after(&mut conn, position, &filter, BATCH_MAX).await?)
                };
                let complete = batch.len() < BATCH_MAX as usize;
                for event in batch {
                    position = event.position;
                    yield event;
                }
                if complete {
                    position = position.max(upper);
                    if head.changed().await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    /// Waits, for a bounded time, until a handler has seen all that is committed now.
    ///
    /// An operation that misses something in its projection calls this and looks again, so that a
    /// client reads what it has just written through another subgraph. What is committed later
    /// keeps nobody waiting.
    pub async fn caught_up(&self, db: &Db, handler: &str) -> Result<(), StorageError> {
        let mut handled = self.handled.subscribe();
        let waiting = async {
            let newest = newest_unnumbered(&mut db.read().await?).await?;
            let mut target = None;
            loop {
                handled.mark_unchanged();
                let mut conn = db.read().await?;
                if target.is_none() && !is_unnumbered(&mut conn, newest).await? {
                    target = Some(Self::head(&mut conn).await?);
                }
                let position = cursor(&mut conn, handler).await?.unwrap_or(0);
                if target.is_some_and(|target| position >= target) {
                    return Ok(());
                }
                drop(conn);
                // Another process may run the handler, and then nothing here announces it.
                let _ = tokio::time::timeout(POLL, handled.changed()).await;
            }
        };
        tokio::time::timeout(CATCH_UP_MAX, waiting)
            .await
            .unwrap_or(Ok(()))
    }

    /// Tells readers of a position, unless they know it.
    pub(super) fn announce_newer(&self, position: i64) {
        self.head.send_if_modified(|head| {
            let is_newer = position > *head;
            *head = position.max(*head);
            is_newer
        });
    }

    /// Waits until these handlers have seen everything up to a position; for ever if one does not.
    pub(super) async fn handled(
        &self,
        db: &Db,
        handlers: &[&str],
        position: i64,
    ) -> Result<(), StorageError> {
        let mut handled = self.handled.subscribe();
        loop {
            handled.mark_unchanged();
            let mut conn = db.read().await?;
            let arrived: i64 = on!(&mut conn, |c| event_cursors::table
                .filter(event_cursors::handler.eq_any(handlers))
                .filter(event_cursors::position.ge(position))
                .count()
                .get_result(c)
                .await)?;
            drop(conn);
            if arrived == handlers.len() as i64 {
                return Ok(());
            }
            let _ = tokio::time::timeout(POLL, handled.changed()).await;
        }
    }

    /// Tells readers that events up to a position may be read, even if they know it.
    pub(super) fn announce(&self, position: i64) {
        self.head.send_modify(|head| *head = position.max(*head));
    }

    /// Tells waiting operations that a handler moved on.
    pub(super) fn announce_handled(&self) {
        self.handled.send_replace(());
    }

    /// Changes whenever there is something new to read.
    pub(super) fn watch(&self) -> watch::Receiver<i64> {
        self.head.subscribe()
    }
}

/// The newest of the events that are committed and have no position yet.
async fn newest_unnumbered(conn: &mut Conn) -> QueryResult<Option<EventId>> {
    on!(conn, |c| {
        let unnumbered = events::table.filter(events::position.is_null());
        unnumbered
            .order(events::id.desc())
            .select(events::id)
            .first(c)
            .await
            .optional()
    })
}

/// Whether an event as old as this one still has no position.
async fn is_unnumbered(conn: &mut Conn, newest: Option<EventId>) -> QueryResult<bool> {
    let Some(newest) = newest else {
        return Ok(false);
    };
    let found = on!(conn, |c| {
        events::table
            .filter(events::position.is_null().and(events::id.le(newest)))
            .select(events::id)
            .first::<EventId>(c)
            .await
            .optional()
    })?;
    Ok(found.is_some())
}

/// The position up to which a handler has seen everything.
pub(super) async fn cursor(conn: &mut Conn, handler: &str) -> QueryResult<Option<i64>> {
    on!(conn, |c| {
        event_cursors::table
            .find(handler)
            .select(event_cursors::position)
            .first(c)
            .await
            .optional()
    })
}

#[derive(Queryable)]
pub(super) struct EventRow {
    id: EventId,
    position: Option<i64>,
    kind: String,
    subject: String,
    tenant_id: Option<TenantId>,
    time: chrono::NaiveDateTime,
    permission: Option<String>,
    data: Json<serde_json::Value>,
}

impl EventRow {
    #[diesel::dsl::auto_type(no_type_alias)]
    fn select_from() -> _ {
        events::table.select((
            events::id,
            events::position,
            events::kind,
            events::subject,
            events::tenant_id,
            events::time,
            events::permission,
            events::data,
        ))
    }
}

impl From<EventRow> for Event {
    fn from(row: EventRow) -> Self {
        Self {
            id: row.id,
            position: row.position.unwrap_or_default(),
            kind: row.kind,
            subject: row.subject,
            tenant: row.tenant_id,
            time: row.time,
            permission: row.permission,
            data: row.data.0,
            detail: None,
        }
    }
}
