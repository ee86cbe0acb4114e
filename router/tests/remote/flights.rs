//! Identical queries of one viewer are sent once, while the first is under way.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::{Extensions, HeaderMap};
use router::{Credentials, Engine, RemoteOptions};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::graph::{engine, run_as, until, within};
use crate::served::Stock;

#[derive(Clone)]
struct Viewer(&'static str);

/// Names the viewer, and counts whom it named.
#[derive(Default)]
struct Named(AtomicUsize);

impl Credentials for Named {
    fn attach(&self, extensions: &Extensions, headers: &mut HeaderMap) {
        if let Some(Viewer(name)) = extensions.get::<Viewer>() {
            headers.insert("x-user", name.parse().expect("it is a value"));
        }
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

struct Shared {
    stock: Stock,
    engine: Arc<Engine>,
    named: Arc<Named>,
}

impl Shared {
    async fn open(flights_max: usize) -> Self {
        let stock = Stock::default();
        let url = format!("http://{}/graphql", stock.listen().await);
        let named = Arc::new(Named::default());
        let options = RemoteOptions {
            credentials: Some(named.clone()),
            flights_max,
            ..RemoteOptions::default()
        };
        Self {
            stock,
            engine: engine(&url, options),
            named,
        }
    }

    /// Asks as a viewer, and waits until the request is on its way.
    async fn ask(&self, viewer: &'static str, query: &'static str) -> JoinHandle<Value> {
        let before = self.named.0.load(Ordering::SeqCst);
        let engine = Arc::clone(&self.engine);
        let asked = tokio::spawn(async move {
            let mut extensions = Extensions::new();
            extensions.insert(Viewer(viewer));
            run_as(&engine, query, extensions).await
        });
        until(|| async { self.named.0.load(Ordering::SeqCst) > before }).await;
        asked
    }

    /// Lets the stock answer; what everybody got, and how many queries arrived.
    async fn answers(&self, asked: Vec<JoinHandle<Value>>) -> (Vec<Value>, usize) {
        self.stock.open_gate();
        let answers = within(futures::future::join_all(asked)).await;
        let answers = answers.into_iter().map(|answer| answer.expect("no panic"));
        (answers.collect(), self.stock.held())
    }
}

#[tokio::test]
async fn identical_queries_of_one_viewer_share_an_answer() {
    let shared = Shared::open(8).await;
    let mut asked = Vec::new();
    for _ in 0..5 {
        asked.push(shared.ask("ada", "{ held }").await);
    }
    let (answers, sent) = shared.answers(asked).await;
    assert_eq!(answers, vec![json!({ "data": { "held": 0 } }); 5]);
    assert_eq!(sent, 1);

    // What is over is not kept.
    let (_, sent) = shared
        .answers(vec![shared.ask("ada", "{ held }").await])
        .await;
    assert_eq!(sent, 2);
}

#[tokio::test]
async fn viewers_never_share() {
    let shared = Shared::open(8).await;
    let asked = vec![
        shared.ask("ada", "{ held }").await,
        shared.ask("bob", "{ held }").await,
        shared.ask("ada", "{ held warehouse }").await,
    ];
    let (answers, sent) = shared.answers(asked).await;
    let mut numbers: Vec<_> = answers
        .iter()
        .map(|answer| answer["data"]["held"].as_i64())
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [Some(0), Some(1), Some(2)]);
    assert_eq!(sent, 3);
}

#[tokio::test]
async fn what_is_asked_after_a_change_was_read_after_it() {
    let shared = Shared::open(8).await;
    let before = shared.ask("ada", "{ held }").await;
    let change = shared.ask("bob", "mutation { restock(count: 1) }").await;
    within(change).await.expect("nothing panics");
    let after = shared.ask("ada", "{ held }").await;
    let (_, sent) = shared.answers(vec![before, after]).await;
    assert_eq!(sent, 2);
}

#[tokio::test]
async fn the_first_may_leave() {
    let shared = Shared::open(8).await;
    let first = shared.ask("ada", "{ held }").await;
    let second = shared.ask("ada", "{ held }").await;
    until(|| async { shared.stock.held() == 1 }).await;
    first.abort();
    let (answers, sent) = shared.answers(vec![second]).await;
    assert_eq!(answers, [json!({ "data": { "held": 0 } })]);
    assert_eq!(sent, 1);
}

#[tokio::test]
async fn sharing_can_be_turned_off() {
    let shared = Shared::open(0).await;
    let asked = vec![
        shared.ask("ada", "{ held }").await,
        shared.ask("ada", "{ held }").await,
    ];
    let (_, sent) = shared.answers(asked).await;
    assert_eq!(sent, 2);
}
