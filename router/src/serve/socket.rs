//! `/ws`: subscriptions by `graphql-transport-ws`. The router shows who asks when it upgrades, once
//! for all subscriptions of the socket.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::http::{WebSocket as Conversation, WebSocketProtocols, WsMessage};
use async_graphql::{Data, Executor, Request, Response as Answer};
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use futures::stream::{BoxStream, SplitSink, SplitStream};
use futures::{SinkExt, StreamExt, stream};
use http::{Extensions, HeaderMap, StatusCode};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::Served;
use super::answer::{Question, answer, translate};
use super::handler::refuse;
use crate::error::{Code, GraphQLError};
use crate::subgraph::{OperationKind, SubgraphResponse};

const PROTOCOL: &str = "graphql-transport-ws";
/// Requests are text without files.
const MESSAGE_MAX: usize = 4 << 20;
/// How often the other end is asked whether it is there: a router that vanished says nothing.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// Subscriptions may stay open for as long as the router likes.
const NO_DEADLINE: Duration = Duration::from_secs(60 * 60 * 24 * 365);
const GOING_AWAY: u16 = 1001;
/// How long a goodbye may take.
const GOODBYE_MAX: Duration = Duration::from_secs(1);

pub(super) async fn upgrade(
    State(served): State<Arc<Served>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let extensions = match served.admit.admit(&headers) {
        Ok(extensions) => Arc::new(extensions),
        Err(error) => return refuse(StatusCode::UNAUTHORIZED, error),
    };
    let Ok(place) = Arc::clone(&served.sockets).try_acquire_owned() else {
        let error = GraphQLError::new(Code::RateLimited, "too many sockets are open");
        return refuse(StatusCode::SERVICE_UNAVAILABLE, error);
    };
    let subscriptions = Arc::new(Semaphore::new(served.options.subscriptions_max));
    let asked = Asked {
        served,
        extensions,
        subscriptions,
    };
    upgrade
        .protocols([PROTOCOL])
        .max_message_size(MESSAGE_MAX)
        .on_upgrade(move |socket| converse(socket, asked, place))
}

/// Talks until one end is done with it, or the server goes away.
async fn converse(socket: WebSocket, asked: Asked, _place: OwnedSemaphorePermit) {
    let shutdown = asked.served.options.shutdown.clone();
    let (mut sink, incoming) = socket.split();
    // Whoever is not read from any more must not keep the server from going away.
    tokio::select! {
        () = shutdown.cancelled() => {}
        () = talk(&mut sink, incoming, asked) => return,
    }
    let goodbye = sink.send(close(GOING_AWAY, "the server goes away"));
    let _ = timeout(GOODBYE_MAX, goodbye).await;
}

async fn talk(
    sink: &mut SplitSink<WebSocket, Message>,
    incoming: SplitStream<WebSocket>,
    asked: Asked,
) {
    let incoming = incoming
        .take_while(|message| std::future::ready(message.is_ok()))
        .filter_map(|message| std::future::ready(message.ok().and_then(text)));
    let incoming = Box::pin(incoming);
    let mut outgoing = Conversation::new(asked, incoming, WebSocketProtocols::GraphQLWS);
    let mut keep_alive = interval(KEEP_ALIVE);
    keep_alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let message = tokio::select! {
            message = outgoing.next() => match message {
                Some(WsMessage::Text(text)) => Message::text(text),
                Some(WsMessage::Close(code, reason)) => close(code, &reason),
                None => return,
            },
            _ = keep_alive.tick() => Message::Ping(Vec::new().into()),
        };
        let is_last = matches!(message, Message::Close(_));
        if sink.send(message).await.is_err() || is_last {
            return;
        }
    }
}

/// What a message says; pings and pongs say nothing here.
fn text(message: Message) -> Option<Vec<u8>> {
    match message {
        Message::Text(text) => Some(text.as_bytes().to_vec()),
        Message::Binary(bytes) => Some(bytes.to_vec()),
        Message::Ping(_) | Message::Pong(_) | Message::Close(_) => None,
    }
}

fn close(code: u16, reason: &str) -> Message {
    Message::Close(Some(CloseFrame {
        code,
        reason: reason.into(),
    }))
}

/// The subgraph as whoever opened the socket asks it.
#[derive(Clone)]
struct Asked {
    served: Arc<Served>,
    extensions: Arc<Extensions>,
    subscriptions: Arc<Semaphore>,
}

impl Asked {
    async fn open(self, request: Request) -> BoxStream<'static, SubgraphResponse> {
        let Ok(place) = Arc::clone(&self.subscriptions).try_acquire_owned() else {
            let message = "too many subscriptions on one socket";
            return failed(GraphQLError::new(Code::RateLimited, message));
        };
        let operation = match self.served.operations.find(&request.query).await {
            Ok(operation) => operation,
            Err(error) => return failed(error),
        };
        let kind = operation.kind;
        let question = Question {
            operation,
            variables: request.variables,
            uploads: Vec::new(),
            extensions: self.extensions,
        };
        if kind != OperationKind::Subscription {
            return once(answer(&self.served, question).await);
        }
        let request = question.until(&self.served, Instant::now() + NO_DEADLINE);
        let events = self.served.subgraph.subscribe(request);
        // The place is free again when the stream is dropped.
        events
            .map(move |event| {
                let _held = &place;
                event
            })
            .boxed()
    }
}

impl Executor for Asked {
    async fn execute(&self, request: Request) -> Answer {
        let mut answers = self.clone().open(request).await;
        let first = answers.next().await;
        translate(first.unwrap_or_default())
    }

    fn execute_stream(&self, request: Request, _: Option<Arc<Data>>) -> BoxStream<'static, Answer> {
        let opening = self.clone().open(request);
        stream::once(opening).flatten().map(translate).boxed()
    }
}

fn failed(error: GraphQLError) -> BoxStream<'static, SubgraphResponse> {
    once(SubgraphResponse::failed(error))
}

fn once(response: SubgraphResponse) -> BoxStream<'static, SubgraphResponse> {
    stream::iter([response]).boxed()
}
