//! `/graphql/ws`: the graphql-transport-ws protocol.

mod operations;
mod protocol;
mod session;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Extension;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse, Response as HttpResponse};
use http::{HeaderMap, StatusCode};

use self::protocol::Close;
use self::session::Session;
use crate::http::Front;

const PROTOCOL: &str = "graphql-transport-ws";

/// Accepts a socket.
pub(crate) async fn upgrade(
    State(front): State<Arc<Front>>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> HttpResponse {
    let Ok(permit) = Arc::clone(&front.sockets).try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many open sockets").into_response();
    };
    let peer = peer.map(|Extension(ConnectInfo(peer))| peer);
    upgrade
        .protocols([PROTOCOL])
        .max_message_size(front.options.websocket.message_max)
        .max_frame_size(front.options.websocket.message_max)
        .on_upgrade(move |mut socket| async move {
            if socket.protocol().is_none() {
                close(&mut socket, &Close::UNKNOWN_PROTOCOL).await;
            } else {
                Session::new(front, headers, peer).run(socket).await;
            }
            drop(permit);
        })
}

async fn close(socket: &mut WebSocket, close: &Close) {
    let frame = CloseFrame {
        code: close.code,
        reason: close.reason.to_string().into(),
    };
    // The peer may be gone already, which is as good as closed.
    let _ = socket.send(Message::Close(Some(frame))).await;
}
