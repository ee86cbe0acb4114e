//! A subgraph served to routers in other processes: GraphQL over HTTP at `/graphql`, and
//! `graphql-transport-ws` at `/ws`.
//!
//! This is the other end of a transport, not an API for clients: there is no introspection of its
//! own, no batching, no `GET`, and whoever the [`Admit`] hook does not know is sent away before
//! anything is read. What answers is any [`Subgraph`], so that a failed batch of entities is taken
//! apart here exactly as it is in process.

mod answer;
mod handler;
mod operation;
mod socket;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use http::{Extensions, HeaderMap};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use self::operation::Operations;
use crate::error::GraphQLError;
use crate::subgraph::Subgraph;

/// Decides which requests come from a router, and on whose behalf.
pub trait Admit: Send + Sync {
    /// Reads what the router says of the caller. A refusal is answered with 401.
    fn admit(&self, headers: &HeaderMap) -> Result<Extensions, GraphQLError>;

    /// Adds to an answer what the router is to know for the rest of the client's request.
    fn answered(&self, extensions: &Extensions, headers: &mut HeaderMap) {
        let _ = (extensions, headers);
    }
}

/// Bounds of a subgraph's server.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// Bytes of a body, files included.
    pub body_max: usize,
    /// Files in a body.
    pub files_max: usize,
    /// How long a request may take.
    pub timeout: Duration,
    /// Requests under way.
    pub requests_max: usize,
    /// Open sockets.
    pub sockets_max: usize,
    /// Subscriptions on one socket.
    pub subscriptions_max: usize,
    /// Operations that are kept parsed.
    pub cached_operations_max: usize,
    /// Bytes of the text of those.
    pub cached_bytes_max: usize,
    /// Ends open sockets with 1001 when cancelled.
    pub shutdown: CancellationToken,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            body_max: 64 << 20,
            files_max: 10,
            timeout: Duration::from_secs(60),
            requests_max: 1_024,
            sockets_max: 10_000,
            subscriptions_max: 1_024,
            cached_operations_max: 1_000,
            cached_bytes_max: 4 << 20,
            shutdown: CancellationToken::new(),
        }
    }
}

/// What every request to one subgraph shares.
struct Served {
    name: Arc<str>,
    subgraph: Arc<dyn Subgraph>,
    admit: Arc<dyn Admit>,
    operations: Operations,
    requests: Arc<Semaphore>,
    sockets: Arc<Semaphore>,
    options: ServeOptions,
}

/// Routes of one subgraph's server, to be nested under a path of its own.
pub fn serve_subgraph(
    name: &str,
    subgraph: Arc<dyn Subgraph>,
    admit: Arc<dyn Admit>,
    options: ServeOptions,
) -> Router {
    let body_max = options.body_max;
    let served = Served {
        name: name.into(),
        subgraph,
        admit,
        operations: Operations::new(options.cached_operations_max, options.cached_bytes_max),
        requests: Arc::new(Semaphore::new(options.requests_max)),
        sockets: Arc::new(Semaphore::new(options.sockets_max)),
        options,
    };
    Router::new()
        .route("/graphql", post(handler::execute))
        .route("/ws", get(socket::upgrade))
        .layer(DefaultBodyLimit::max(body_max))
        .with_state(Arc::new(served))
}
