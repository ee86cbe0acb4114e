//! Subscriptions at a remote subgraph, over sockets that may break.

use std::sync::Arc;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use http::HeaderMap;
use router::remote::SocketOptions;
use router::{Context, Credentials, Engine, RemoteOptions};
use serde_json::{Value, json};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};

use crate::graph::{engine, failures, request, until, within};
use crate::served::Stock;

fn options(url: String) -> RemoteOptions {
    RemoteOptions {
        socket: SocketOptions {
            url: Some(url),
            pause: Duration::from_millis(1),
            pause_max: Duration::from_millis(20),
            ..SocketOptions::default()
        },
        ..RemoteOptions::default()
    }
}

async fn events(engine: &Arc<Engine>, query: &str) -> futures::stream::BoxStream<'static, Value> {
    let stream = engine.subscribe(request(query), Context::default()).await;
    let body = |response: router::Response| {
        serde_json::from_slice(response.body()).expect("an answer is JSON")
    };
    stream.map(body).boxed()
}

/// Every event until the end.
pub(crate) async fn all(engine: &Arc<Engine>, query: &str) -> Vec<Value> {
    within(events(engine, query).await.collect()).await
}

fn counted(number: i32) -> Value {
    json!({ "data": { "counted": number } })
}

#[tokio::test]
async fn events_arrive_and_end() {
    let stock = Stock::default();
    let address = stock.listen().await;
    let engine = engine("http://127.0.0.1:1/", options(format!("ws://{address}/ws")));
    let query = "subscription { counted(until: 40) }";
    let expected: Vec<_> = (0..40).map(counted).collect();
    assert_eq!(all(&engine, query).await, expected);
}

#[tokio::test]
async fn dropping_the_stream_reaches_the_subgraph() {
    let stock = Stock::default();
    let address = stock.listen().await;
    let engine = engine("http://127.0.0.1:1/", options(format!("ws://{address}/ws")));
    let mut stream = events(&engine, "subscription { counted }").await;
    assert_eq!(within(stream.next()).await, Some(counted(0)));
    drop(stream);
    within(stock.stopped()).await;
}

/// Signs the request for a socket.
struct Signed;

impl Credentials for Signed {
    fn attach(&self, _: &http::Extensions, headers: &mut HeaderMap) {
        headers.insert("authorization", "signed".parse().expect("it is a value"));
        headers.insert("sec-websocket-key", "x".parse().expect("it is a value"));
    }
}

#[tokio::test]
async fn credentials_come_with_the_upgrade() {
    let stock = Stock::default();
    let address = stock.listen().await;
    let options = RemoteOptions {
        credentials: Some(Arc::new(Signed)),
        ..options(format!("ws://{address}/ws"))
    };
    let engine = engine("http://127.0.0.1:1/", options);
    let query = r#"subscription { header(name: "authorization") }"#;
    assert_eq!(
        all(&engine, query).await,
        [json!({ "data": { "header": "signed" } })]
    );
}

/// A line to a stock that can be cut.
struct Line {
    url: String,
    cut: watch::Sender<bool>,
}

impl Line {
    async fn to(stock: &Stock) -> Self {
        let target = stock.listen().await;
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("loopback is free");
        let address = listener.local_addr().expect("a bound socket has one");
        let (cut, is_cut) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let (target, mut is_cut) = (target.clone(), is_cut.clone());
                is_cut.mark_unchanged();
                tokio::spawn(async move {
                    if *is_cut.borrow() {
                        return;
                    }
                    let Ok(mut far) = TcpStream::connect(target).await else {
                        return;
                    };
                    tokio::select! {
                        _ = copy_bidirectional(&mut near, &mut far) => {}
                        _ = is_cut.changed() => {}
                    }
                });
            }
        });
        Self {
            url: format!("ws://{address}/ws"),
            cut,
        }
    }
}

#[tokio::test]
async fn a_broken_connection_is_opened_again_and_the_gap_is_told() {
    let line = Line::to(&Stock::default()).await;
    let engine = engine("http://127.0.0.1:1/", options(line.url.clone()));
    let mut stream = events(&engine, "subscription { counted }").await;
    let mut next = async || within(stream.next()).await.expect("it goes on");
    for _ in 0..2 {
        assert_eq!((next().await, next().await), (counted(0), counted(1)));
        line.cut.send_replace(false);
        let gap = next().await;
        assert_eq!(failures(&gap), [r#"SUBSCRIPTION_GAP stock ["counted"]"#]);
    }
    assert_eq!(next().await, counted(0));
}

#[tokio::test]
async fn a_connection_that_stays_broken_ends_the_stream() {
    let line = Line::to(&Stock::default()).await;
    let mut options = options(line.url.clone());
    options.socket.reconnects_max = 3;
    let engine = engine("http://127.0.0.1:1/", options);
    let mut stream = events(&engine, "subscription { counted }").await;
    assert_eq!(within(stream.next()).await, Some(counted(0)));
    line.cut.send_replace(true);
    let rest: Vec<_> = within(stream.collect()).await;
    let last = rest.last().expect("the failure is told");
    assert_eq!(
        failures(last),
        [r#"SUBREQUEST_HTTP_ERROR stock ["counted"]"#]
    );
}

#[tokio::test]
async fn a_subgraph_without_sockets_is_an_error_at_once() {
    let stock = Stock::default();
    let address = stock.listen().await;
    for url in [
        "ws://127.0.0.1:1/".to_owned(),
        format!("ws://{address}/nowhere"),
        format!("ws://{address}/graphql"),
    ] {
        let engine = engine("http://127.0.0.1:1/", options(url));
        let events = all(&engine, "subscription { counted }").await;
        assert_eq!(events.len(), 1);
        assert_eq!(
            failures(&events[0]),
            [r#"SUBREQUEST_HTTP_ERROR stock ["counted"]"#]
        );
    }
}

/// The end of a script whose socket stays open and is read no further.
const SILENCE: &str = "";

/// A server that accepts sockets and answers what it receives with the next of `lines`.
async fn scripted(lines: &'static [&'static str]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("loopback is free");
    let address = listener.local_addr().expect("a bound socket has one");
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            #[expect(clippy::result_large_err, reason = "the shape that the library takes")]
            let answer = |_: &Request, mut response: Response| {
                let protocol = "graphql-transport-ws".parse().expect("it is a value");
                let headers = response.headers_mut();
                headers.insert("sec-websocket-protocol", protocol);
                Ok(response)
            };
            let accepted = tokio_tungstenite::accept_hdr_async(stream, answer).await;
            let mut socket = accepted.expect("the client greets");
            let mut lines = lines.iter();
            while lines.as_slice() != [SILENCE]
                && let Some(Ok(message)) = socket.next().await
            {
                if message.is_text()
                    && let Some(line) = lines.next()
                    && socket.send(Message::text(*line)).await.is_err()
                {
                    break;
                }
            }
            open.push(socket);
        }
    });
    format!("ws://{address}/")
}

