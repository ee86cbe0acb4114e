//! The engine over HTTP: `/graphql` for queries, mutations and event streams, `/graphql/stream`
//! for several operations on one event stream, `/graphql/ws` for everything on a socket.
//!
//! Who the caller is gets decided by an [`Authenticate`] hook, once per request or socket.

mod authenticate;
mod batch;
mod body;
mod compress;
mod cors;
mod csrf;
mod decode;
mod decompress;
mod front;
mod handler;
mod linger;
mod listen;
mod multipart;
mod negotiate;
mod operations;
mod options;
mod persisted;
mod security;
mod sse;
mod websocket;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::routing::{MethodRouter, get};
use axum::{Router, middleware};
use tower::ServiceBuilder;

pub use self::authenticate::{Anonymous, Authenticate, Expiry, Standing};
pub use self::cors::{NoOrigin, Origin, Origins};
use self::front::Front;
pub use self::listen::{ListenOptions, serve};
pub use self::options::{
    BatchOptions, CompressionOptions, CorsOptions, CsrfOptions, HttpOptions, PersistedOptions,
    SseOptions, Trusted, WebSocketOptions,
};
pub use self::persisted::{ManifestError, TrustedDocuments};
pub use self::security::secure;
use crate::engine::Engine;

/// Routes for `/graphql`, `/graphql/stream` and `/graphql/ws`.
pub fn routes(
    engine: Arc<Engine>,
    authenticate: Arc<dyn Authenticate>,
    options: HttpOptions,
) -> Router {
    let body_limit = DefaultBodyLimit::max(options.multipart_max);
    let compress = compress::layer(&options.compression);
    let cors = cors::layer(&options.cors);
    let front = Arc::new(Front::new(engine, authenticate, options));
    let guard = middleware::from_fn_with_state(Arc::clone(&front), csrf::guard);
    Router::new()
        .route("/graphql", graphql())
        .route("/graphql/stream", stream())
        .route_layer(guard)
        .route("/graphql/ws", get(websocket::upgrade))
        // One layer: the router boxes and clones each for every request.
        .layer(
            ServiceBuilder::new()
                .map_request(linger::lingering)
                .map_response(security::secured)
                .map_response(security::unstored)
                .option_layer(cors)
                .layer(compress)
                .layer(body_limit),
        )
        .with_state(front)
}

fn graphql() -> MethodRouter<Arc<Front>> {
    get(handler::get)
        .post(handler::post)
        .options(handler::options)
        .fallback(handler::wrong_method)
}

fn stream() -> MethodRouter<Arc<Front>> {
    get(sse::single::get)
        .post(sse::single::post)
        .put(sse::single::put)
        .delete(sse::single::delete)
        .options(sse::single::options)
        .fallback(handler::wrong_method)
}
