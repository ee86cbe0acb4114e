//! A subscription over `graphql-transport-ws`.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

const PROTOCOL: &str = "graphql-transport-ws";
const WAIT_MAX: Duration = Duration::from_secs(30);

/// An open subscription; dropping it breaks the connection.
pub struct Subscription {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Subscription {
    /// Connects and subscribes; the server has accepted the connection when this returns.
    pub(crate) async fn start(
        origin: &str,
        token: Option<&str>,
        query: &str,
        variables: Value,
    ) -> Self {
        let url = format!("{}/graphql/ws", origin.replacen("http", "ws", 1));
        let mut request = url.into_client_request().expect("an origin makes a URL");
        let protocol = PROTOCOL
            .parse()
            .expect("the protocol's name is a header value");
        request
            .headers_mut()
            .insert("sec-websocket-protocol", protocol);
        let (socket, _) = connect_async(request)
            .await
            .expect("the server upgrades to a web socket");

        let mut subscription = Self { socket };
        let credentials = token.map(|token| json!({ "Authorization": format!("Bearer {token}") }));
        subscription
            .send(json!({ "type": "connection_init", "payload": credentials }))
            .await;
        let acknowledged = subscription.receive().await;
        assert_eq!(
            acknowledged["type"], "connection_ack",
            "the server refused: {acknowledged:#}"
        );

        let payload = json!({ "query": query, "variables": variables });
        subscription
            .send(json!({ "id": "1", "type": "subscribe", "payload": payload }))
            .await;
        subscription
    }

    /// The next answer, errors included; panics when none comes.
    pub async fn next(&mut self) -> Value {
        let mut message = self.receive().await;
        match message["type"].as_str() {
            Some("next") => message["payload"].take(),
            Some("error") => json!({ "errors": message["payload"] }),
            _ => panic!("expected an answer and not {message:#}"),
        }
    }

    /// The next answer, if one comes in this time; for what must stay silent.
    pub async fn next_within(&mut self, patience: Duration) -> Option<Value> {
        timeout(patience, self.next()).await.ok()
    }

    /// The data of the next answer, which must have no errors.
    pub async fn data(&mut self) -> Value {
        let mut answer = self.next().await;
        assert!(
            answer.get("errors").is_none(),
            "the subscription failed: {answer:#}"
        );
        answer["data"].take()
    }

    /// Skips answers until the data satisfy a condition.
    pub async fn data_where(&mut self, mut wanted: impl FnMut(&Value) -> bool) -> Value {
        loop {
            let data = self.data().await;
            if wanted(&data) {
                return data;
            }
        }
    }

    /// Waits for the end: the code with which the server closed the connection, or nothing when
    /// it completed the subscription.
    pub async fn end(&mut self) -> Option<u16> {
        loop {
            match self.message().await {
                Message::Close(frame) => return frame.map(|frame| frame.code.into()),
                Message::Text(text) if parse(&text)["type"] == "complete" => return None,
                _ => {}
            }
        }
    }

    async fn send(&mut self, message: Value) {
        self.socket
            .send(Message::text(message.to_string()))
            .await
            .expect("the connection is open");
    }

    /// The next message of the protocol; its own pings are answered on the way.
    async fn receive(&mut self) -> Value {
        loop {
            match self.message().await {
                Message::Text(text) => {
                    let message = parse(&text);
                    match message["type"].as_str() {
                        Some("ping") => self.send(json!({ "type": "pong" })).await,
                        _ => return message,
                    }
                }
                Message::Close(frame) => panic!("the server closed the connection: {frame:?}"),
                _ => {}
            }
        }
    }

    async fn message(&mut self) -> Message {
        match timeout(WAIT_MAX, self.socket.next()).await {
            Ok(Some(Ok(message))) => message,
            Ok(Some(Err(error))) => panic!("the connection broke: {error}"),
            Ok(None) => panic!("the connection ended without a word"),
            Err(_) => panic!("no message for {} s", WAIT_MAX.as_secs()),
        }
    }
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| panic!("no JSON: {text}"))
}
