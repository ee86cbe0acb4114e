//! `POST /graphql` and `GET /graphql`.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, FromRequest, Multipart, Query, Request as HttpRequest, State};
use axum::response::Response as HttpResponse;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use tokio::time::timeout;

use crate::engine::{Context, Request};
use crate::http::Front;
use crate::http::decode::{self, Unservable};
use crate::http::multipart;
use crate::http::negotiate::{self, Media};
use crate::subgraph::OperationKind;

/// Queries and mutations, perhaps with files.
pub(crate) async fn post(State(front): State<Arc<Front>>, request: HttpRequest) -> HttpResponse {
    let media = match negotiate::accepted(request.headers()) {
        Some(media) => media,
        None => return unacceptable(),
    };
    let (headers, peer) = caller(&request);
    let read = timeout(front.options.read_timeout, read(&front, &headers, request));
    let decoded = read.await.unwrap_or_else(|_elapsed| {
        let status = StatusCode::REQUEST_TIMEOUT;
        Err(Unservable::new(status, "body did not arrive in time"))
    });
    let request = match decoded {
        Ok(request) => request,
        Err(unservable) => return refuse(media, unservable),
    };
    match context(&front, &headers, peer).await {
        Ok(context) => answer(&front, media, request, context).await,
        Err(unservable) => refuse(media, unservable),
    }
}

/// Queries only: a link must not change anything.
pub(crate) async fn get(
    State(front): State<Arc<Front>>,
    parameters: Result<Query<Vec<(String, String)>>, axum::extract::rejection::QueryRejection>,
    request: HttpRequest,
) -> HttpResponse {
    let media = match negotiate::accepted(request.headers()) {
        Some(media) => media,
        None => return unacceptable(),
    };
    let (headers, peer) = caller(&request);
    let decoded = parameters
        .map_err(|err| Unservable::bad(format!("query string is malformed: {err}")))
        .and_then(|Query(parameters)| decode::query_string(parameters));
    let request = match decoded {
        Ok(request) => request,
        Err(unservable) => return refuse(media, unservable),
    };
    let context = match context(&front, &headers, peer).await {
        Ok(context) => context,
        Err(unservable) => return refuse(media, unservable),
    };
    let name = request.operation_name.as_deref();
    if let Ok(OperationKind::Mutation) = front.engine.kind(&request.query, name).await {
        let status = StatusCode::METHOD_NOT_ALLOWED;
        return refuse(
            media,
            Unservable::new(status, "mutations must be sent by POST"),
        );
    }
    answer(&front, media, request, context).await
}

/// Who is calling.
async fn context(
    front: &Front,
    headers: &HeaderMap,
    peer: Option<SocketAddr>,
) -> Result<Context, Unservable> {
    match front.recognise(headers, peer).await {
        Ok(extensions) => Ok(Context {
            extensions,
            deadline: None,
        }),
        Err(error) => Err(Unservable {
            status: negotiate::status_of(&error),
            error,
        }),
    }
}

async fn answer(front: &Front, media: Media, request: Request, context: Context) -> HttpResponse {
    let response = front.engine.execute(request, context).await;
    negotiate::answer(media, &response)
}

fn refuse(media: Media, unservable: Unservable) -> HttpResponse {
    negotiate::refusal(media, unservable.status, unservable.error)
}

fn caller(request: &HttpRequest) -> (HeaderMap, Option<SocketAddr>) {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    (request.headers().clone(), peer.map(|info| info.0))
}

async fn read(
    front: &Front,
    headers: &HeaderMap,
    request: HttpRequest,
) -> Result<Request, Unservable> {
    match body_kind(headers) {
        BodyKind::Json => read_json(front, request).await,
        BodyKind::Multipart => read_multipart(front, request).await,
        BodyKind::Other => Err(Unservable::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content-type must be application/json or multipart/form-data",
        )),
    }
}

enum BodyKind {
    Json,
    Multipart,
    Other,
}

fn body_kind(headers: &HeaderMap) -> BodyKind {
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let media = content_type.and_then(|text| text.split(';').next());
    match media
        .map(|media| media.trim().to_ascii_lowercase())
        .as_deref()
    {
        Some("application/json") => BodyKind::Json,
        Some("multipart/form-data") => BodyKind::Multipart,
        _ => BodyKind::Other,
    }
}

async fn read_json(front: &Front, request: HttpRequest<Body>) -> Result<Request, Unservable> {
    let max = front.options.body_max;
    let bytes = to_bytes(request.into_body(), max).await.map_err(|_| {
        let message = format!("body is larger than {max} bytes, or broke off");
        Unservable::new(StatusCode::PAYLOAD_TOO_LARGE, message)
    })?;
    decode::json(&bytes)
}

async fn read_multipart(front: &Front, request: HttpRequest) -> Result<Request, Unservable> {
    let body = Multipart::from_request(request, &())
        .await
        .map_err(|err| Unservable::bad(format!("body is not multipart: {err}")))?;
    multipart::decode(body, &front.options).await
}

fn unacceptable() -> HttpResponse {
    let status = StatusCode::NOT_ACCEPTABLE;
    let message = "answers are application/graphql-response+json or application/json";
    refuse(Media::Json, Unservable::new(status, message))
}
