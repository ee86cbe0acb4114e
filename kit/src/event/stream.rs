//! The way between processes: a Redis Stream that says which events there are now.
//!
//! Every numbered event becomes an entry whose id is its position, so publishing is idempotent and
//! the order is the log's. An entry wakes the readers of every process, and one replica of each
//! handler, its consumer group's choice. What happened stays in the database, which alone decides
//! what has been handled: when Redis is away, or has forgotten everything, events come later and
//! none is lost.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bb8_redis::redis::aio::MultiplexedConnection;
use bb8_redis::redis::{
    AsyncConnectionConfig, Client, Cmd, FromRedisValue, IntoConnectionInfo, Pipeline, RedisError,
    Value, cmd, from_redis_value, pipe,
};
use bb8_redis::{RedisConnectionManager, bb8};
use tokio_util::sync::CancellationToken;

use super::Log;
use crate::secret::random_text;

/// Entries kept, roughly; who is further behind reads the database.
pub(super) const LENGTH_MAX: i64 = 10_000;
/// Entries of one answer.
const ENTRIES_MAX: usize = 500;
/// Connections for short commands.
const CONNECTIONS_MAX: u32 = 4;
/// How long a command may take, connecting included.
const COMMAND_MAX: Duration = Duration::from_secs(2);
/// How long the tail waits for an entry before it asks again.
const BLOCK: Duration = Duration::from_secs(5);
/// How long an entry may be taken and not confirmed before another replica takes it over.
const IDLE_MAX: Duration = Duration::from_secs(5);
/// Consumers without entries that have been silent for so long belong to processes that are gone.
const GONE: Duration = Duration::from_secs(60);
/// Pause after Redis was found to be away.
const BACK_OFF: Duration = Duration::from_millis(250);

/// Why the stream cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// The text is no URL that we can use. It may hold a password and is not shown.
    #[error("not a Redis URL: expected `redis://:PASSWORD@HOST:PORT`")]
    InvalidUrl,
    /// Redis refuses or breaks off.
    #[error("redis failed")]
    Redis(#[from] RedisError),
    /// No connection could be had in time.
    #[error("redis does not answer")]
    Away,
}

/// A stream of events in Redis. Clones share its connections.
#[derive(Clone)]
pub struct Stream {
    pool: bb8::Pool<RedisConnectionManager>,
    client: Client,
    key: Arc<str>,
    consumer: Arc<str>,
    up: Arc<AtomicBool>,
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("key", &self.key).finish()
    }
}

impl Stream {
    /// The stream of the platform that calls itself `prefix`; several may share one Redis.
    /// Nothing is connected yet.
    pub fn new(url: &str, prefix: &str) -> Result<Self, StreamError> {
        let info = url.into_connection_info();
        let info = info.map_err(|_| StreamError::InvalidUrl)?;
        let client = Client::open(info.clone()).map_err(|_| StreamError::InvalidUrl)?;
        let manager = RedisConnectionManager::new(info).map_err(|_| StreamError::InvalidUrl)?;
        let pool = bb8::Pool::builder()
            .max_size(CONNECTIONS_MAX)
            .connection_timeout(COMMAND_MAX)
            // Otherwise a connection that broke would stay in the pool.
            .test_on_check_out(true)
            .build_unchecked(manager);
        Ok(Self {
            pool,
            client,
            key: format!("{prefix}:events").into(),
            consumer: random_text::<9>().into(),
            up: Arc::new(AtomicBool::new(false)),
        })
    }

    /// Whether Redis answered lately. While it does not, the database is polled instead.
    pub(super) fn is_up(&self) -> bool {
        self.up.load(Ordering::Relaxed)
    }

    /// Position of the newest entry, 0 if there is none.
    pub(super) async fn newest(&self) -> Result<i64, StreamError> {
        let mut command = cmd("XREVRANGE");
        command
            .arg(&*self.key)
            .arg("+")
            .arg("-")
            .arg("COUNT")
            .arg(1);
        let entries: Vec<(String, Vec<String>)> = self.ask(&command).await?;
        Ok(entries.first().map_or(0, |(id, _)| position(id)))
    }

