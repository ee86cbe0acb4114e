//! Both modes of the graphql-sse protocol.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ::http::{Extensions, HeaderMap, Request, StatusCode};
use axum::body::{Body, BodyDataStream};
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use router::{Anonymous, Authenticate, Code, Expiry, GraphQLError, HttpOptions, SseOptions};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::front::{Answer, Front, request};
use crate::graph::Shop;

const STREAM: &str = "text/event-stream";
const TOKEN: &str = "x-graphql-event-stream-token";

/// What a stream tells: the name of an event, or a comment, and its data.
#[derive(Debug, PartialEq)]
enum Told {
    Next(Value),
    Complete(Value),
    Comment(String),
}

struct Events {
    body: BodyDataStream,
    text: String,
}

impl Events {
    async fn open(front: &Front, request: Request<Body>) -> Self {
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
    async fn told(&mut self) -> Option<Told> {
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
    async fn event(&mut self) -> Option<Told> {
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

fn table() -> Value {
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

async fn reserve(front: &Front) -> String {
    let answer = front
        .send(request("PUT", "/graphql/stream", &[], Body::empty()))
        .await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(answer.headers["content-type"], "text/plain; charset=utf-8");
    let token = String::from_utf8(answer.bytes).expect("a token is text");
    assert_eq!(token.len(), 32);
    token
}

fn connect(token: &str) -> Request<Body> {
    let headers = [("accept", STREAM), (TOKEN, token)];
    request("GET", "/graphql/stream", &headers, Body::empty())
}

async fn start(front: &Front, token: &str, id: &str, query: &str) -> Answer {
    let headers = [("content-type", "application/json"), (TOKEN, token)];
    let body = json!({ "query": query, "extensions": { "operationId": id } }).to_string();
    front
        .send(request("POST", "/graphql/stream", &headers, body))
        .await
}

async fn stop(front: &Front, token: &str, id: &str) -> StatusCode {
    let uri = format!("/graphql/stream?operationId={id}");
    let answer = front
        .send(request("DELETE", &uri, &[(TOKEN, token)], Body::empty()))
        .await;
    answer.status
}

fn next(id: &str, data: Value) -> Told {
    Told::Next(json!({ "id": id, "payload": { "data": data } }))
}

#[tokio::test]
async fn one_stream_tells_of_several_operations() {
    let front = Front::open();
    let token = reserve(&front).await;
    // Operations may begin before the stream does.
    let query = "subscription { productAdded(until: 1) { name inStock } }";
    let started = start(&front, &token, "a", query).await;
    assert_eq!(started.status, StatusCode::ACCEPTED);
    assert!(started.bytes.is_empty());

    // A browser has only the address to put the token in.
    let uri = format!("/graphql/stream?token={token}");
    let headers = [("accept", STREAM), ("sec-fetch-site", "same-origin")];
    let get = request("GET", &uri, &headers, Body::empty());
    let mut events = Events::open(&front, get).await;
    assert_eq!(events.event().await, Some(next("a", table())));
    let complete = Told::Complete(json!({ "id": "a" }));
    assert_eq!(events.event().await, Some(complete));

    start(&front, &token, "b", "{ me { name } }").await;
    let ada = json!({ "me": { "name": "Ada" } });
    assert_eq!(events.event().await, Some(next("b", ada)));
    let complete = Told::Complete(json!({ "id": "b" }));
    assert_eq!(events.event().await, Some(complete));
}

#[tokio::test]
async fn an_operation_can_be_stopped_and_its_id_used_again() {
    let shop = Shop::open();
    let stopped = shop.stopped.clone();
    let front = Front::of(shop, Arc::new(Anonymous), HttpOptions::default());
    let token = reserve(&front).await;
    let mut events = Events::open(&front, connect(&token)).await;
    start(&front, &token, "a", "subscription { ticks }").await;
    assert_eq!(events.event().await, Some(next("a", json!({ "ticks": 0 }))));
    assert_eq!(stop(&front, &token, "a").await, StatusCode::OK);
    stopped.0.notified().await;

    start(&front, &token, "a", "{ me { name } }").await;
    let ada = next("a", json!({ "me": { "name": "Ada" } }));
    while events.event().await.expect("the stream goes on") != ada {}
    // Stopping what does not run is no error.
    assert_eq!(stop(&front, &token, "a").await, StatusCode::OK);
}

#[tokio::test]
async fn everything_on_a_stream_stops_with_it() {
    let shop = Shop::open();
    let stopped = shop.stopped.clone();
    let front = Front::of(shop, Arc::new(Anonymous), HttpOptions::default());
    let token = reserve(&front).await;
    let mut events = Events::open(&front, connect(&token)).await;
    start(&front, &token, "a", "subscription { ticks }").await;
    events.event().await;
    drop(events);
    stopped.0.notified().await;
    let mut refused = start(&front, &token, "b", "{ me { name } }").await.status;
    while refused != StatusCode::NOT_FOUND {
        tokio::task::yield_now().await;
        refused = start(&front, &token, "b", "{ me { name } }").await.status;
    }
}

#[tokio::test]
async fn a_reservation_has_one_stream_and_does_not_last() {
    let front = Front::with(sse(SseOptions {
        reservation_timeout: Duration::from_millis(30),
        ..SseOptions::default()
    }));
    let token = reserve(&front).await;
    let _events = Events::open(&front, connect(&token)).await;
    assert_eq!(
        front.send(connect(&token)).await.status,
        StatusCode::CONFLICT
    );
    let unknown = front.send(connect("nobody")).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);

    let late = reserve(&front).await;
    while start(&front, &late, "a", "{ me { name } }").await.status != StatusCode::NOT_FOUND {
        tokio::task::yield_now().await;
    }
    assert_eq!(
        front.send(connect(&late)).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn requests_on_a_stream_are_answered_like_any_other() {
    let front = Front::with(sse(SseOptions {
        operations_max: 1,
        ..SseOptions::default()
    }));
    let token = reserve(&front).await;
    let wrong = start(&front, &token, "a", "{ nothing }").await;
    assert_eq!(wrong.code(), "GRAPHQL_VALIDATION_FAILED");
    let unknown = start(&front, "nobody", "a", "{ me { name } }").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);

    let headers = [("content-type", "application/json"), (TOKEN, &token)];
    let body = r#"{"query":"{ me { name } }"}"#;
    let nameless = request("POST", "/graphql/stream", &headers, body);
    assert_eq!(front.send(nameless).await.status, StatusCode::BAD_REQUEST);
    let nameless = request(
        "DELETE",
        "/graphql/stream",
        &[(TOKEN, &token)],
        Body::empty(),
    );
    assert_eq!(front.send(nameless).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(stop(&front, "nobody", "a").await, StatusCode::NOT_FOUND);

    let ticks = "subscription { ticks }";
    assert_eq!(
        start(&front, &token, "a", ticks).await.status,
        StatusCode::ACCEPTED
    );
    assert_eq!(
        start(&front, &token, "a", ticks).await.status,
        StatusCode::CONFLICT
    );
    let more = start(&front, &token, "b", ticks).await;
    assert_eq!(more.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(more.code(), "REQUEST_RATE_LIMITED");

    let answer = front
        .send(request("PATCH", "/graphql/stream", &[], Body::empty()))
        .await;
    assert_eq!(answer.headers["allow"], "GET,HEAD,POST,PUT,DELETE,OPTIONS");
}

/// `Bearer good` may stay, `Bearer brief` not for long.
struct Strict;

impl Authenticate for Strict {
    fn authenticate<'a>(
        &'a self,
        headers: &'a HeaderMap,
        _peer: Option<SocketAddr>,
    ) -> BoxFuture<'a, Result<Extensions, GraphQLError>> {
        let mut extensions = Extensions::new();
        let credential = headers.get("authorization");
        let answer = match credential.and_then(|value| value.to_str().ok()) {
            Some("Bearer good") => Ok(extensions),
            Some("Bearer brief") => {
                extensions.insert(Expiry(Instant::now() + Duration::from_millis(50)));
                Ok(extensions)
            }
            _ => Err(GraphQLError::new(Code::Unauthenticated, "token is bad")),
        };
        std::future::ready(answer).boxed()
    }
}

fn signed_in(method: &str, uri: &str, bearer: &str, token: &str, body: Value) -> Request<Body> {
    let headers = [
        ("content-type", "application/json"),
        ("accept", STREAM),
        ("authorization", bearer),
        (TOKEN, token),
    ];
    request(method, uri, &headers, body.to_string())
}

#[tokio::test]
async fn a_stream_ends_with_its_credential() {
    let front = Front::of(Shop::open(), Arc::new(Strict), HttpOptions::default());
    let ticks = json!({ "query": "subscription { ticks }" });
    let brief = signed_in("POST", "/graphql", "Bearer brief", "", ticks.clone());
    let mut events = Events::open(&front, brief).await;
    let mut last = None;
    while let Some(told) = events.told().await {
        last = Some(told);
    }
    assert_eq!(last, Some(Told::Comment("credential expired".to_owned())));

    let bad = signed_in("POST", "/graphql", "Bearer bad", "", ticks);
    assert_eq!(front.send(bad).await.status, StatusCode::UNAUTHORIZED);
    let bad = signed_in("PUT", "/graphql/stream", "Bearer bad", "", Value::Null);
    assert_eq!(front.send(bad).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_operation_ends_with_the_credential_of_who_started_it() {
    let front = Front::of(Shop::open(), Arc::new(Strict), HttpOptions::default());
    let put = signed_in("PUT", "/graphql/stream", "Bearer good", "", Value::Null);
    let token = String::from_utf8(front.send(put).await.bytes).expect("text");
    // The token is ticket enough for the stream.
    let mut events = Events::open(&front, connect(&token)).await;
    let ticks = json!({ "query": "subscription { ticks }", "extensions": { "operationId": "a" } });
    let bad = signed_in(
        "POST",
        "/graphql/stream",
        "Bearer bad",
        &token,
        ticks.clone(),
    );
    assert_eq!(front.send(bad).await.status, StatusCode::UNAUTHORIZED);
    let brief = signed_in("POST", "/graphql/stream", "Bearer brief", &token, ticks);
    assert_eq!(front.send(brief).await.status, StatusCode::ACCEPTED);
    let mut expired = false;
    loop {
        match events.event().await.expect("the stream goes on") {
            Told::Next(told) => {
                expired |= told["payload"]["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED";
            }
            Told::Complete(id) => {
                assert_eq!(id, json!({ "id": "a" }));
                break;
            }
            Told::Comment(_) => {}
        }
    }
    assert!(expired, "the operation completed without saying why");
}
