//! The delivering middle: one order for all events, then every handler at its own pace.

use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::delivery::{POLL, deliver};
use super::handler::Handler;
use super::log::Log;
use super::publisher::Publisher;
use super::stream::Stream;
use super::tables::{event_heads, events};
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

/// Delivers events in this process.
pub struct Relay {
    app: App,
    handlers: Vec<Handler>,
    stream: Option<Stream>,
}

impl Relay {
    /// A relay for these handlers, whose names must differ.
    pub fn new(app: App, handlers: Vec<Handler>) -> Self {
        Self {
            app,
            handlers,
            stream: None,
        }
    }

    /// Shares the work with the other processes on this stream.
    #[must_use]
    pub fn over(mut self, stream: Option<Stream>) -> Self {
        self.stream = stream;
        self
    }

    /// Runs until the shutdown; what is committed by then and not delivered is delivered next time.
    pub async fn run(self, shutdown: CancellationToken) {
        let Self {
            app,
            handlers,
            stream,
        } = self;
        let tasks = TaskTracker::new();
        let names = handlers.iter().map(Handler::name).collect();
        if let Some(stream) = &stream {
            let following = stream.clone().follow(app.events.clone(), shutdown.clone());
            tasks.spawn(following);
        }
        for handler in handlers {
            let delivering = deliver(app.clone(), stream.clone(), handler, shutdown.clone());
            tasks.spawn(delivering);
        }
        tasks.close();
        number(app, names, stream.map(Publisher::new), shutdown).await;
        tasks.wait().await;
    }
}

/// Gives positions to what has been committed, for as long as the process runs.
async fn number(
    app: App,
    handlers: Vec<&str>,
    mut publisher: Option<Publisher>,
    shutdown: CancellationToken,
) {
    loop {
        let committed = app.db.committed().notified();
        match number_once(&app).await {
            Ok((count, head)) => {
                // The entries first: whoever is woken finds them.
                if let Some(publisher) = &mut publisher {
                    publisher.publish(&app, head).await;
                }
                app.events.announce_newer(head);
                if count == NUMBERED_MAX {
                    let before = app.events.handled(&app.db, &handlers, head - NUMBERED_MAX);
                    tokio::select! {
                        () = shutdown.cancelled() => return,
                        _ = tokio::time::timeout(PATIENCE, before) => continue,
                    }
                }
            }
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

/// Numbers one batch; returns how many there were, and the newest position. The update of the head row is the lock that keeps relays one after another,
/// so a reader that has seen position n will never meet a smaller one.
async fn number_once(app: &App) -> Result<(i64, i64), StorageError> {
    let mut conn = app.db.read().await?;
    if unnumbered(&mut conn, 1).await?.is_empty() {
        return Ok((0, Log::head(&mut conn).await?));
    }
    drop(conn);

    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
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
    .await
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
