//! The delivering middle: one order for all events, then every handler at its own pace.

use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Event;
use super::handler::{Handler, HandlerError};
use super::log::{Filter, Log, cursor};
use super::tables::{event_cursors, event_failures, event_heads, events};
use crate::app::App;
use crate::db::Conn;
use crate::error::StorageError;
use crate::id::EventId;
use crate::on;

/// Events numbered in one transaction.
const NUMBERED_MAX: i64 = 100;
/// How long the next of many events wait for the handlers of those before. A tenant's thousands
/// without a number let the few of others pass; with one they are in everybody's way.
const PATIENCE: Duration = Duration::from_millis(250);
/// Events handled in one transaction.
const HANDLED_MAX: i64 = 100;
/// Tries before an event is set aside for a handler.
const ATTEMPTS_MAX: u32 = 5;
/// Another process may commit an event without waking this one.
const POLL: Duration = Duration::from_millis(500);
/// First pause after a failure; doubled each time.
const BACK_OFF: Duration = Duration::from_millis(100);

/// Delivers events in this process.
pub struct Relay {
    app: App,
    handlers: Vec<Handler>,
}

impl Relay {
    /// A relay for these handlers, whose names must differ.
    pub fn new(app: App, handlers: Vec<Handler>) -> Self {
        Self { app, handlers }
    }

    /// Runs until the shutdown; what is committed by then and not delivered is delivered next time.
    pub async fn run(self, shutdown: CancellationToken) {
        let tasks = TaskTracker::new();
        let names = self.handlers.iter().map(Handler::name).collect();
        for handler in self.handlers {
            tasks.spawn(deliver(self.app.clone(), handler, shutdown.clone()));
        }
        tasks.close();
        number(self.app, names, shutdown).await;
        tasks.wait().await;
    }
}

