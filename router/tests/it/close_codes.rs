//! Every way in which a socket ends, and what does not end it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ::http::{Extensions, HeaderMap};
use futures::future::BoxFuture;
use futures::{FutureExt, SinkExt, StreamExt};
use router::{
    Anonymous, Authenticate, Code, GraphQLError, HttpOptions, PersistedOptions, Trusted,
    TrustedDocuments, WebSocketOptions,
};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::websocket::{Client, serve};

const PROTOCOL: &str = "graphql-transport-ws";

#[tokio::test]
async fn what_is_no_message_of_the_protocol_is_4400() {
    for nonsense in [
        "",
        "{",
        "[]",
        "null",
        r#"{"id":"1"}"#,
        r#"{"type":"start","id":"1","payload":{}}"#,
        r#"{"type":"connection_ack"}"#,
        r#"{"type":"next","id":"1","payload":{}}"#,
        r#"{"type":"subscribe","id":1,"payload":{"query":"{ me { name } }"}}"#,
        r#"{"type":"subscribe","id":"","payload":{"query":"{ me { name } }"}}"#,
        r#"{"type":"subscribe","payload":{"query":"{ me { name } }"}}"#,
        r#"{"type":"subscribe","id":"1"}"#,
        r#"{"type":"subscribe","id":"1","payload":"{ me { name } }"}"#,
        r#"{"type":"subscribe","id":"1","payload":{}}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":1}}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":"{ a }","variables":"x"}}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":"{ a }","operationName":1}}"#,
        r#"{"type":"complete"}"#,
        r#"{"type":"complete","id":""}"#,
        r#"{"type":"ping","payload":"x"}"#,
        r#"{"type":"pong","payload":7}"#,
    ] {
        let mut client = Client::ready().await;
        client.say(nonsense).await;
        let (code, reason) = client.closed().await;
        assert_eq!(code, 4400, "{nonsense}");
        assert!(!reason.is_empty() && reason.len() <= 123);
    }
}

#[tokio::test]
async fn a_binary_message_is_4400() {
    let mut client = Client::ready().await;
    let ping = Message::binary(br#"{"type":"ping"}"#.to_vec());
    client.socket.send(ping).await.expect("the socket is open");
    assert_eq!(client.closed().await.0, 4400);
}

#[tokio::test]
async fn nothing_may_be_started_before_the_acknowledgement() {
    for payload in [json!({ "query": "{ me { name } }" }), json!({})] {
        let mut client = Client::open(WebSocketOptions::default()).await;
        client
            .send(json!({ "type": "subscribe", "id": "1", "payload": payload }))
            .await;
        assert_eq!(client.closed().await, (4401, "Unauthorized".to_owned()));
    }
}

#[tokio::test]
async fn two_initialisations_at_once_are_4429() {
    let mut client = Client::open(WebSocketOptions::default()).await;
    client.send(json!({ "type": "connection_init" })).await;
    client.send(json!({ "type": "connection_init" })).await;
    assert_eq!(client.receive().await, json!({ "type": "connection_ack" }));
    let (code, reason) = client.closed().await;
    assert_eq!(
        (code, reason.as_str()),
        (4429, "Too many initialisation requests")
    );
}

#[tokio::test]
async fn pings_and_pongs_go_both_ways() {
    let mut client = Client::open(WebSocketOptions::default()).await;
    // Also before the initialisation.
    client.send(json!({ "type": "ping" })).await;
    assert_eq!(client.receive().await, json!({ "type": "pong" }));
    client.init(json!({})).await;
    // Nobody asked for these.
    client.send(json!({ "type": "pong" })).await;
    client
        .send(json!({ "type": "pong", "payload": { "n": 1 } }))
        .await;
    client
        .send(json!({ "type": "ping", "payload": null }))
        .await;
    assert_eq!(client.receive().await, json!({ "type": "pong" }));
    // Completing what does not run is no error: it may have ended a moment ago.
    client.send(json!({ "type": "complete", "id": "9" })).await;
    client.subscribe("1", "{ me { name } }").await;
    assert_eq!(client.receive().await["type"], "next");
    assert_eq!(client.receive().await["type"], "complete");
}

#[tokio::test]
async fn a_silent_client_is_asked_whether_it_is_there() {
    let options = WebSocketOptions {
        keep_alive: Duration::from_millis(300),
        ..WebSocketOptions::default()
    };
    let mut client = Client::open(options).await;
    client.init(json!({})).await;
    // The client's library answers a ping whenever it reads.
    for _ in 0..4 {
        let message = client
            .socket
            .next()
            .await
            .expect("open")
            .expect("no failure");
        assert!(message.is_ping(), "{message:?}");
    }
}

#[tokio::test]
async fn a_dead_client_is_dropped() {
    let options = HttpOptions {
        websocket: WebSocketOptions {
            sockets_max: 1,
            keep_alive: Duration::from_millis(20),
            ..WebSocketOptions::default()
        },
        ..HttpOptions::default()
    };
    let address = serve(Arc::new(Anonymous), options).await;
    let mut dead = Client::connect(address, Some(PROTOCOL)).await;
    dead.init(json!({})).await;
    // It reads no more, so it answers no ping, and its place becomes free.
    while Client::try_connect(address, Some(PROTOCOL)).await.is_err() {}
}

#[tokio::test]
async fn the_protocol_is_chosen_among_several() {
    let address = serve(Arc::new(Anonymous), HttpOptions::default()).await;
    for offered in [
        "graphql-transport-ws",
        "graphql-ws, graphql-transport-ws",
        "graphql-transport-ws, graphql-ws",
    ] {
        let mut client = Client::connect(address, Some(offered)).await;
        assert_eq!(client.protocol.as_deref(), Some(PROTOCOL), "{offered}");
        client.init(json!({})).await;
    }
}

#[tokio::test]
async fn a_message_that_is_too_long_is_1009() {
    let options = WebSocketOptions {
        message_max: 1_000,
        ..WebSocketOptions::default()
    };
    let mut client = Client::open(options).await;
    client.init(json!({})).await;
    let long = json!({ "type": "ping", "payload": { "x": "x".repeat(1_000) } });
    client.send(long).await;
    let (code, reason) = client.closed().await;
    assert_eq!((code, reason.as_str()), (1009, "message is too long"));
}

#[tokio::test]
async fn the_clients_close_is_answered() {
    let mut client = Client::ready().await;
    client.subscribe("1", "subscription { ticks }").await;
    let frame = CloseFrame {
        code: CloseCode::Normal,
        reason: "bye".into(),
    };
    client
        .socket
        .close(Some(frame))
        .await
        .expect("the socket is open");
    loop {
        match client.socket.next().await {
            Some(Ok(Message::Close(Some(frame)))) => {
                assert_eq!(u16::from(frame.code), 1000);
                break;
            }
            Some(Ok(_)) => {}
            other => panic!("the close was not answered: {other:?}"),
        }
    }
}

/// Can not find out who anybody is.
struct Broken;

impl Authenticate for Broken {
    fn authenticate<'a>(
        &'a self,
        _headers: &'a HeaderMap,
        _peer: Option<SocketAddr>,
    ) -> BoxFuture<'a, Result<Extensions, GraphQLError>> {
        let error = GraphQLError::new(Code::Internal, "the database is away");
        std::future::ready(Err(error)).boxed()
    }
}

