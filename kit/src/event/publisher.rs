//! Puts numbered events into the stream, from whichever process numbered them.

use std::error::Error;
use std::time::Duration;

use tokio::time::Instant;

use super::Log;
use super::stream::{LENGTH_MAX, Stream};
use crate::app::App;
use crate::error::StorageError;

/// Entries sent at once.
const BATCH_MAX: i64 = 200;
/// How often the stream is compared with the log although nothing is new: a process may have died
/// between numbering and publishing, or Redis may have forgotten everything.
const COMPARE: Duration = Duration::from_secs(5);

/// Publishes what the stream lacks.
pub(super) struct Publisher {
    stream: Stream,
    published: i64,
    compared: Option<Instant>,
}

impl Publisher {
    pub(super) fn new(stream: Stream) -> Self {
        Self {
            stream,
            published: 0,
            compared: None,
        }
    }

    /// Brings the stream up to the newest position, if Redis lets us; the next call tries again.
    pub(super) async fn publish(&mut self, app: &App, head: i64) {
        let is_due = self.compared.is_none_or(|at| at.elapsed() >= COMPARE);
        if !self.stream.is_up() || (head <= self.published && !is_due) {
            return;
        }
        self.compared = Some(Instant::now());
        if let Err(err) = self.bring_up(app).await {
            let error = &*err;
            tracing::warn!(error, "events are not announced to other processes");
        }
    }

    async fn bring_up(&mut self, app: &App) -> Result<(), Box<dyn Error + Send + Sync>> {
        // The stream first: what is in it was in the log before.
        let mut newest = self.stream.newest().await?;
        let head = self.head(app).await?;
        if newest > head {
            tracing::warn!(newest, head, "the stream tells of events that never were");
            self.stream.forget().await?;
            newest = 0;
        }
        let mut position = newest.max(head - LENGTH_MAX);
        while position < head {
            let mut conn = app.db.read().await?;
            let events = Log::headlines(&mut conn, position, BATCH_MAX).await?;
            drop(conn);
            let Some((last, ..)) = events.last() else {
                break;
            };
            position = *last;
            self.stream.publish(&events).await?;
        }
        self.published = position;
        Ok(())
    }

    async fn head(&self, app: &App) -> Result<i64, StorageError> {
        let mut conn = app.db.read().await?;
        Ok(Log::head(&mut conn).await?)
    }
}
