//! One socket: the handshake, the events, and a farewell.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use http::header::{CONNECTION, HOST, SEC_WEBSOCKET_PROTOCOL, UPGRADE};
use http::{HeaderMap, HeaderValue, StatusCode};
use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::SendError;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{self, Error, Message as Frame};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::remote::connect::Stream;
use crate::remote::failure::{Failure, is_unavailable};
use crate::remote::socket::Sockets;
use crate::remote::socket::protocol::{self, Message, malformed};
use crate::subgraph::SubgraphResponse;

/// How long a subgraph may take to receive one message.
const SEND_TIMEOUT: Duration = Duration::from_secs(5);

/// Bytes that one read takes at most; the library's own choice is 128 KiB for each socket.
const READ_BUFFER: usize = 8 << 10;

/// Why a socket has ended.
pub(crate) enum End {
    /// The subscription is over, or its client is.
    Done,
    /// Another socket would fare no better.
    Final(Failure),
    /// Another socket may do.
    Broken(Failure),
}

/// How far a socket came.
#[derive(Default)]
pub(crate) struct Progress {
    pub(crate) is_open: bool,
    pub(crate) has_event: bool,
}

/// An open socket with the subscription on it.
pub(crate) struct Session<'a> {
    socket: WebSocketStream<Stream>,
    sockets: &'a Sockets,
}

impl<'a> Session<'a> {
    /// Connects, says who is asking, and subscribes.
    pub(crate) async fn open(
        sockets: &'a Sockets,
        headers: HeaderMap,
        body: &[u8],
    ) -> Result<Self, End> {
        let limit = sockets.options.socket.init_timeout;
        timeout(limit, Self::greet(sockets, headers, body))
            .await
            .unwrap_or(Err(End::Broken(Failure::Slow(limit))))
    }

    async fn greet(sockets: &'a Sockets, headers: HeaderMap, body: &[u8]) -> Result<Self, End> {
        let request = upgrade(sockets, headers)?;
        let stream = sockets.replicas.dial().await;
        let stream = stream.map_err(|err| End::Broken(Failure::Connect(err.into())))?;
        let max = Some(sockets.options.socket.message_max);
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .max_message_size(max)
            .max_frame_size(max);
        let (socket, _) = client_async_with_config(request, stream, Some(config))
            .await
            .map_err(refused)?;
        let mut session = Self { socket, sockets };
        session.say(protocol::INIT.to_owned()).await?;
        loop {
            let frame = session.socket.next().await;
            match session.read(frame).await? {
                Some(Message::Ack) => break,
                Some(Message::Idle) | None => {}
                Some(_) => {
                    let what = "something else came before connection_ack";
                    return Err(End::Final(malformed(what)));
                }
            }
        }
        session.say(protocol::subscribe(body)).await?;
        Ok(session)
    }

    /// Hands events on until there are no more, or nobody wants them.
    pub(crate) async fn forward(
        &mut self,
        events: &Sender<SubgraphResponse>,
        progress: &mut Progress,
    ) -> End {
        match self.follow(events, progress).await {
            Ok(()) => End::Done,
            Err(end) => {
                if !matches!(end, End::Broken(_)) {
                    self.close(Vec::new()).await;
                }
                end
            }
        }
    }

    async fn follow(
        &mut self,
        events: &Sender<SubgraphResponse>,
        progress: &mut Progress,
    ) -> Result<(), End> {
        let keep_alive = self.sockets.options.socket.keep_alive;
        let mut ticks = interval(keep_alive);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.reset();
        let mut heard = Instant::now();
        loop {
            let socket = &mut self.socket;
            let read = async {
                let place = events.reserve().await?;
                Ok::<_, SendError<()>>((place, socket.next().await))
            };
            tokio::select! {
                () = events.closed() => {
                    self.close(vec![protocol::COMPLETE]).await;
                    return Ok(());
                }
                _ = ticks.tick() => {
                    // While the client is slow nothing is read, so silence means nothing.
                    if events.capacity() == 0 {
                        heard = Instant::now();
                    }
                    if heard.elapsed() > keep_alive * 2 {
                        let silence = heard.elapsed();
                        return Err(End::Broken(Failure::Slow(silence)));
                    }
                    self.send(Frame::Ping(bytes::Bytes::new())).await?;
                }
                read = read => {
                    let Ok((place, frame)) = read else {
                        continue;
                    };
                    heard = Instant::now();
                    match self.read(frame).await? {
                        Some(Message::Next(event)) => {
                            progress.has_event = true;
                            place.send(event);
                        }
                        Some(Message::Error(event)) => {
                            place.send(event);
                            return Err(End::Done);
                        }
                        Some(Message::Complete) => return Err(End::Done),
                        Some(Message::Ack | Message::Ping | Message::Idle) | None => {}
                    }
                }
            }
        }
    }