#[tokio::test]
async fn a_fault_of_ours_is_4500() {
    let address = serve(Arc::new(Broken), HttpOptions::default()).await;
    let mut client = Client::connect(address, Some(PROTOCOL)).await;
    client.send(json!({ "type": "connection_init" })).await;
    let (code, reason) = client.closed().await;
    assert_eq!((code, reason.as_str()), (4500, "Internal server error"));
}

#[tokio::test]
async fn sockets_are_bounded() {
    let options = HttpOptions {
        websocket: WebSocketOptions {
            sockets_max: 1,
            ..WebSocketOptions::default()
        },
        ..HttpOptions::default()
    };
    let address = serve(Arc::new(Anonymous), options).await;
    let mut client = Client::connect(address, Some(PROTOCOL)).await;
    client.init(json!({})).await;
    let refused = Client::try_connect(address, Some(PROTOCOL)).await;
    assert_eq!(refused.err(), Some(503));
}

#[tokio::test]
async fn named_documents_work_on_sockets_too() {
    let manifest = TrustedDocuments::parse(br#"{ "Me": "{ me { name } }" }"#);
    let trusted = Trusted::Required(Arc::new(manifest.expect("the manifest is fine")));
    let options = HttpOptions {
        persisted: PersistedOptions {
            trusted,
            ..PersistedOptions::default()
        },
        ..HttpOptions::default()
    };
    let address = serve(Arc::new(Anonymous), options).await;
    let mut client = Client::connect(address, Some(PROTOCOL)).await;
    client.init(json!({})).await;
    let named = json!({ "documentId": "Me" });
    client
        .send(json!({ "type": "subscribe", "id": "1", "payload": named }))
        .await;
    let answer = client.receive().await;
    assert_eq!(answer["payload"]["data"]["me"]["name"], "Ada");
    assert_eq!(client.receive().await["type"], "complete");
    client.subscribe("2", "{ me { name } }").await;
    let refused = client.receive().await;
    assert_eq!(
        refused["payload"][0]["extensions"]["code"],
        "PERSISTED_QUERY_REQUIRED"
    );
}
