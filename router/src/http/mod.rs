//! The engine over HTTP: `/graphql` for queries and mutations, `/graphql/ws` for everything
//! including subscriptions.
//!
//! Who the caller is gets decided by an [`Authenticate`] hook, once per request or socket.

mod authenticate;
mod decode;
mod handler;
mod multipart;
mod negotiate;
mod websocket;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use http::{Extensions, HeaderMap};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

pub use self::authenticate::{Anonymous, Authenticate, Expiry};
use crate::engine::Engine;
use crate::error::{Code, GraphQLError};
use crate::remote::ClientHeaders;

/// Bounds of the HTTP front.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// Bytes of a JSON body, and of the JSON in a multipart body.
    pub body_max: usize,
    /// Bytes of a whole multipart body.
    pub multipart_max: usize,
    /// Files in one multipart body.
    pub files_max: usize,
    /// How long a client may take to send a body, and the hook to recognise it.
    pub read_timeout: Duration,
    /// Bounds of web sockets.
    pub websocket: WebSocketOptions,
    /// Ends open sockets with 1001 when cancelled.
    pub shutdown: CancellationToken,
}

/// Bounds of web sockets.
#[derive(Clone, Debug)]
pub struct WebSocketOptions {
    /// Open sockets.
    pub sockets_max: usize,
    /// Operations that run on one socket.
    pub operations_max: usize,
    /// Bytes of one message.
    pub message_max: usize,
    /// Messages that a client may send in a second.
    pub messages_per_second_max: u32,
    /// Answers that wait for a slow client before its operations pause.
    pub pending_max: usize,
    /// How long a client may take to say `connection_init`.
    pub init_timeout: Duration,
    /// How often a silent client is asked whether it is still there.
    pub keep_alive: Duration,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            body_max: 2 << 20,
            multipart_max: 64 << 20,
            files_max: 10,
            read_timeout: Duration::from_secs(60),
            websocket: WebSocketOptions::default(),
            shutdown: CancellationToken::new(),
        }
    }
}

impl Default for WebSocketOptions {
    fn default() -> Self {
        Self {
            sockets_max: 10_000,
            operations_max: 64,
            message_max: 256 << 10,
            messages_per_second_max: 100,
            pending_max: 32,
            init_timeout: Duration::from_secs(10),
            keep_alive: Duration::from_secs(20),
        }
    }
}

/// What every handler needs.
pub(crate) struct Front {
    engine: Arc<Engine>,
    authenticate: Arc<dyn Authenticate>,
    options: HttpOptions,
    sockets: Arc<Semaphore>,
}

impl Front {
    /// Asks the hook, within its time.
    async fn recognise(
        &self,
        headers: &HeaderMap,
        peer: Option<SocketAddr>,
    ) -> Result<Extensions, GraphQLError> {
        let answer = self.authenticate.authenticate(headers, peer);
        let recognised = timeout(self.options.read_timeout, answer).await;
        let mut extensions = recognised.unwrap_or_else(|_elapsed| {
            let message = "credentials could not be checked in time";
            Err(GraphQLError::new(Code::GatewayTimeout, message))
        })?;
        extensions.insert(ClientHeaders(Arc::new(headers.clone())));
        Ok(extensions)
    }
}

/// Routes for `/graphql` and `/graphql/ws`.
pub fn routes(
    engine: Arc<Engine>,
    authenticate: Arc<dyn Authenticate>,
    options: HttpOptions,
) -> Router {
    let multipart_max = options.multipart_max;
    let front = Arc::new(Front {
        sockets: Arc::new(Semaphore::new(options.websocket.sockets_max)),
        engine,
        authenticate,
        options,
    });
    Router::new()
        .route("/graphql", get(handler::get).post(handler::post))
        .route("/graphql/ws", get(websocket::upgrade))
        .layer(DefaultBodyLimit::max(multipart_max))
        .with_state(front)
}
