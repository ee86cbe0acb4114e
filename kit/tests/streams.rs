//! Events between processes over a real Redis: handled once by all replicas together, and none lost
//! while Redis is away.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use bb8_redis::redis::{self, Client, FromRedisValue, Value};
use futures::StreamExt as _;
use kit::App;
use kit::db::{Db, PoolSize};
use kit::event::{Filter, Handler, Log, Payload, Relay, Stream, record};
use kit::id::{EventId, TenantId};
use serde::{Deserialize, Serialize};
use testkit::{Backend, Cable, Redis, TestApp, eventually, on_both};
use tokio_util::sync::{CancellationToken, DropGuard};

on_both![
    a_handler_runs_once_however_many_replicas_there_are,
    a_reader_in_another_process_sees_what_happens,
    nothing_is_lost_while_redis_is_away,
    what_a_dead_replica_took_is_taken_over,
    a_stream_of_another_history_is_forgotten,
];

#[derive(Serialize, Deserialize)]
struct Noted {
    n: i64,
}

impl Payload for Noted {
    const KIND: &'static str = "note.taken";
    fn subject(&self) -> String {
        self.n.to_string()
    }
    fn tenant(&self) -> Option<TenantId> {
        None
    }
}

/// What a handler saw, in all processes together.
type Seen = Arc<Mutex<Vec<EventId>>>;

fn watcher(seen: &Seen) -> Handler {
    let seen = seen.clone();
    Handler::new("test.watcher", &["note.taken"], move |_, event| {
        seen.lock().expect("no panic").push(event.id);
        Box::pin(async { Ok(()) })
    })
}

/// The handles of another process on the same database, and its relay.
fn process(test: &TestApp, redis: &Redis, handlers: Vec<Handler>) -> (App, DropGuard) {
    let url = test.database.url().clone();
    let db = Db::new(url, PoolSize { connections_max: 4 });
    let app = App {
        db,
        events: Log::default(),
        ..test.app.clone()
    };
    let stream = Stream::new(redis.setting(), redis.prefix()).expect("a URL");
    let shutdown = CancellationToken::new();
    let relay = Relay::new(app.clone(), handlers).over(Some(stream));
    tokio::spawn(relay.run(shutdown.clone()));
    (app, shutdown.drop_guard())
}

async fn take(app: &App, n: i64) {
    let mut conn = app.db.write().await.expect("connects");
    conn.transaction(async |conn| record(conn, &app.clock, &Noted { n }).await)
        .await
        .expect("recorded");
}

async fn all_are_seen_once(seen: &Seen, count: usize) {
    eventually("every event is handled", async || {
        (seen.lock().expect("no panic").len() >= count).then_some(())
    })
    .await;
    let mut ids = seen.lock().expect("no panic").clone();
    ids.sort();
    ids.dedup();
    assert_eq!(
        ids.len(),
        seen.lock().expect("no panic").len(),
        "handled twice"
    );
    assert_eq!(ids.len(), count);
}

/// Asks Redis itself.
async fn ask<T: FromRedisValue>(redis: &Redis, command: &[&str]) -> T {
    let client = Client::open(redis.setting()).expect("a URL");
    let conn = client.get_multiplexed_async_connection().await;
    let mut conn = conn.expect("the server of the test run answers");
    let mut asked = redis::cmd(command[0]);
    asked.arg(&command[1..]);
    asked.query_async(&mut conn).await.expect("answers")
}

fn key(redis: &Redis) -> String {
    format!("{}:events", redis.prefix())
}

async fn entries(redis: &Redis) -> i64 {
    ask(redis, &["XLEN", &key(redis)]).await
}

/// Waits until the group of the handler has been given everything and has confirmed it.
async fn all_is_confirmed(redis: &Redis, newest: i64) {
    eventually("the stream is confirmed", async || {
        if entries(redis).await == 0 {
            return None;
        }
        let groups: Vec<HashMap<String, Value>> =
            ask(redis, &["XINFO", "GROUPS", &key(redis)]).await;
        let group = groups.into_iter().next()?;
        let text = |name: &str| String::from_redis_value(group[name].clone()).ok();
        let is_read = text("last-delivered-id")? == format!("{newest}-0");
        (is_read && text("pending")? == "0").then_some(())
    })
    .await;
}

