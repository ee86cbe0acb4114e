//! One socket from its first message to its last.

use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use http::{Extensions, HeaderMap};
use serde_json::{Map, Value as Json};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};

use crate::engine::{Context, Response};
use crate::error::{Code, GraphQLError};
use crate::http::operations::{Operations, Outgoing};
use crate::http::websocket::protocol::{self, ClientMessage, Close};
use crate::http::{Expiry, Front, Standing, decode, negotiate};

/// A moment that does not come while a socket lives.
const NEVER: Duration = Duration::from_secs(60 * 60 * 24 * 365);

/// The state of a socket.
pub(crate) struct Session {
    front: Arc<Front>,
    headers: HeaderMap,
    peer: Option<SocketAddr>,
    /// What authentication found out; `None` before `connection_init`.
    caller: Option<Caller>,
    /// When an operation was last seen to run.
    busy: Instant,
    operations: Operations,
    answers: Sender<Outgoing>,
    arriving: Receiver<Outgoing>,
    /// When to close, and why.
    end: (Instant, Close),
    heard: Instant,
    window: (Instant, u32),
}

/// Who is at the other end, as far as the socket cares.
#[derive(Clone, Copy)]
enum Caller {
    /// Somebody whose credential ends then, and what they could do when they connected.
    Until(Instant, Option<Standing>),
    /// Somebody without one.
    Stranger,
}

impl Caller {
    fn of(recognised: &Extensions) -> Self {
        let expiry = recognised.get::<Expiry>();
        let standing = recognised.get::<Standing>().copied();
        expiry.map_or(Self::Stranger, |expiry| {
            Self::Until(Instant::from_std(expiry.0), standing)
        })
    }
}

/// What handling a message asks for: text to send, or the end.
type Reply = ControlFlow<Close, Option<String>>;

impl Session {
    pub(crate) fn new(front: Arc<Front>, headers: HeaderMap, peer: Option<SocketAddr>) -> Self {
        let options = &front.options.websocket;
        let (answers, arriving) = mpsc::channel(options.pending_max.max(1));
        let now = Instant::now();
        Self {
            end: (now + options.init_timeout, Close::INIT_TIMEOUT),
            front,
            headers,
            peer,
            caller: None,
            busy: now,
            operations: Operations::default(),
            answers,
            arriving,
            heard: now,
            window: (now, 0),
        }
    }

    pub(crate) async fn run(mut self, mut socket: WebSocket) {
        if let ControlFlow::Break(Some(close)) = self.converse(&mut socket).await {
            super::close(
                &mut socket,
                &close,
                self.front.options.websocket.close_timeout,
            )
            .await;
        }
    }

    /// Breaks with a reason to tell the client, or with none when it is gone.
    async fn converse(&mut self, socket: &mut WebSocket) -> ControlFlow<Option<Close>> {
        let shutdown = self.front.options.shutdown.clone();
        let keep_alive = self.front.options.websocket.keep_alive;
        let mut ticks = interval(keep_alive);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.reset();
        let mut checks = interval(self.front.options.websocket.check_interval);
        checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        checks.reset();
        loop {
            tokio::select! {
                biased;
                () = shutdown.cancelled() => return ControlFlow::Break(Some(Close::GOING_AWAY)),
                () = sleep_until(self.end.0) => {
                    return ControlFlow::Break(Some(self.end.1.clone()));
                }
                received = socket.recv() => {
                    let message = match received {
                        Some(Ok(message)) => message,
                        Some(Err(_)) => return ControlFlow::Break(Some(Close::UNREADABLE)),
                        None => return ControlFlow::Break(None),
                    };
                    if matches!(message, Message::Close(_)) {
                        return self.farewell(socket).await;
                    }
                    if let Some(text) = self.receive(message).await? {
                        self.send(socket, Message::text(text)).await?;
                    }
                }
                Some(outgoing) = self.arriving.recv() => {
                    if self.operations.admit(&outgoing) {
                        self.send(socket, Message::text(protocol::news(&outgoing))).await?;
                    }
                }
                _ = checks.tick() => self.check().await?,
                _ = ticks.tick() => {
                    if self.heard.elapsed() > keep_alive * 2 {
                        return ControlFlow::Break(None);
                    }
                    self.send(socket, Message::Ping(bytes::Bytes::new())).await?;
                }
            }
        }
    }

    /// Sends a message; a client that does not take it in time is gone.
    async fn send(&self, socket: &mut WebSocket, message: Message) -> ControlFlow<Option<Close>> {
        let limit = self.front.options.websocket.send_timeout;
        match timeout(limit, socket.send(message)).await {
            Ok(Ok(())) => ControlFlow::Continue(()),
            Ok(Err(_)) | Err(_) => ControlFlow::Break(None),
        }
    }

    /// Lets the answer to the client's close out.
    async fn farewell(&self, socket: &mut WebSocket) -> ControlFlow<Option<Close>> {
        let limit = self.front.options.websocket.close_timeout;
        let _ = timeout(limit, async {
            while let Some(Ok(_)) = socket.recv().await {}
        })
        .await;
        ControlFlow::Break(None)
    }

