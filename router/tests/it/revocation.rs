//! A socket is no way around the end of a session.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ::http::{Extensions, HeaderMap, Request};
use futures::FutureExt;
use futures::future::BoxFuture;
use http_body_util::BodyExt;
use router::{
    Anonymous, Authenticate, Code, Expiry, GraphQLError, HttpOptions, SseOptions, Standing,
    WebSocketOptions,
};
use serde_json::json;

use crate::front::Front;
use crate::graph::Shop;
use crate::websocket::{Client, serve};

const PROTOCOL: &str = "graphql-transport-ws";

/// Knows one caller, until the session is ended.
#[derive(Default)]
struct Session {
    has_ended: AtomicBool,
    standing: AtomicU64,
}

impl Authenticate for Session {
    fn authenticate<'a>(
        &'a self,
        _headers: &'a HeaderMap,
        _peer: Option<SocketAddr>,
    ) -> BoxFuture<'a, Result<Extensions, GraphQLError>> {
        let recognised = if self.has_ended.load(Ordering::SeqCst) {
            let message = "this session has ended";
            Err(GraphQLError::new(Code::Unauthenticated, message))
        } else {
            let mut extensions = Extensions::new();
            extensions.insert(Expiry(Instant::now() + Duration::from_secs(60)));
            extensions.insert(Standing(self.standing.load(Ordering::SeqCst)));
            Ok(extensions)
        };
        std::future::ready(recognised).boxed()
    }
}

fn options(websocket: WebSocketOptions) -> HttpOptions {
    HttpOptions {
        websocket,
        ..HttpOptions::default()
    }
}

#[tokio::test]
async fn an_operation_after_the_end_of_the_session_is_refused() {
    let session = Arc::new(Session::default());
    let lazy = WebSocketOptions {
        check_interval: Duration::from_secs(60),
        ..WebSocketOptions::default()
    };
    let address = serve(session.clone(), options(lazy)).await;
    let mut client = Client::connect(address, Some(PROTOCOL)).await;
    client.init(json!({})).await;
    client.subscribe("1", "{ me { id } }").await;
    assert_eq!(client.receive().await["payload"]["data"]["me"]["id"], "1");
    assert_eq!(client.receive().await["type"], "complete");

    session.has_ended.store(true, Ordering::SeqCst);
    client.subscribe("2", "{ me { id } }").await;
    let refused = client.receive().await;
    assert_eq!(refused["type"], "error");
    assert_eq!(
        refused["payload"][0]["extensions"]["code"],
        "UNAUTHENTICATED"
    );
}

#[tokio::test]
async fn a_running_subscription_ends_with_the_session() {
    let session = Arc::new(Session::default());
    let eager = WebSocketOptions {
        check_interval: Duration::from_millis(20),
        ..WebSocketOptions::default()
    };
    let address = serve(session.clone(), options(eager)).await;
    let mut client = Client::connect(address, Some(PROTOCOL)).await;
    client.init(json!({})).await;
    client.subscribe("1", "subscription { ticks }").await;
    assert_eq!(client.receive().await["type"], "next");

    session.has_ended.store(true, Ordering::SeqCst);
    assert_eq!(client.closed().await.0, 4401);
}

#[tokio::test]
async fn a_running_subscription_ends_with_the_rights_that_it_began_with() {
    let session = Arc::new(Session::default());
    let eager = WebSocketOptions {
        check_interval: Duration::from_millis(20),
        ..WebSocketOptions::default()
    };
    let address = serve(session.clone(), options(eager)).await;
    let mut client = Client::connect(address, Some(PROTOCOL)).await;
    client.init(json!({})).await;
    client.subscribe("1", "subscription { ticks }").await;
    assert_eq!(client.receive().await["type"], "next");

    session.standing.fetch_add(1, Ordering::SeqCst);
    assert_eq!(client.closed().await.0, 4205);
}

#[tokio::test]
async fn an_event_stream_ends_with_the_session() {
    let session = Arc::new(Session::default());
    let end = |session: &Session| session.has_ended.store(true, Ordering::SeqCst);
    ends_an_event_stream(session, end).await;
}

#[tokio::test]
async fn an_event_stream_ends_with_the_rights_that_it_began_with() {
    let session = Arc::new(Session::default());
    let change = |session: &Session| session.standing.store(1, Ordering::SeqCst);
    ends_an_event_stream(session, change).await;
}

async fn ends_an_event_stream(session: Arc<Session>, end: impl Fn(&Session)) {
    let eager = HttpOptions {
        sse: SseOptions {
            check_interval: Duration::from_millis(20),
            ..SseOptions::default()
        },
        ..HttpOptions::default()
    };
    let front = Front::of(Shop::open(), session.clone(), eager);
    let request = Request::post("/graphql")
        .header("content-type", "application/json")
        .header("accept", "text/event-stream")
        .body(r#"{"query":"subscription { ticks }"}"#.into())
        .expect("this is a request");
    let mut body = front.call(request).await.into_body();
    let begun = body.frame().await.expect("it begins");
    begun.expect("no failure");

    end(&session);
    let ended = async { while body.frame().await.is_some() {} };
    let ended = tokio::time::timeout(Duration::from_secs(30), ended).await;
    ended.expect("the stream ends");
}

#[tokio::test]
async fn a_stranger_who_does_nothing_is_shown_out() {
    let eager = WebSocketOptions {
        check_interval: Duration::from_millis(20),
        stranger_timeout: Duration::from_millis(100),
        ..WebSocketOptions::default()
    };
    let address = serve(Arc::new(Anonymous), options(eager)).await;
    let mut client = Client::connect(address, Some(PROTOCOL)).await;
    client.init(json!({})).await;
    assert_eq!(client.closed().await.0, 1001);
}