    /// The message in a frame, if it is one; a ping is answered at once.
    async fn read(&mut self, frame: Option<Result<Frame, Error>>) -> Result<Option<Message>, End> {
        let text = match frame {
            Some(Ok(Frame::Text(text))) => text,
            Some(Ok(Frame::Binary(_))) => {
                return Err(End::Final(malformed("a message is not text")));
            }
            Some(Ok(Frame::Close(frame))) => return Err(closed(frame.as_ref())),
            Some(Ok(Frame::Ping(_) | Frame::Pong(_) | Frame::Frame(_))) => return Ok(None),
            Some(Err(err)) => return Err(self.broken(err)),
            None => return Err(self.broken(Error::ConnectionClosed)),
        };
        let nesting_max = self.sockets.options.nesting_max;
        match protocol::parse(&text, nesting_max).map_err(End::Final)? {
            Message::Ping => {
                self.say(protocol::PONG.to_owned()).await?;
                Ok(None)
            }
            message => Ok(Some(message)),
        }
    }

    async fn say(&mut self, text: String) -> Result<(), End> {
        self.send(Frame::text(text)).await
    }

    async fn send(&mut self, frame: Frame) -> Result<(), End> {
        match timeout(SEND_TIMEOUT, self.socket.send(frame)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(err)) => Err(self.broken(err)),
            Err(_elapsed) => Err(End::Broken(Failure::Slow(SEND_TIMEOUT))),
        }
    }

    fn broken(&self, err: Error) -> End {
        match err {
            Error::Capacity(_) => {
                let max = self.sockets.options.socket.message_max;
                End::Final(Failure::TooLarge(max))
            }
            err => End::Broken(Failure::CutOff(err.into())),
        }
    }

    /// Says the last words and closes; a subgraph that does not listen is left.
    async fn close(&mut self, last_words: Vec<&str>) {
        for text in last_words {
            if self.say(text.to_owned()).await.is_err() {
                return;
            }
        }
        let frame = CloseFrame {
            code: tungstenite::protocol::frame::coding::CloseCode::Normal,
            reason: "".into(),
        };
        let _ = timeout(SEND_TIMEOUT, self.socket.close(Some(frame))).await;
    }
}

/// The request that asks for a socket. What the handshake itself needs can not be replaced.
fn upgrade(sockets: &Sockets, headers: HeaderMap) -> Result<http::Request<()>, End> {
    let request = sockets.uri.clone().into_client_request();
    let mut request = request.map_err(|err| End::Final(Failure::Connect(err.into())))?;
    let handshake = request.headers_mut();
    let mut last = None;
    for (name, value) in headers {
        last = name.or(last);
        match &last {
            Some(name) if is_of_handshake(name) => {}
            Some(name) => {
                handshake.append(name.clone(), value);
            }
            None => {}
        }
    }
    let protocol = HeaderValue::from_static(protocol::PROTOCOL);
    handshake.insert(SEC_WEBSOCKET_PROTOCOL, protocol);
    Ok(request)
}

fn is_of_handshake(name: &http::HeaderName) -> bool {
    [HOST, CONNECTION, UPGRADE].contains(name) || name.as_str().starts_with("sec-websocket-")
}

/// What a handshake that failed means.
fn refused(err: Error) -> End {
    match err {
        Error::Http(response) => {
            let status = response.status();
            let failure = Failure::Status(status);
            if is_unavailable(status) || status == StatusCode::TOO_MANY_REQUESTS {
                End::Broken(failure)
            } else {
                End::Final(failure)
            }
        }
        Error::Protocol(tungstenite::error::ProtocolError::HandshakeIncomplete) | Error::Io(_) => {
            End::Broken(Failure::Broken(err.into()))
        }
        err => End::Final(malformed(err)),
    }
}

/// What a close frame means: some codes say that the next socket would be closed as well.
fn closed(frame: Option<&CloseFrame>) -> End {
    let code = frame.map_or(1005, |frame| frame.code.into());
    match code {
        1002 | 1003 | 1007 | 1009 | 1010 | 4400 | 4406 | 4409 => End::Final(Failure::Closed(code)),
        _ => End::Broken(Failure::Closed(code)),
    }
}
