//! Event streams, by the distinct connections mode of the graphql-sse protocol.

use std::sync::Arc;
use std::time::Duration;

use ::http::{Request, StatusCode};
use axum::body::{Body, BodyDataStream};
use futures::StreamExt;
use router::{Anonymous, HttpOptions, SseOptions};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::front::{Front, request};
use crate::graph::Shop;

pub(crate) const STREAM: &str = "text/event-stream";
pub(crate) const TOKEN: &str = "x-graphql-event-stream-token";

/// What a stream tells: the name of an event, or a comment, and its data.
#[derive(Debug, PartialEq)]
pub(crate) enum Told {
    Next(Value),
    Complete(Value),
    Comment(String),
}

pub(crate) struct Events {
    body: BodyDataStream,
    text: String,
}

impl Events {
    pub(crate) async fn open(front: &Front, request: Request<Body>) -> Self {
        let response = front.call(request).await;
        assert_eq!(response.status(), StatusCode::OK);
        let content_type = &response.headers()["content-type"];
        assert_eq!(content_type, "text/event-stream; charset=utf-8");
        assert_eq!(response.headers()["cache-control"], "no-store");
        Self {
            body: response.into_body().into_data_stream(),
            text: String::new(),
        }
    }

    /// The next event or comment; `None` at the end.
    pub(crate) async fn told(&mut self) -> Option<Told> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let told = parse(block);
                self.text = rest.to_owned();
                return Some(told);
            }
            let chunk = self.body.next().await?.expect("no failure");
            self.text += std::str::from_utf8(&chunk).expect("text");
        }
    }

    /// The next event; comments are passed over.
    pub(crate) async fn event(&mut self) -> Option<Told> {
        loop {
            match self.told().await? {
                Told::Comment(_) => {}
                told => return Some(told),
            }
        }
    }
}

fn parse(block: &str) -> Told {
    if let Some(comment) = block.strip_prefix(':') {
        return Told::Comment(comment.trim().to_owned());
    }
    let (name, data) = block
        .split_once('\n')
        .expect("an event has a name and data");
    let data = data.strip_prefix("data: ").expect("data");
    let data = serde_json::from_str(data).unwrap_or_default();
    match name {
        "event: next" => Told::Next(data),
        "event: complete" => Told::Complete(data),
        other => panic!("{other} is no event of the protocol"),
    }
}

fn post(uri: &str, query: &str) -> Request<Body> {
    let headers = [("content-type", "application/json"), ("accept", STREAM)];
    let body = json!({ "query": query }).to_string();
    request("POST", uri, &headers, body)
}

pub(crate) fn table() -> Value {
    json!({ "productAdded": { "name": "Table", "inStock": true } })
}

fn couch() -> Value {
    json!({ "productAdded": { "name": "Couch", "inStock": false } })
}

#[tokio::test]
async fn a_subscription_is_a_stream_of_its_own() {
    let front = Front::open();
    let query = "subscription { productAdded(until: 2) { name inStock } }";
    for uri in ["/graphql", "/graphql/stream"] {
        let mut events = Events::open(&front, post(uri, query)).await;
        assert_eq!(events.told().await, Some(Told::Comment(String::new())));
        assert_eq!(
            events.told().await,
            Some(Told::Next(json!({ "data": table() })))
        );
        assert_eq!(
            events.told().await,
            Some(Told::Next(json!({ "data": couch() })))
        );
        assert_eq!(events.told().await, Some(Told::Complete(Value::Null)));
        assert_eq!(events.told().await, None);
    }
}

#[tokio::test]
async fn browsers_subscribe_by_get() {
    let front = Front::open();
    let query = "subscription%7BproductAdded(until%3A1)%7Bname%20inStock%7D%7D";
    // What an `EventSource` sends.
    let headers = [("accept", STREAM), ("sec-fetch-site", "same-origin")];
    let uri = format!("/graphql?query={query}");
    let get = request("GET", &uri, &headers, Body::empty());
    let mut events = Events::open(&front, get).await;
    assert_eq!(
        events.event().await,
        Some(Told::Next(json!({ "data": table() })))
    );
    assert_eq!(events.event().await, Some(Told::Complete(Value::Null)));

    let mutation = "/graphql?query=mutation%7Brename(to%3A%22x%22)%7D";
    let answer = front
        .send(request("GET", mutation, &headers, Body::empty()))
        .await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    let answer = front
        .send(request("HEAD", &uri, &headers, Body::empty()))
        .await;
    assert_eq!(
        answer.headers["content-type"],
        "text/event-stream; charset=utf-8"
    );
    assert!(answer.bytes.is_empty());
}

#[tokio::test]
async fn queries_and_mutations_stream_too() {
    let front = Front::open();
    for (query, data) in [
        ("{ me { name } }", json!({ "me": { "name": "Ada" } })),
        (
            r#"mutation { rename(to: "Z") }"#,
            json!({ "rename": ["Z"] }),
        ),
    ] {
        let mut events = Events::open(&front, post("/graphql", query)).await;
        let next = Told::Next(json!({ "data": data }));
        assert_eq!(events.event().await, Some(next));
        assert_eq!(events.event().await, Some(Told::Complete(Value::Null)));
        assert_eq!(events.event().await, None);
    }
}

