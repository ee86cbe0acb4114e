//! Event streams by the graphql-sse protocol: one operation per stream (`distinct`), or many on
//! one that was reserved (`single`).

mod distinct;
mod event;
mod feed;
pub(crate) mod single;
mod streams;

use axum::body::Body;
use axum::response::{IntoResponse, Response as HttpResponse};
use bytes::Bytes;
use futures::stream;
use http::header::{CONTENT_TYPE, VARY};
use http::{HeaderName, HeaderValue, StatusCode};
use tokio::sync::mpsc::Receiver;

pub(crate) use self::distinct::distinct;
pub(crate) use self::streams::Streams;
use crate::error::{Code, GraphQLError};
use crate::http::decode::Unservable;

const HEADERS: [(HeaderName, HeaderValue); 3] = [
    (
        CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream; charset=utf-8"),
    ),
    (VARY, HeaderValue::from_static("accept")),
    // Proxies that know it pass events on as they come.
    (
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    ),
];

/// What a stream would be answered with, for `HEAD`.
pub(crate) fn empty() -> HttpResponse {
    (HEADERS, Body::empty()).into_response()
}

/// An answer whose body is what arrives.
fn open(arriving: Receiver<Bytes>) -> HttpResponse {
    let chunks = stream::unfold(arriving, async |mut arriving| {
        let chunk = arriving.recv().await?;
        Some((Ok::<_, std::convert::Infallible>(chunk), arriving))
    });
    (HEADERS, Body::from_stream(chunks)).into_response()
}

fn too_many() -> Unservable {
    Unservable {
        status: StatusCode::SERVICE_UNAVAILABLE,
        error: GraphQLError::new(Code::RateLimited, "too many open event streams"),
        header: None,
    }
}