    async fn receive(&mut self, message: Message) -> ControlFlow<Option<Close>, Option<String>> {
        self.heard = Instant::now();
        let reply = match message {
            Message::Text(text) if self.is_too_fast() => {
                drop(text);
                ControlFlow::Break(Close::TOO_FAST)
            }
            Message::Text(text) if text.len() > self.front.options.websocket.message_max => {
                ControlFlow::Break(Close::TOO_LONG)
            }
            Message::Text(text) => match protocol::parse(&text) {
                Ok(message) => self.handle(message).await,
                Err(close) => ControlFlow::Break(close),
            },
            Message::Binary(_) => ControlFlow::Break(Close::bad_request("messages must be text")),
            Message::Close(_) | Message::Ping(_) | Message::Pong(_) => ControlFlow::Continue(None),
        };
        match reply {
            ControlFlow::Continue(text) => ControlFlow::Continue(text),
            ControlFlow::Break(close) => ControlFlow::Break(Some(close)),
        }
    }

    fn is_too_fast(&mut self) -> bool {
        let (since, count) = &mut self.window;
        if since.elapsed() >= Duration::from_secs(1) {
            (*since, *count) = (Instant::now(), 0);
        }
        *count += 1;
        *count > self.front.options.websocket.messages_per_second_max
    }

    async fn handle(&mut self, message: ClientMessage) -> Reply {
        match message {
            ClientMessage::ConnectionInit { payload } => self.init(payload).await,
            ClientMessage::Ping { payload } => ControlFlow::Continue(Some(protocol::pong(payload))),
            ClientMessage::Pong { .. } => ControlFlow::Continue(None),
            ClientMessage::Subscribe { id, payload } => self.start(&id, payload),
            ClientMessage::Complete { id } => {
                self.operations.stop(&id);
                ControlFlow::Continue(None)
            }
        }
    }

    async fn init(&mut self, payload: Option<Map<String, Json>>) -> Reply {
        if self.caller.is_some() {
            return ControlFlow::Break(Close::SECOND_INIT);
        }
        if let Err(close) = protocol::credentials(&mut self.headers, payload.as_ref()) {
            return ControlFlow::Break(close);
        }
        let caller = match self.front.recognise(&self.headers, self.peer).await {
            Ok(caller) => Caller::of(&caller),
            Err(error) if negotiate::status_of(&error).is_server_error() => {
                return ControlFlow::Break(Close::INTERNAL);
            }
            Err(_) => return ControlFlow::Break(Close::FORBIDDEN),
        };
        self.end = match caller {
            Caller::Until(expiry, _) => (expiry, Close::EXPIRED),
            Caller::Stranger => (Instant::now() + NEVER, Close::GOING_AWAY),
        };
        self.caller = Some(caller);
        ControlFlow::Continue(Some(protocol::ack()))
    }

    /// Whether the caller may stay: a session may have ended or lost a permission meanwhile, and a
    /// stranger who does nothing takes a place from others.
    async fn check(&mut self) -> ControlFlow<Option<Close>> {
        match self.caller {
            Some(Caller::Until(_, standing)) => {
                let recognised = self.front.recognise(&self.headers, self.peer).await;
                match recognised {
                    Err(error) if !negotiate::status_of(&error).is_server_error() => {
                        ControlFlow::Break(Some(Close::EXPIRED))
                    }
                    Ok(now) if now.get::<Standing>().copied() != standing => {
                        ControlFlow::Break(Some(Close::CHANGED))
                    }
                    Ok(_) | Err(_) => ControlFlow::Continue(()),
                }
            }
            Some(Caller::Stranger) => {
                if self.operations.len() > 0 {
                    self.busy = Instant::now();
                }
                if self.busy.elapsed() > self.front.options.websocket.stranger_timeout {
                    return ControlFlow::Break(Some(Close::GOING_AWAY));
                }
                ControlFlow::Continue(())
            }
            None => ControlFlow::Continue(()),
        }
    }

    fn start(&mut self, id: &str, payload: Json) -> Reply {
        if self.caller.is_none() {
            return ControlFlow::Break(Close::UNAUTHORIZED);
        }
        if self.operations.contains(id) {
            return ControlFlow::Break(Close::duplicate(id));
        }
        let max = self.front.options.websocket.operations_max;
        if self.operations.len() >= max {
            let message = format!("more than {max} operations on one socket");
            return refuse(id, GraphQLError::new(Code::RateLimited, message));
        }
        let asked = match decode::object(payload) {
            Ok(asked) => asked,
            Err(unservable) => {
                let reason = format!("invalid message: {}", unservable.error.message);
                return ControlFlow::Break(Close::bad_request(&reason));
            }
        };
        let engine = Arc::clone(&self.front.engine);
        let answers = self.answers.clone();
        let (front, headers, peer) = (Arc::clone(&self.front), self.headers.clone(), self.peer);
        // What the caller could do when the socket was opened says nothing of now.
        let request = async move {
            let extensions = front.recognise(&headers, peer).await?;
            let request = front.persisted.resolve(&front.engine, asked).await?;
            let context = Context {
                extensions,
                deadline: None,
            };
            Ok((request, context))
        };
        self.operations.start(id, engine, request, answers);
        ControlFlow::Continue(None)
    }
}

fn refuse(id: &str, error: GraphQLError) -> Reply {
    let refused = Response::refused(vec![error]);
    ControlFlow::Continue(Some(protocol::answer(id, &refused)))
}
