//! `/graphql/ws`: the graphql-transport-ws protocol.

mod protocol;
mod session;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse, Response as HttpResponse};
use http::{HeaderMap, StatusCode, Uri};
use tokio::time::timeout;

use self::protocol::Close;
use self::session::Session;
use crate::http::{Front, cors};

const PROTOCOL: &str = "graphql-transport-ws";

/// A message that is a little too long gets a proper close; one that is more than this many
/// times too long is not even received.
const RECEIVED_TIMES: usize = 4;

/// Accepts a socket.
pub(crate) async fn upgrade(
    State(front): State<Arc<Front>>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    uri: Uri,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> HttpResponse {
    if !cors::may_upgrade(&front.options.cors, &uri, &headers) {
        return (
            StatusCode::FORBIDDEN,
            "pages of this origin may not open sockets",
        )
            .into_response();
    }
    let Ok(permit) = Arc::clone(&front.sockets).try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many open sockets").into_response();
    };
    let peer = peer.map(|Extension(ConnectInfo(peer))| peer);
    let received_max = front
        .options
        .websocket
        .message_max
        .saturating_mul(RECEIVED_TIMES);
    let patience = front.options.websocket.close_timeout;
    upgrade
        .protocols([PROTOCOL])
        .max_message_size(received_max)
        .max_frame_size(received_max)
        .on_upgrade(move |mut socket| async move {
            if socket.protocol().is_none() {
                close(&mut socket, &Close::UNKNOWN_PROTOCOL, patience).await;
            } else {
                Session::new(front, headers, peer).run(socket).await;
            }
            drop(permit);
        })
}

/// Says why, and waits a moment for the client to say that it has heard: what is still on its
/// way would otherwise reset the connection, and the reason with it.
async fn close(socket: &mut WebSocket, close: &Close, patience: Duration) {
    let frame = CloseFrame {
        code: close.code,
        reason: close.reason.to_string().into(),
    };
    let farewell = async {
        // The peer may be gone already, which is as good as closed.
        if socket.send(Message::Close(Some(frame))).await.is_ok() {
            while let Some(Ok(_)) = socket.recv().await {}
        }
    };
    let _ = timeout(patience, farewell).await;
}
