//! The graphql-transport-ws protocol, over a real socket.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ::http::{Extensions, HeaderMap};
use futures::future::BoxFuture;
use futures::{FutureExt, SinkExt, StreamExt};
use router::{Anonymous, Authenticate, Code, Expiry, GraphQLError, HttpOptions, WebSocketOptions};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::front::Front;
use crate::graph::Shop;

pub(crate) struct Client {
    pub(crate) socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The subprotocol that the server chose.
    pub(crate) protocol: Option<String>,
}

pub(crate) async fn serve(who: Arc<dyn Authenticate>, options: HttpOptions) -> SocketAddr {
    serve_shop(Shop::open(), who, options).await
}

async fn serve_shop(shop: Shop, who: Arc<dyn Authenticate>, options: HttpOptions) -> SocketAddr {
    Front::of(shop, who, options).listen().await
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr, protocol: Option<&'static str>) -> Self {
        let connected = Self::try_connect(address, protocol).await;
        connected.unwrap_or_else(|status| panic!("refused with {status}"))
    }

    /// The status of a refusal is the error.
    pub(crate) async fn try_connect(
        address: SocketAddr,
        protocol: Option<&'static str>,
    ) -> Result<Self, u16> {
        let mut request = format!("ws://{address}/graphql/ws")
            .into_client_request()
            .expect("the address is one");
        if let Some(protocol) = protocol {
            let value = protocol.parse().expect("a protocol is a header value");
            request
                .headers_mut()
                .insert("sec-websocket-protocol", value);
        }
        match connect_async(request).await {
            Ok((socket, answer)) => {
                let protocol = answer.headers().get("sec-websocket-protocol");
                let protocol = protocol.and_then(|value| value.to_str().ok());
                Ok(Self {
                    protocol: protocol.map(ToOwned::to_owned),
                    socket,
                })
            }
            Err(Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(err) => panic!("{err}"),
        }
    }

    pub(crate) async fn open(options: WebSocketOptions) -> Self {
        let options = HttpOptions {
            websocket: options,
            ..HttpOptions::default()
        };
        let address = serve(Arc::new(Anonymous), options).await;
        Self::connect(address, Some("graphql-transport-ws")).await
    }

    /// Connected and initialised.
    pub(crate) async fn ready() -> Self {
        let mut client = Self::open(WebSocketOptions::default()).await;
        client.init(json!({})).await;
        client
    }

    pub(crate) async fn init(&mut self, payload: Value) {
        self.send(json!({ "type": "connection_init", "payload": payload }))
            .await;
        assert_eq!(self.receive().await, json!({ "type": "connection_ack" }));
    }

    pub(crate) async fn say(&mut self, text: &str) {
        self.socket
            .send(Message::text(text))
            .await
            .expect("the socket is open");
    }

    pub(crate) async fn send(&mut self, message: Value) {
        self.say(&message.to_string()).await;
    }

    pub(crate) async fn subscribe(&mut self, id: &str, query: &str) {
        let payload = json!({ "query": query });
        self.send(json!({ "type": "subscribe", "id": id, "payload": payload }))
            .await;
    }

    pub(crate) async fn receive(&mut self) -> Value {
        loop {
            match self
                .socket
                .next()
                .await
                .expect("the socket is open")
                .expect("no failure")
            {
                Message::Text(text) => return serde_json::from_str(&text).expect("JSON"),
                Message::Close(frame) => panic!("closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// The code and reason with which the server closes.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        loop {
            match self
                .socket
                .next()
                .await
                .expect("a close comes first")
                .expect("no failure")
            {
                Message::Close(Some(frame)) => {
                    return (frame.code.into(), frame.reason.to_string());
                }
                Message::Close(None) => panic!("closed without a code"),
                _ => {}
            }
        }
    }
}

fn next(id: &str, data: &Value) -> Value {
    json!({ "id": id, "type": "next", "payload": { "data": data } })
}

#[tokio::test]
async fn events_arrive_and_end() {
    let mut client = Client::ready().await;
    client
        .subscribe(
            "1",
            "subscription { productAdded(until: 2) { name inStock } }",
        )
        .await;
    let table = json!({ "productAdded": { "name": "Table", "inStock": true } });
    let couch = json!({ "productAdded": { "name": "Couch", "inStock": false } });
    assert_eq!(client.receive().await, next("1", &table));
    assert_eq!(client.receive().await, next("1", &couch));
    assert_eq!(
        client.receive().await,
        json!({ "id": "1", "type": "complete" })
    );
}

#[tokio::test]
async fn queries_and_mutations_work_too() {
    let mut client = Client::ready().await;
    client.subscribe("q", "{ me { name } }").await;
    assert_eq!(
        client.receive().await,
        next("q", &json!({ "me": { "name": "Ada" } }))
    );
    assert_eq!(
        client.receive().await,
        json!({ "id": "q", "type": "complete" })
    );
}

#[tokio::test]
async fn a_refused_operation_is_an_error_and_over() {
    let mut client = Client::ready().await;
    client.subscribe("1", "subscription { nothing }").await;
    let error = client.receive().await;
    assert_eq!(
        (&error["id"], &error["type"]),
        (&json!("1"), &json!("error"))
    );
    assert_eq!(
        error["payload"][0]["extensions"]["code"],
        "GRAPHQL_VALIDATION_FAILED"
    );

    client.subscribe("1", "{ me { name } }").await;
    assert_eq!(client.receive().await["type"], "next");
}

#[tokio::test]
async fn complete_stops_the_stream_and_frees_the_id() {
    let mut client = Client::ready().await;
    client.subscribe("1", "subscription { ticks }").await;
    assert_eq!(client.receive().await, next("1", &json!({ "ticks": 0 })));
    client.send(json!({ "type": "complete", "id": "1" })).await;
    client.subscribe("1", "{ me { name } }").await;
    let answer = next("1", &json!({ "me": { "name": "Ada" } }));
    while client.receive().await != answer {}
    assert_eq!(
        client.receive().await,
        json!({ "id": "1", "type": "complete" })
    );

    client
        .send(json!({ "type": "ping", "payload": { "n": 1 } }))
        .await;
    assert_eq!(
        client.receive().await,
        json!({ "type": "pong", "payload": { "n": 1 } })
    );
}

#[tokio::test]
async fn upstream_stops_when_the_client_does() {
    let shop = Shop::open();
    let stopped = shop.stopped.clone();
    let address = serve_shop(shop, Arc::new(Anonymous), HttpOptions::default()).await;

    let mut client = Client::connect(address, Some("graphql-transport-ws")).await;
    client.init(json!({})).await;
    client.subscribe("1", "subscription { ticks }").await;
    client.receive().await;
    client.send(json!({ "type": "complete", "id": "1" })).await;
    stopped.0.notified().await;

    client.subscribe("2", "subscription { ticks }").await;
    while client.receive().await["id"] != "2" {}
    drop(client);
    stopped.0.notified().await;
}

#[tokio::test]
async fn the_protocol_is_enforced() {
    let mut client = Client::open(WebSocketOptions::default()).await;
    client.subscribe("1", "{ me { name } }").await;
    assert_eq!(client.closed().await, (4401, "Unauthorized".to_owned()));

    let mut client = Client::ready().await;
    client.send(json!({ "type": "connection_init" })).await;
    assert_eq!(client.closed().await.0, 4429);

    let mut client = Client::ready().await;
    client.subscribe("1", "subscription { ticks }").await;
    client.subscribe("1", "subscription { ticks }").await;
    assert_eq!(
        client.closed().await,
        (4409, "Subscriber for 1 already exists".to_owned())
    );

    for nonsense in ["{", r#"{"type":"start"}"#, r#"{"type":"subscribe","id":1}"#] {
        let mut client = Client::ready().await;
        client.say(nonsense).await;
        assert_eq!(client.closed().await.0, 4400);
    }

    let mut client = Client::open(WebSocketOptions {
        init_timeout: Duration::from_millis(20),
        ..WebSocketOptions::default()
    })
    .await;
    assert_eq!(client.closed().await.0, 4408);
}

#[tokio::test]
async fn another_protocol_is_told_so() {
    let address = serve(Arc::new(Anonymous), HttpOptions::default()).await;
    let mut client = Client::connect(address, None).await;
    assert_eq!(client.closed().await.0, 4406);
}

#[tokio::test]
async fn operations_and_messages_are_bounded() {
    let mut client = Client::open(WebSocketOptions {
        operations_max: 1,
        messages_per_second_max: 4,
        ..WebSocketOptions::default()
    })
    .await;
    client.init(json!({})).await;
    client.subscribe("1", "subscription { ticks }").await;
    client.subscribe("2", "subscription { ticks }").await;
    let mut answer = client.receive().await;
    while answer["id"] == "1" {
        answer = client.receive().await;
    }
    assert_eq!(
        answer["payload"][0]["extensions"]["code"],
        "REQUEST_RATE_LIMITED"
    );
    for _ in 0..3 {
        client.send(json!({ "type": "ping" })).await;
    }
    assert_eq!(
        client.closed().await,
        (4429, "Too many messages".to_owned())
    );
}

#[tokio::test]
async fn shutting_down_closes_sockets() {
    let options = HttpOptions::default();
    let shutdown = options.shutdown.clone();
    let address = serve(Arc::new(Anonymous), options).await;
    let mut client = Client::connect(address, Some("graphql-transport-ws")).await;
    client.init(json!({})).await;
    client.subscribe("1", "subscription { ticks }").await;
    shutdown.cancel();
    assert_eq!(client.closed().await.0, 1001);
}

/// `Bearer good` may stay, `Bearer brief` not for long.
struct Strict;

impl Authenticate for Strict {
    fn authenticate<'a>(
        &'a self,
        headers: &'a HeaderMap,
        _peer: Option<SocketAddr>,
    ) -> BoxFuture<'a, Result<Extensions, GraphQLError>> {
        async {
            let mut extensions = Extensions::new();
            match headers
                .get("authorization")
                .and_then(|value| value.to_str().ok())
            {
                Some("Bearer good") => Ok(extensions),
                Some("Bearer brief") => {
                    extensions.insert(Expiry(Instant::now() + Duration::from_millis(50)));
                    Ok(extensions)
                }
                _ => Err(GraphQLError::new(Code::Unauthenticated, "token is bad")),
            }
        }
        .boxed()
    }
}

#[tokio::test]
async fn credentials_come_with_the_first_message() {
    let address = serve(Arc::new(Strict), HttpOptions::default()).await;
    for payload in [
        json!({ "authorization": "Bearer good" }),
        json!({ "Authorization": "Bearer good" }),
        json!({ "headers": { "Authorization": "Bearer good" } }),
    ] {
        let mut client = Client::connect(address, Some("graphql-transport-ws")).await;
        client.init(payload).await;
    }
    let mut client = Client::connect(address, Some("graphql-transport-ws")).await;
    client
        .send(json!({ "type": "connection_init", "payload": { "authorization": "Bearer bad" } }))
        .await;
    assert_eq!(client.closed().await, (4403, "Forbidden".to_owned()));
}

#[tokio::test]
async fn a_socket_ends_with_its_credential() {
    let address = serve(Arc::new(Strict), HttpOptions::default()).await;
    let mut client = Client::connect(address, Some("graphql-transport-ws")).await;
    client
        .init(json!({ "authorization": "Bearer brief" }))
        .await;
    assert_eq!(
        client.closed().await,
        (4401, "credential expired".to_owned())
    );
}