#[tokio::test]
async fn what_is_wrong_with_an_operation_is_an_event() {
    let front = Front::open();
    for query in [
        "{",
        "subscription { nothing }",
        "query ($n: Int!) { limited(n: $n) }",
    ] {
        let mut events = Events::open(&front, post("/graphql", query)).await;
        let Some(Told::Next(answer)) = events.event().await else {
            panic!("an event with the errors comes first");
        };
        assert!(answer["errors"][0]["message"].is_string());
        assert_eq!(answer.get("data"), None);
        assert_eq!(events.event().await, Some(Told::Complete(Value::Null)));
        assert_eq!(events.event().await, None);
    }
}

#[tokio::test]
async fn who_accepts_both_gets_a_stream_only_for_subscriptions() {
    let front = Front::open();
    let accept = "application/graphql-response+json, application/json, text/event-stream";
    let headers = [("content-type", "application/json"), ("accept", accept)];
    let body = |query: &str| json!({ "query": query }).to_string();
    let query = request("POST", "/graphql", &headers, body("{ me { name } }"));
    let answer = front.send(query).await;
    assert_eq!(answer.body["data"]["me"]["name"], "Ada");
    let query = body("subscription { productAdded(until: 1) { name inStock } }");
    let subscription = request("POST", "/graphql", &headers, query);
    let mut events = Events::open(&front, subscription).await;
    assert_eq!(
        events.event().await,
        Some(Told::Next(json!({ "data": table() })))
    );
}

#[tokio::test]
async fn upstream_stops_when_the_client_leaves() {
    let shop = Shop::open();
    let stopped = shop.stopped.clone();
    let front = Front::of(shop, Arc::new(Anonymous), HttpOptions::default());
    let address = front.listen().await;
    let mut client = TcpStream::connect(address).await.expect("it listens");
    let body = r#"{"query":"subscription { ticks }"}"#;
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: {address}\r\naccept: {STREAM}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    client.write_all(head.as_bytes()).await.expect("it reads");
    let mut text = String::new();
    let mut chunk = [0; 4096];
    while !text.contains(r#"data: {"data":{"ticks":1}}"#) {
        let read = client.read(&mut chunk).await.expect("it writes");
        assert!(read > 0, "the stream ended: {text}");
        text += &String::from_utf8_lossy(&chunk[..read]);
    }
    drop(client);
    stopped.0.notified().await;
}

fn sse(sse: SseOptions) -> HttpOptions {
    HttpOptions {
        sse,
        ..HttpOptions::default()
    }
}

#[tokio::test]
async fn a_silent_stream_is_kept_alive() {
    let front = Front::with(sse(SseOptions {
        keep_alive: Duration::from_millis(10),
        ..SseOptions::default()
    }));
    let token = reserve(&front).await;
    let mut events = Events::open(&front, connect(&token)).await;
    for _ in 0..3 {
        assert_eq!(events.told().await, Some(Told::Comment(String::new())));
    }
}

#[tokio::test]
async fn streams_are_bounded() {
    let front = Front::with(sse(SseOptions {
        streams_max: 2,
        ..SseOptions::default()
    }));
    let _one = Events::open(&front, post("/graphql", "subscription { ticks }")).await;
    let token = reserve(&front).await;
    for request in [
        post("/graphql", "{ me { name } }"),
        request("PUT", "/graphql/stream", &[], Body::empty()),
    ] {
        let answer = front.send(request).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.code(), "REQUEST_RATE_LIMITED");
    }
    drop(Events::open(&front, connect(&token)).await);
    let mut refused = 0;
    while front
        .call(post("/graphql", "{ me { name } }"))
        .await
        .status()
        != StatusCode::OK
    {
        refused += 1;
        assert!(refused < 10_000, "the place is not free again");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn shutting_down_ends_streams() {
    let options = HttpOptions::default();
    let shutdown = options.shutdown.clone();
    let front = Front::with(options);
    let mut distinct = Events::open(&front, post("/graphql", "subscription { ticks }")).await;
    let token = reserve(&front).await;
    let mut single = Events::open(&front, connect(&token)).await;
    shutdown.cancel();
    for events in [&mut distinct, &mut single] {
        let mut last = None;
        while let Some(told) = events.told().await {
            last = Some(told);
        }
        assert_eq!(last, Some(Told::Comment("going away".to_owned())));
    }
}

pub(crate) async fn reserve(front: &Front) -> String {
    let answer = front
        .send(request("PUT", "/graphql/stream", &[], Body::empty()))
        .await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(answer.headers["content-type"], "text/plain; charset=utf-8");
    let token = String::from_utf8(answer.bytes).expect("a token is text");
    assert_eq!(token.len(), 32);
    token
}

pub(crate) fn connect(token: &str) -> Request<Body> {
    let headers = [("accept", STREAM), (TOKEN, token)];
    request("GET", "/graphql/stream", &headers, Body::empty())
}