    /// Publishes events in their order: position, id and kind. Those that are there already stay
    /// as they are.
    pub(super) async fn publish(
        &self,
        events: &[(i64, String, String)],
    ) -> Result<(), StreamError> {
        let mut batch = pipe();
        for (position, id, kind) in events {
            batch
                .cmd("XADD")
                .arg(&*self.key)
                .arg(&["MAXLEN", "~"])
                .arg(LENGTH_MAX)
                .arg(format!("{position}-0"))
                .arg(&["id", id, "kind", kind])
                .ignore();
        }
        match self.ask_all(&batch).await {
            // Another process published some of them first; the others went in all the same.
            Err(StreamError::Redis(err)) if err.to_string().contains("equal or smaller") => Ok(()),
            outcome => outcome,
        }
    }

    /// Forgets everything, for a stream that tells of another history than the database.
    pub(super) async fn forget(&self) -> Result<(), StreamError> {
        let mut command = cmd("DEL");
        command.arg(&*self.key);
        self.ask::<i64>(&command).await.map(drop)
    }

    /// Takes new entries for a handler: no other replica gets them.
    pub(super) async fn take(&self, group: &str) -> Result<Vec<String>, StreamError> {
        type Answer = Option<Vec<(String, Vec<(String, Vec<String>)>)>>;
        let mut command = cmd("XREADGROUP");
        command
            .arg(&["GROUP", group, &*self.consumer, "COUNT"])
            .arg(ENTRIES_MAX)
            .arg(&["STREAMS", &*self.key, ">"]);
        let answer = match self.ask::<Answer>(&command).await {
            Err(StreamError::Redis(err)) if err.code() == Some("NOGROUP") => {
                self.make_group(group).await?;
                self.ask::<Answer>(&command).await?
            }
            outcome => outcome?,
        };
        let streams = answer.unwrap_or_default().into_iter();
        Ok(streams
            .flat_map(|(_, entries)| entries)
            .map(|(id, _)| id)
            .collect())
    }

    /// Takes over what another replica took and did not confirm in time.
    pub(super) async fn take_over(&self, group: &str) -> Result<Vec<String>, StreamError> {
        let mut command = cmd("XAUTOCLAIM");
        command
            .arg(&[&*self.key, group, &*self.consumer])
            .arg(IDLE_MAX.as_millis() as u64)
            .arg(&["0-0", "COUNT"])
            .arg(ENTRIES_MAX)
            .arg("JUSTID");
        let (_, ids, _): (String, Vec<String>, Vec<String>) = self.ask(&command).await?;
        Ok(ids)
    }

    /// Confirms entries: their events are handled.
    pub(super) async fn confirm(&self, group: &str, ids: &[String]) -> Result<(), StreamError> {
        let mut command = cmd("XACK");
        command.arg(&*self.key).arg(group).arg(ids);
        self.ask::<i64>(&command).await.map(drop)
    }

    /// Makes a handler's group, and removes the consumers of processes that are gone from it.
    pub(super) async fn join(&self, group: &str) -> Result<(), StreamError> {
        self.make_group(group).await?;
        let mut command = cmd("XINFO");
        command.arg(&["CONSUMERS", &*self.key, group]);
        let consumers: Vec<HashMap<String, Value>> = self.ask(&command).await?;
        for name in consumers.into_iter().filter_map(gone) {
            self.remove(group, &name).await?;
        }
        Ok(())
    }

    /// Takes this process out of a handler's group.
    pub(super) async fn leave(&self, group: &str) -> Result<(), StreamError> {
        self.remove(group, &self.consumer).await
    }

