//! Sends the letters that wait, until the shutdown. Any number of processes may do so at once: a
//! letter is claimed by one of them, for a time that is longer than sending takes.
//!
//! A letter is sent once. Only if a process dies between the server's word and the removal of the
//! row is it sent again, with the same `Message-ID`.

use std::sync::Arc;
use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::queue::{self, Claimed};
use super::way::Way;
use crate::App;
use crate::error::{StorageError, chain};

/// How long a letter waits at most before it is seen.
const POLL: Duration = Duration::from_millis(500);
/// For how long a claim holds. Longer than the longest timeout, so that nobody sends what another
/// process is still sending.
const LEASE: TimeDelta = TimeDelta::minutes(5);
/// Wait after the first failure; doubled each time, up to a bound.
const WAIT_FIRST: TimeDelta = TimeDelta::seconds(15);
const WAIT_MAX: TimeDelta = TimeDelta::hours(1);
/// When a letter is given up.
const PATIENCE: TimeDelta = TimeDelta::days(1);

/// Sends letters until the shutdown, then finishes those that are under way.
pub async fn run(app: App, way: Way, shutdown: CancellationToken) {
    way.announce();
    let way = Arc::new(way);
    let mut sending = JoinSet::new();
    while !shutdown.is_cancelled() {
        let room = way.concurrency.saturating_sub(sending.len());
        let claimed = match claim(&app, room).await {
            Ok(claimed) => claimed,
            Err(err) => {
                tracing::warn!(error = %chain(&err), "letters wait for the database");
                Vec::new()
            }
        };
        let full = room > 0 && claimed.len() == room;
        for letter in claimed {
            sending.spawn(send(app.clone(), way.clone(), letter));
        }
        tokio::select! {
            () = shutdown.cancelled() => break,
            Some(_) = sending.join_next() => {}
            () = tokio::time::sleep(POLL), if !full || sending.is_empty() => {}
        }
    }
    while sending.join_next().await.is_some() {}
}

async fn claim(app: &App, most: usize) -> Result<Vec<Claimed>, StorageError> {
    if most == 0 {
        return Ok(Vec::new());
    }
    let now = app.clock.now_utc();
    let due = {
        let mut conn = app.db.read().await?;
        queue::due(&mut conn, now, most as i64).await?
    };
    if due.is_empty() {
        return Ok(Vec::new());
    }
    let mut conn = app.db.write().await?;
    let mut claimed = Vec::new();
    for row in due {
        claimed.extend(queue::claim(&mut conn, row, now + LEASE).await?);
    }
    Ok(claimed)
}

/// Sends one claimed letter and notes what came of it.
async fn send(app: App, way: Arc<Way>, letter: Claimed) {
    let id = letter.id;
    let noted = match letter.open(&app) {
        Ok(mail) if mail.is_nobodys() => remove(&app, &letter).await,
        Ok(mail) => match way.send(id, &mail).await {
            Ok(()) => {
                tracing::debug!(mail.id = %id, "a letter was sent");
                remove(&app, &letter).await
            }
            Err(failure) => {
                let now = app.clock.now_utc();
                let late = now - letter.created_at >= PATIENCE;
                let error = chain(&failure).to_string();
                if failure.is_final() || late {
                    tracing::error!(mail.id = %id, error, "a letter is given up");
                    remove(&app, &letter).await
                } else {
                    let due_at = now + wait(letter.attempts);
                    tracing::warn!(mail.id = %id, error, attempts = letter.attempts, "a letter waits");
                    put_back(&app, &letter, due_at).await
                }
            }
        },
        Err(err) => {
            tracing::error!(mail.id = %id, error = %chain(&err), "a letter is given up");
            remove(&app, &letter).await
        }
    };
    if let Err(err) = noted {
        tracing::warn!(mail.id = %id, error = %chain(&err), "a letter's fate is not noted");
    }
}

async fn remove(app: &App, letter: &Claimed) -> Result<(), StorageError> {
    Ok(queue::remove(&mut app.db.write().await?, letter).await?)
}

async fn put_back(app: &App, letter: &Claimed, due_at: NaiveDateTime) -> Result<(), StorageError> {
    Ok(queue::put_back(&mut app.db.write().await?, letter, due_at).await?)
}

fn wait(attempts: i32) -> TimeDelta {
    let doubled = attempts.saturating_sub(1).clamp(0, 16);
    (WAIT_FIRST * 2_i32.pow(doubled.unsigned_abs())).min(WAIT_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_doubles_the_wait_up_to_a_bound() {
        let seconds = [1, 2, 3, 8, 9, 100, i32::MAX].map(|attempts| wait(attempts).num_seconds());
        assert_eq!(seconds, [15, 30, 60, 1920, 3600, 3600, 3600]);
    }
}
