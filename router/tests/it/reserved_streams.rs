//! The single connection mode of the graphql-sse protocol: several operations on one stream.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ::http::{Extensions, HeaderMap, Request, StatusCode};
use axum::body::Body;
use futures::FutureExt;
use futures::future::BoxFuture;
use router::{Anonymous, Authenticate, Code, Expiry, GraphQLError, HttpOptions, SseOptions};
use serde_json::{Value, json};

use crate::event_streams::{Events, STREAM, TOKEN, Told, connect, reserve, table};
use crate::front::{Answer, Front, request};
use crate::graph::Shop;

fn sse(sse: SseOptions) -> HttpOptions {
    HttpOptions {
        sse,
        ..HttpOptions::default()
    }
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
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
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