    /// Tells the readers of this process of every new entry, for as long as the process runs.
    pub(super) async fn follow(self, log: Log, shutdown: CancellationToken) {
        let mut told = false;
        loop {
            let outcome = tokio::select! {
                () = shutdown.cancelled() => return,
                outcome = self.follow_once(&log, &mut told) => outcome,
            };
            self.up.store(false, Ordering::Relaxed);
            if let (Err(err), false) = (outcome, told) {
                told = true;
                tracing::warn!(
                    error = &err as &dyn std::error::Error,
                    "redis is away; events are looked for in the database"
                );
            }
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(BACK_OFF) => {}
            }
        }
    }

    async fn follow_once(&self, log: &Log, told: &mut bool) -> Result<(), StreamError> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(COMMAND_MAX))
            .set_response_timeout(Some(BLOCK + COMMAND_MAX));
        let connecting = self
            .client
            .get_multiplexed_async_connection_with_config(&config);
        let mut conn = connecting.await?;
        let mut seen = self.newest().await?;
        self.up.store(true, Ordering::Relaxed);
        if std::mem::take(told) {
            tracing::info!("redis is back");
        }
        log.announce(seen);
        loop {
            if let Some(newest) = self.next(&mut conn, seen).await? {
                seen = newest;
                log.announce(seen);
            }
        }
    }

    /// Waits for entries after a position, and returns the last one's.
    async fn next(
        &self,
        conn: &mut MultiplexedConnection,
        seen: i64,
    ) -> Result<Option<i64>, StreamError> {
        type Answer = Option<Vec<(String, Vec<(String, Vec<String>)>)>>;
        let mut command = cmd("XREAD");
        command
            .arg("COUNT")
            .arg(ENTRIES_MAX)
            .arg("BLOCK")
            .arg(BLOCK.as_millis() as u64)
            .arg(&["STREAMS", &*self.key])
            .arg(format!("{seen}-0"));
        let answer: Answer = command.query_async(conn).await?;
        let entries = answer
            .unwrap_or_default()
            .into_iter()
            .flat_map(|(_, entries)| entries);
        Ok(entries.last().map(|(id, _)| position(&id)))
    }

    async fn make_group(&self, group: &str) -> Result<(), StreamError> {
        let mut command = cmd("XGROUP");
        command.arg(&["CREATE", &*self.key, group, "0", "MKSTREAM"]);
        match self.ask::<String>(&command).await {
            Err(StreamError::Redis(err)) if err.code() == Some("BUSYGROUP") => Ok(()),
            outcome => outcome.map(drop),
        }
    }

    async fn remove(&self, group: &str, consumer: &str) -> Result<(), StreamError> {
        let mut command = cmd("XGROUP");
        command.arg(&["DELCONSUMER", &*self.key, group, consumer]);
        self.ask::<i64>(&command).await.map(drop)
    }

    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, StreamError> {
        let mut conn = self.pool.get().await.map_err(|err| self.unreachable(err))?;
        let answer = command.query_async(&mut *conn).await;
        answer.map_err(|err| self.noticed(err))
    }

    async fn ask_all(&self, batch: &Pipeline) -> Result<(), StreamError> {
        let mut conn = self.pool.get().await.map_err(|err| self.unreachable(err))?;
        let answer = batch.query_async(&mut *conn).await;
        answer.map_err(|err| self.noticed(err))
    }

    fn unreachable(&self, err: bb8::RunError<RedisError>) -> StreamError {
        self.up.store(false, Ordering::Relaxed);
        match err {
            bb8::RunError::User(err) => StreamError::Redis(err),
            bb8::RunError::TimedOut => StreamError::Away,
        }
    }

    /// A broken connection is a Redis that is away; a refusal is not.
    fn noticed(&self, err: RedisError) -> StreamError {
        if err.is_io_error() || err.is_timeout() {
            self.up.store(false, Ordering::Relaxed);
        }
        StreamError::Redis(err)
    }
}

/// The position that an entry's id is made of.
fn position(id: &str) -> i64 {
    let number = id.split('-').next().unwrap_or_default();
    number.parse().unwrap_or(0)
}

/// The name of a consumer that has nothing to confirm and has not been heard of for long.
fn gone(mut consumer: HashMap<String, Value>) -> Option<String> {
    let mut number = |name| from_redis_value::<u64>(consumer.remove(name)?).ok();
    let (pending, idle) = (number("pending")?, number("idle")?);
    let is_gone = pending == 0 && Duration::from_millis(idle) > GONE;
    let name = from_redis_value(consumer.remove("name")?).ok();
    name.filter(|_| is_gone)
}