async fn a_handler_runs_once_however_many_replicas_there_are(backend: Backend) {
    let (test, redis, seen) = (
        TestApp::start(backend).await,
        Redis::fresh(),
        Seen::default(),
    );
    let replicas = [0, 1, 2].map(|_| process(&test, &redis, vec![watcher(&seen)]));
    let writers = replicas.iter().map(|(app, _)| async {
        for n in 0..40 {
            take(app, n).await;
        }
    });
    futures::future::join_all(writers).await;
    all_are_seen_once(&seen, 120).await;
    all_is_confirmed(&redis, 120).await;
    assert_eq!(
        entries(&redis).await,
        120,
        "published once, by three processes"
    );
}

async fn a_reader_in_another_process_sees_what_happens(backend: Backend) {
    let (test, redis) = (TestApp::start(backend).await, Redis::fresh());
    let (writer, _writing) = process(&test, &redis, Vec::new());
    let (reader, _reading) = process(&test, &redis, Vec::new());
    let events = reader
        .events
        .follow(reader.db.clone(), Some(0), Filter::default());
    let mut events = Box::pin(events);
    for n in 1..=20 {
        take(&writer, n).await;
        let event = events.next().await.expect("goes on").expect("reads");
        assert_eq!((event.position, event.subject), (n, n.to_string()));
    }
}

async fn nothing_is_lost_while_redis_is_away(backend: Backend) {
    let (test, redis, seen) = (
        TestApp::start(backend).await,
        Redis::fresh(),
        Seen::default(),
    );
    let cable = Cable::to(&[redis.address()]).await;
    let near = redis.through(cable.address());
    let (app, _one) = process(&test, &near, vec![watcher(&seen)]);
    let (other, _two) = process(&test, &near, vec![watcher(&seen)]);
    take(&app, 1).await;
    all_is_confirmed(&redis, 1).await;

    cable.cut();
    for n in 2..=10 {
        take(&app, n).await;
        take(&other, n).await;
    }
    all_are_seen_once(&seen, 19).await;
    assert_eq!(entries(&redis).await, 1, "redis was not away");

    cable.mend();
    take(&app, 11).await;
    all_are_seen_once(&seen, 20).await;
    all_is_confirmed(&redis, 20).await;
    assert_eq!(entries(&redis).await, 20, "the stream has a gap");
}

async fn what_a_dead_replica_took_is_taken_over(backend: Backend) {
    let (test, redis, seen) = (
        TestApp::start(backend).await,
        Redis::fresh(),
        Seen::default(),
    );
    let (app, without_handlers) = process(&test, &redis, Vec::new());
    take(&app, 1).await;
    eventually("the event is published", async || {
        (entries(&redis).await == 1).then_some(())
    })
    .await;
    // Another replica takes the entry and dies before it has handled it.
    let (key, group) = (key(&redis), "test.watcher");
    let _: String = ask(&redis, &["XGROUP", "CREATE", &key, group, "0"]).await;
    let dying = ["XREADGROUP", "GROUP", group, "dying", "STREAMS", &key, ">"];
    let _: Value = ask(&redis, &dying).await;
    drop(without_handlers);

    let (_app, _replica) = process(&test, &redis, vec![watcher(&seen)]);
    all_are_seen_once(&seen, 1).await;
    all_is_confirmed(&redis, 1).await;
    all_are_seen_once(&seen, 1).await;
}

async fn a_stream_of_another_history_is_forgotten(backend: Backend) {
    let (test, redis, seen) = (
        TestApp::start(backend).await,
        Redis::fresh(),
        Seen::default(),
    );
    let key = key(&redis);
    let _: String = ask(&redis, &["XADD", &key, "1000-0", "id", "x", "kind", "y"]).await;
    let (app, _replica) = process(&test, &redis, vec![watcher(&seen)]);
    take(&app, 1).await;
    all_are_seen_once(&seen, 1).await;
    all_is_confirmed(&redis, 1).await;
}
