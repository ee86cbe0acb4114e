//! One handler over the log: batch by batch, together with its cursor, exactly once.

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Event;
use super::handler::{Handler, HandlerError};
use super::log::{Filter, Log, cursor};
use super::stream::{Stream, StreamError};
use super::tables::{event_cursors, event_failures};
use crate::app::App;
use crate::db::Conn;
use crate::on;

/// Events handled in one transaction.
const HANDLED_MAX: i64 = 100;
/// Tries before an event is set aside for a handler.
const ATTEMPTS_MAX: u32 = 5;
/// Another process may number events without waking this one.
pub(super) const POLL: Duration = Duration::from_millis(500);
/// The same where a stream wakes us, in case that it lost something or a replica died.
const POLL_WITH_STREAM: Duration = Duration::from_secs(2);
/// First pause after a failure; doubled each time.
const BACK_OFF: Duration = Duration::from_millis(100);

/// How a handler is doing: after a failure it takes its batch one event at a time, until the event
/// that fails is alone and is either handled or set aside.
#[derive(Default)]
struct Pace {
    failures: u32,
    alone: i64,
}

impl Pace {
    fn went_well(&mut self) {
        self.failures = 0;
        self.alone = (self.alone - 1).max(0);
    }

    fn went_wrong(&mut self) {
        self.failures += 1;
        self.alone = HANDLED_MAX;
    }
}

/// Runs one handler over the log, for as long as the process runs.
pub(super) async fn deliver(
    app: App,
    stream: Option<Stream>,
    handler: Handler,
    shutdown: CancellationToken,
) {
    let mut pace = Pace::default();
    let mut turn = Turn::new(stream, handler.name);
    let mut head = app.events.watch();
    while !shutdown.is_cancelled() {
        head.mark_unchanged();
        let mut pause = turn.pause();
        if pace.failures > 0 || turn.has_come().await {
            match deliver_once(&app, &handler, &pace).await {
                Ok(more) => {
                    pace.went_well();
                    if more {
                        continue;
                    }
                    turn.end().await;
                }
                Err(err) => {
                    pace.went_wrong();
                    pause = BACK_OFF * 2_u32.pow(pace.failures.min(8));
                    tracing::warn!(
                        handler = handler.name, failures = pace.failures, error = %err,
                        "an event waits for its handler"
                    );
                }
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            _ = head.changed(), if pace.failures == 0 => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
    turn.leave().await;
}

/// Whose turn it is to run a handler. Without a stream, or while it is away, it is everybody's, and
/// the handler's cursor lets one win.
struct Turn {
    stream: Option<Stream>,
    group: &'static str,
    joined: bool,
    /// Entries that we have taken and not confirmed.
    taken: Vec<String>,
    /// When we looked without being called.
    looked: Option<Instant>,
}

impl Turn {
    fn new(stream: Option<Stream>, group: &'static str) -> Self {
        Self {
            stream,
            group,
            joined: false,
            taken: Vec::new(),
            looked: None,
        }
    }

    fn stream(&self) -> Option<&Stream> {
        self.stream.as_ref().filter(|stream| stream.is_up())
    }

    fn pause(&self) -> Duration {
        match self.stream() {
            Some(_) => POLL_WITH_STREAM,
            None => POLL,
        }
    }

    /// Whether there may be something for us to handle.
    async fn has_come(&mut self) -> bool {
        let Some(stream) = self.stream().cloned() else {
            return true;
        };
        if !self.taken.is_empty() {
            return true;
        }
        match self.take(&stream).await {
            Ok(is_due) => is_due || !self.taken.is_empty(),
            Err(err) => {
                let error = &err as &dyn std::error::Error;
                tracing::debug!(handler = self.group, error, "the stream gives no entries");
                true
            }
        }
    }

    /// Takes entries, and now and then those of a replica that died; says whether this is such a
    /// time, when the log is looked at in any case.
    async fn take(&mut self, stream: &Stream) -> Result<bool, StreamError> {
        if !self.joined {
            stream.join(self.group).await?;
            self.joined = true;
        }
        self.taken = stream.take(self.group).await?;
        let is_due = self
            .looked
            .is_none_or(|looked| looked.elapsed() >= POLL_WITH_STREAM);
        if is_due {
            self.looked = Some(Instant::now());
            self.taken.extend(stream.take_over(self.group).await?);
        }
        Ok(is_due)
    }

    /// Confirms what we took. If that fails, somebody takes it over and finds it handled.
    async fn end(&mut self) {
        let taken = std::mem::take(&mut self.taken);
        if let (Some(stream), false) = (self.stream(), taken.is_empty())
            && let Err(err) = stream.confirm(self.group, &taken).await
        {
            let error = &err as &dyn std::error::Error;
            tracing::debug!(handler = self.group, error, "entries stay unconfirmed");
        }
    }

    /// Takes us out of the group, unless something that we took is still to be taken over.
    async fn leave(self) {
        let nothing_open = self.joined && self.taken.is_empty();
        if let Some(stream) = self.stream().filter(|_| nothing_open) {
            // A consumer that stays behind is removed by the next process.
            let _ = stream.leave(self.group).await;
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
    let moved = conn
        .transaction(async |conn| {
            if !move_cursor(conn, handler.name, cursor, next).await? {
                return Ok(false);
            }
            for event in &batch {
                if set_aside {
                    fail(app, conn, handler, event).await?;
                } else {
                    handler.handle(conn, event).await?;
                }
            }
            Ok::<_, HandlerError>(true)
        })
        .await?;
    app.events.announce_handled();
    // If another replica was faster, it may have seen less of the log than we did.
    Ok(more || !moved)
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
