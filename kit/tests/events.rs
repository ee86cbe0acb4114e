//! The event log on a real database: order, exactly-once handling, and what happens on failure.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use diesel::prelude::*;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection as _};
use futures::StreamExt as _;
use kit::App;
use kit::event::{
    Event, Filter, Handler, HandlerError, Log, Payload, Relay, Status, record, record_all,
};
use kit::id::TenantId;
use kit::{Conn, on};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use testkit::{Backend, TestApp, on_both};
use tokio_util::sync::CancellationToken;

use tables::notes;

on_both![
    every_event_is_handled_once_and_in_order_though_two_relays_run,
    a_rolled_back_change_announces_nothing,
    an_event_that_cannot_be_handled_is_set_aside_and_blocks_no_other,
    a_reader_resumes_after_its_cursor_and_then_follows,
    an_abandoned_query_spoils_no_connection,
    a_tenant_that_announces_thousands_does_not_hold_another_up,
    a_detail_is_for_handlers_that_ask_and_a_permission_for_readers_that_hold_it,
];

mod tables {
    diesel::table! {
        notes (n) {
            n -> Integer,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Noted {
    n: i32,
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

/// A fresh platform with one more table: a primary key, so that handling an event twice would fail.
async fn start(backend: Backend) -> TestApp {
    let test = TestApp::start(backend).await;
    let mut conn = test.app.db.write().await.expect("connects");
    let statement = "CREATE TABLE notes (n INTEGER PRIMARY KEY)";
    on!(&mut conn, |c| c.batch_execute(statement).await).expect("made");
    test
}

async fn take(app: &App, n: i32) {
    let mut conn = app.db.write().await.expect("connects");
    conn.transaction(async |conn| record(conn, &app.clock, &Noted { n }).await)
        .await
        .expect("recorded");
}

async fn notes(app: &App) -> Vec<i32> {
    let mut conn = app.db.read().await.expect("connects");
    on!(&mut conn, |c| notes::table
        .select(notes::n)
        .order(notes::n)
        .load(c)
        .await)
    .expect("loads")
}

fn keeper() -> Handler {
    Handler::new("test.notes", &["note.taken"], |conn, event| {
        Box::pin(keep(conn, event))
    })
}

async fn keep(conn: &mut Conn, event: &Event) -> Result<(), HandlerError> {
    let noted = event.payload::<Noted>()?;
    on!(conn, |c| diesel::insert_into(notes::table)
        .values(notes::n.eq(noted.n))
        .execute(c)
        .await)?;
    Ok(())
}

async fn every_event_is_handled_once_and_in_order_though_two_relays_run(backend: Backend) {
    let test = start(backend).await;
    let app = test.app.clone();
    let shutdown = CancellationToken::new();
    let relays = [0, 1].map(|_| {
        let relay = Relay::new(app.clone(), vec![keeper()]);
        tokio::spawn(relay.run(shutdown.clone()))
    });

    let writers = (0..4).map(|writer| {
        let app = app.clone();
        tokio::spawn(async move {
            for n in 0..50 {
                take(&app, writer * 50 + n).await;
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("writes");
    }
    app.events
        .caught_up(&app.db, "test.notes")
        .await
        .expect("caught up");

    assert_eq!(notes(&app).await, (0..200).collect::<Vec<_>>());
    let mut conn = app.db.read().await.expect("connects");
    let events = Log::after(&mut conn, 0, &Filter::default(), 1_000)
        .await
        .expect("reads");
    let positions = events
        .iter()
        .map(|event| event.position)
        .collect::<Vec<_>>();
    assert_eq!(
        positions,
        (1..=200).collect::<Vec<_>>(),
        "positions have no gaps"
    );
    shutdown.cancel();
    for relay in relays {
        relay.await.expect("ends");
    }
}

async fn a_rolled_back_change_announces_nothing(backend: Backend) {
    let test = start(backend).await;
    let app = test.app.clone();
    let mut conn = app.db.write().await.expect("connects");
    let undone = conn
        .transaction(async |conn| {
            record(conn, &app.clock, &Noted { n: 1 }).await?;
            Err::<(), _>(diesel::result::Error::RollbackTransaction)
        })
        .await;
    assert!(undone.is_err());
    assert_eq!(Status::read(&mut conn).await.expect("reads").waiting, 0);
}

async fn an_event_that_cannot_be_handled_is_set_aside_and_blocks_no_other(backend: Backend) {
    let test = start(backend).await;
    let app = test.app.clone();
    let tries = Arc::new(AtomicU32::new(0));
    let counted = tries.clone();
    let fussy = Handler::new("test.notes", &["note.taken"], move |conn, event| {
        let counted = counted.clone();
        Box::pin(async move {
            if event.subject == "7" {
                counted.fetch_add(1, Ordering::Relaxed);
                return Err(HandlerError::new("seven is never kept"));
            }
            keep(conn, event).await
        })
    });
    let mut conn = app.db.write().await.expect("connects");
    let all = (0..20).map(|n| Noted { n }).collect::<Vec<_>>();
    conn.transaction(async |conn| record_all(conn, &app.clock, &all).await)
        .await
        .expect("recorded");
    drop(conn);

    let shutdown = CancellationToken::new();
    tokio::spawn(Relay::new(app.clone(), vec![fussy]).run(shutdown.clone()));
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    while notes(&app).await.len() < 19 {
        assert!(tokio::time::Instant::now() < deadline, "{tries:?} tries");
        app.events
            .caught_up(&app.db, "test.notes")
            .await
            .expect("waits");
    }
    let mut conn = app.db.read().await.expect("connects");
    let status = Status::read(&mut conn).await.expect("reads");
    assert_eq!(status.handlers[0].set_aside, 1);
    shutdown.cancel();
}

async fn a_reader_resumes_after_its_cursor_and_then_follows(backend: Backend) {
    let test = start(backend).await;
    let app = test.app.clone();
    let shutdown = CancellationToken::new();
    tokio::spawn(Relay::new(app.clone(), Vec::new()).run(shutdown.clone()));
    for n in 0..250 {
        take(&app, n).await;
    }
    let following = app
        .events
        .follow(app.db.clone(), Some(240), Filter::default());
    let mut following = Box::pin(following);
    for n in 240..250 {
        let event = following.next().await.expect("goes on").expect("reads");
        assert_eq!(event.subject, n.to_string());
    }
    take(&app, 250).await;
    let event = following.next().await.expect("goes on").expect("reads");
    assert_eq!(event.position, 251);
    shutdown.cancel();
}

async fn an_abandoned_query_spoils_no_connection(backend: Backend) {
    let test = start(backend).await;
    for patience_us in (0..3_000).step_by(20) {
        let reading = async {
            let mut conn = test.app.db.read().await.expect("connects");
            conn.transaction(async |conn| Status::read(conn).await)
                .await
                .expect("reads");
        };
        // However far it came, the next one finds a connection that works.
        let _ = tokio::time::timeout(Duration::from_micros(patience_us), reading).await;
    }
    let mut conn = test.app.db.read().await.expect("connects");
    assert_eq!(Status::read(&mut conn).await.expect("reads").waiting, 0);
}

/// Something that one tenant is told, and something that only handlers are.
#[derive(Serialize)]
struct Told {
    #[serde(skip)]
    tenant: TenantId,
    n: i32,
}

impl Payload for Told {
    const KIND: &'static str = "tenant.told";
    fn subject(&self) -> String {
        self.n.to_string()
    }
    fn tenant(&self) -> Option<TenantId> {
        Some(self.tenant)
    }
    fn permission(&self) -> Option<String> {
        (self.n % 2 == 1).then(|| "odd:read".to_owned())
    }
    fn detail(&self) -> Option<Value> {
        Some(json!({ "secret": self.n }))
    }
}

async fn tell(app: &App, told: Vec<Told>) {
    let mut conn = app.db.write().await.expect("connects");
    conn.transaction(async |conn| record_all(conn, &app.clock, &told).await)
        .await
        .expect("recorded");
}

async fn a_tenant_that_announces_thousands_does_not_hold_another_up(backend: Backend) {
    let test = start(backend).await;
    let app = test.app.clone();
    let (loud, quiet) = (TenantId::new(), TenantId::new());
    let many = (0..1_000).map(|n| Told { tenant: loud, n });
    tell(&app, many.collect()).await;
    let few = (0..3).map(|n| Told { tenant: quiet, n });
    tell(&app, few.collect()).await;
    let shutdown = CancellationToken::new();
    tokio::spawn(Relay::new(app.clone(), Vec::new()).run(shutdown.clone()));

    let everything = app
        .events
        .follow(app.db.clone(), Some(0), Filter::default());
    let all: Vec<_> = everything
        .take(1_003)
        .map(|event| event.expect("reads"))
        .collect()
        .await;
    let of = |tenant| {
        let own = all.iter().filter(move |event| event.tenant == Some(tenant));
        own.map(|event| event.subject.clone()).collect::<Vec<_>>()
    };
    let in_order = |count: i32| (0..count).map(|n| n.to_string()).collect::<Vec<_>>();
    assert_eq!(of(quiet), in_order(3));
    assert_eq!(of(loud), in_order(1_000));
    let last = all.iter().rposition(|event| event.tenant == Some(quiet));
    assert!(
        last < Some(100),
        "the quiet tenant's last is number {last:?}"
    );
    shutdown.cancel();
}

async fn a_detail_is_for_handlers_that_ask_and_a_permission_for_readers_that_hold_it(
    backend: Backend,
) {
    let test = start(backend).await;
    let app = test.app.clone();
    let (tenant, (seen, mut details)) = (TenantId::new(), tokio::sync::mpsc::unbounded_channel());
    let listener = |name, seen: tokio::sync::mpsc::UnboundedSender<Option<Value>>| {
        Handler::new(name, &["tenant.told"], move |_, event| {
            let sent = seen.send(event.detail.clone());
            Box::pin(async move { Ok(sent?) })
        })
    };
    let handlers = vec![
        listener("test.plain", seen.clone()),
        listener("test.detailed", seen).detailed(),
    ];
    let shutdown = CancellationToken::new();
    tokio::spawn(Relay::new(app.clone(), handlers).run(shutdown.clone()));
    tell(&app, (0..2).map(|n| Told { tenant, n }).collect()).await;
    let mut received = Vec::new();
    for _ in 0..4 {
        received.push(details.recv().await.expect("it goes on"));
    }
    received.sort_by_key(|detail| detail.as_ref().map(|detail| detail["secret"].as_i64()));
    let expected = [
        None,
        None,
        Some(json!({ "secret": 0 })),
        Some(json!({ "secret": 1 })),
    ];
    assert_eq!(received, expected);

    let mut conn = app.db.read().await.expect("connects");
    let needed = Log::permissions(&mut conn, tenant).await.expect("reads");
    assert_eq!(needed, ["odd:read"]);
    for (permissions, subjects) in [
        (None, vec!["0", "1"]),
        (Some(vec![]), vec!["0"]),
        (Some(needed), vec!["0", "1"]),
    ] {
        let filter = Filter {
            tenant: Some(tenant),
            permissions,
            ..Filter::default()
        };
        let read = Log::after(&mut conn, 0, &filter, 10).await.expect("reads");
        let found: Vec<_> = read.iter().map(|event| event.subject.as_str()).collect();
        assert_eq!(found, subjects);
        assert!(read.iter().all(|event| event.detail.is_none()));
        assert!(read.iter().all(|event| event.data.get("secret").is_none()));
    }
    shutdown.cancel();
}