/// The codes of all events.
async fn codes(lines: &'static [&'static str]) -> Vec<String> {
    let mut options = options(scripted(lines).await);
    options.socket.init_timeout = Duration::from_millis(200);
    options.socket.message_max = 1_000;
    let engine = engine("http://127.0.0.1:1/", options);
    let events = all(&engine, "subscription { counted }").await;
    let code = |event: &Value| event["errors"][0]["extensions"]["code"].to_string();
    events.iter().map(code).collect()
}

const ACK: &str = r#"{"type":"connection_ack"}"#;

#[tokio::test]
async fn what_breaks_the_protocol_ends_the_stream() {
    let malformed = [r#""SUBREQUEST_MALFORMED_RESPONSE""#];
    assert_eq!(codes(&["nonsense"]).await, malformed);
    assert_eq!(codes(&[r#"{"type":"complete","id":"1"}"#]).await, malformed);
    assert_eq!(codes(&[ACK, r#"{"type":"data"}"#]).await, malformed);
    assert_eq!(
        codes(&[ACK, r#"{"id":"1","type":"next","payload":[]}"#]).await,
        malformed
    );
    let large: &'static str = Box::leak("x".repeat(5_000).into_boxed_str());
    let large: &'static [&'static str] = Box::leak(vec![ACK, large].into_boxed_slice());
    assert_eq!(codes(large).await, [r#""SUBREQUEST_HTTP_ERROR""#]);
}

#[tokio::test]
async fn a_subgraph_that_does_not_greet_is_too_late() {
    assert_eq!(codes(&[]).await, [r#""SUBREQUEST_TIMEOUT""#]);
}

#[tokio::test]
async fn a_refusal_of_the_subgraph_is_handed_on() {
    let refusal = r#"{"id":"1","type":"error","payload":[{"message":"no","extensions":{"code":"FORBIDDEN"}}]}"#;
    let lines: &'static [&'static str] = Box::leak(vec![ACK, refusal].into_boxed_slice());
    assert_eq!(codes(lines).await, [r#""FORBIDDEN""#]);
}

#[tokio::test]
async fn a_ping_is_answered() {
    // The greeting comes only after the pong.
    let lines = &[
        r#"{"type":"ping"}"#,
        ACK,
        r#"{"id":"1","type":"next","payload":{"data":{"counted":7}}}"#,
    ];
    let engine = engine("http://127.0.0.1:1/", options(scripted(lines).await));
    let mut stream = events(&engine, "subscription { counted }").await;
    assert_eq!(within(stream.next()).await, Some(counted(7)));
}

#[tokio::test]
async fn silence_counts_as_broken() {
    let mut options = options(scripted(&[ACK, SILENCE]).await);
    options.socket.keep_alive = Duration::from_millis(20);
    options.socket.reconnects_max = 0;
    let engine = engine("http://127.0.0.1:1/", options);
    let events = all(&engine, "subscription { counted }").await;
    assert_eq!(
        failures(&events[0]),
        [r#"SUBREQUEST_TIMEOUT stock ["counted"]"#]
    );
}

#[tokio::test]
async fn only_so_many_subscriptions_are_open() {
    let stock = Stock::default();
    let address = stock.listen().await;
    let mut options = options(format!("ws://{address}/ws"));
    options.socket.subscriptions_max = 1;
    let engine = engine("http://127.0.0.1:1/", options);
    let mut stream = events(&engine, "subscription { counted }").await;
    assert_eq!(within(stream.next()).await, Some(counted(0)));
    let refused = all(&engine, "subscription { counted }").await;
    assert_eq!(refused[0]["errors"][0]["message"], "subgraph stock is busy");

    drop(stream);
    within(stock.stopped()).await;
    until(|| async {
        let mut stream = events(&engine, "subscription { counted }").await;
        within(stream.next()).await == Some(counted(0))
    })
    .await;
}