/// Gives positions to what has been committed, for as long as the process runs.
async fn number(app: App, handlers: Vec<&str>, shutdown: CancellationToken) {
    loop {
        let committed = app.db.committed().notified();
        match number_once(&app).await {
            Ok((NUMBERED_MAX, head)) => {
                let before = app.events.handled(&app.db, &handlers, head - NUMBERED_MAX);
                tokio::select! {
                    () = shutdown.cancelled() => return,
                    _ = tokio::time::timeout(PATIENCE, before) => continue,
                }
            }
            Ok(_) => {}
            Err(err) => {
                tracing::warn!(
                    error = &err as &dyn std::error::Error,
                    "events wait for the database"
                );
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = committed => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

/// Numbers one batch. The update of the head row is the lock that keeps relays one after another,
/// so a reader that has seen position n will never meet a smaller one. Answers with how many got a
/// number, and with the newest one.
async fn number_once(app: &App) -> Result<(i64, i64), StorageError> {
    let mut conn = app.db.read().await?;
    let waiting = unnumbered(&mut conn, 1).await?;
    drop(conn);
    if waiting.is_empty() {
        return Ok((0, 0));
    }

    let mut conn = app.db.write().await?;
    let numbered = conn
        .transaction(async |conn| {
            on!(conn, |c| {
                diesel::update(event_heads::table.find(1))
                    .set(event_heads::position.eq(event_heads::position + 0))
                    .execute(c)
                    .await
            })?;
            let head = Log::head(conn).await?;
            let ids = unnumbered(conn, NUMBERED_MAX).await?;
            let mut position = head;
            for id in &ids {
                position += 1;
                on!(conn, |c| {
                    diesel::update(events::table.find(id))
                        .set(events::position.eq(position))
                        .execute(c)
                        .await
                })?;
            }
            on!(conn, |c| {
                diesel::update(event_heads::table.find(1))
                    .set(event_heads::position.eq(position))
                    .execute(c)
                    .await
            })?;
            Ok::<_, StorageError>((position - head, position))
        })
        .await?;
    app.events.announce(numbered.1);
    Ok(numbered)
}

#[derive(QueryableByName)]
struct Unnumbered {
    #[diesel(sql_type = Text)]
    id: EventId,
}

/// The next events to be numbered, oldest first: as many of each tenant as there is room for, so
/// that one that announces thousands at once does not hold the others up. Each tenant's own order
/// is kept.
async fn unnumbered(conn: &mut Conn, limit: i64) -> QueryResult<Vec<EventId>> {
    let query = diesel::sql_query(
        "SELECT id FROM ( \
             SELECT id, ROW_NUMBER() OVER (PARTITION BY tenant_id ORDER BY id) AS place \
             FROM events WHERE position IS NULL \
         ) AS waiting ORDER BY place, id LIMIT ?",
    );
    let query = query.bind::<BigInt, _>(limit);
    let rows: Vec<Unnumbered> = on!(conn, |c| query.load(c).await)?;
    let mut ids: Vec<_> = rows.into_iter().map(|row| row.id).collect();
    ids.sort_unstable();
    Ok(ids)
}

/// How a handler is doing: after a failure it takes its batch one event at a time, until the event
/// that fails is alone and is either handled or set aside.
#[derive(Default)]
struct Pace {
    failures: u32,
    alone: i64,
}

/// Runs one handler over the log, for as long as the process runs.
async fn deliver(app: App, handler: Handler, shutdown: CancellationToken) {
    let mut pace = Pace::default();
    let mut head = app.events.watch();
    loop {
        head.mark_unchanged();
        let failed = match deliver_once(&app, &handler, &pace).await {
            Ok(more) => {
                pace = Pace {
                    failures: 0,
                    alone: (pace.alone - 1).max(0),
                };
                if more {
                    continue;
                }
                false
            }
            Err(err) => {
                pace = Pace {
                    failures: pace.failures + 1,
                    alone: HANDLED_MAX,
                };
                tracing::warn!(
                    handler = handler.name, failures = pace.failures, error = %err,
                    "an event waits for its handler"
                );
                true
            }
        };
        let pause = if failed {
            BACK_OFF * 2_u32.pow(pace.failures.min(8))
        } else {
            POLL
        };
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = head.changed(), if !failed => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Handles the next batch in one transaction and says whether there may be more.
async fn deliver_once(app: &App, handler: &Handler, pace: &Pace) -> Result<bool, HandlerError> {
    let limit = if pace.alone == 0 { HANDLED_MAX } else { 1 };
    let filter = Filter {
        kinds: handler.kinds.iter().map(|&kind| kind.to_owned()).collect(),
        ..Filter::default()
    };
    let (cursor, head, batch) = {
        let mut conn = app.db.read().await?;
        let cursor = cursor(&mut conn, handler.name).await?;
        let head = Log::head(&mut conn).await?;
        let mut batch = Log::after(&mut conn, cursor.unwrap_or(0), &filter, limit).await?;
        if handler.detailed {
            Log::add_details(&mut conn, &mut batch).await?;
        }
        (cursor, head, batch)
    };
    let more = batch.len() == limit as usize;
    let next = match batch.last() {
        Some(last) if more => last.position,
        Some(last) => head.max(last.position),
        None => head,
    };
    if cursor == Some(next) {
        return Ok(false);
    }

    let set_aside = pace.failures >= ATTEMPTS_MAX;
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        if !move_cursor(conn, handler.name, cursor, next).await? {
            return Ok(()); // Another replica was faster.
        }
        for event in &batch {
            if set_aside {
                fail(app, conn, handler, event).await?;
            } else {
                handler.handle(conn, event).await?;
            }
        }
        Ok::<_, HandlerError>(())
    })
    .await?;
    app.events.announce_handled();
    Ok(more)
}

/// Moves the cursor if it still is where it was read; the row stays locked until the commit.
async fn move_cursor(
    conn: &mut Conn,
    handler: &str,
    from: Option<i64>,
    to: i64,
) -> QueryResult<bool> {
    let Some(from) = from else {
        let row = (
            event_cursors::handler.eq(handler),
            event_cursors::position.eq(to),
        );
        let inserted = on!(conn, |c| {
            diesel::insert_or_ignore_into(event_cursors::table)
                .values(row)
                .execute(c)
                .await
        })?;
        return Ok(inserted == 1);
    };
    let moved = on!(conn, |c| {
        diesel::update(
            event_cursors::table
                .find(handler)
                .filter(event_cursors::position.eq(from)),
        )
        .set(event_cursors::position.eq(to))
        .execute(c)
        .await
    })?;
    Ok(moved == 1)
}

async fn fail(app: &App, conn: &mut Conn, handler: &Handler, event: &Event) -> QueryResult<()> {
    tracing::error!(handler = handler.name, event.id = %event.id, "event set aside after {ATTEMPTS_MAX} tries");
    let row = (
        event_failures::handler.eq(handler.name),
        event_failures::event_id.eq(event.id),
        event_failures::error.eq("handler failed; the log of that time has the reason"),
        event_failures::failed_at.eq(app.clock.now_utc()),
    );
    on!(conn, |c| {
        diesel::insert_or_ignore_into(event_failures::table)
            .values(row)
            .execute(c)
            .await
    })?;
    Ok(())
}
