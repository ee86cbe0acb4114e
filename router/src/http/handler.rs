//! `POST /graphql` and `GET /graphql`.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, FromRequest, Multipart, Query, Request as HttpRequest, State};
use axum::response::Response as HttpResponse;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};

use crate::engine::{Context, Request};
use crate::http::Front;
use crate::http::decode::{self, Undecodable};
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
    let decoded = match body_kind(&headers) {
        BodyKind::Json => read_json(&front, request).await,
        BodyKind::Multipart => read_multipart(&front, request).await,
        BodyKind::Other => Err(Undecodable::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content-type must be application/json or multipart/form-data",
        )),
    };
    match decoded {
        Ok(request) => execute(&front, media, &headers, peer, request).await,
        Err(undecodable) => negotiate::refusal(media, undecodable.status, undecodable.error),
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
        .map_err(|err| Undecodable::bad(format!("query string is malformed: {err}")))
        .and_then(|Query(parameters)| decode::query_string(parameters));
    let request = match decoded {
        Ok(request) => request,
        Err(undecodable) => {
            return negotiate::refusal(media, undecodable.status, undecodable.error);
        }
    };
    let name = request.operation_name.as_deref();
    if let Ok(OperationKind::Mutation) = front.engine.kind(&request.query, name).await {
        let status = StatusCode::METHOD_NOT_ALLOWED;
        let refused = Undecodable::new(status, "mutations must be sent by POST");
        return negotiate::refusal(media, status, refused.error);
    }
    execute(&front, media, &headers, peer, request).await
}

async fn execute(
    front: &Front,
    media: Media,
    headers: &HeaderMap,
    peer: Option<SocketAddr>,
    request: Request,
) -> HttpResponse {
    let extensions = match front.authenticate.authenticate(headers, peer).await {
        Ok(extensions) => extensions,
        Err(error) => return negotiate::refusal(media, negotiate::status_of(&error), error),
    };
    let context = Context {
        extensions,
        deadline: None,
    };
    let response = front.engine.execute(request, context).await;
    negotiate::answer(media, &response)
}

fn caller(request: &HttpRequest) -> (HeaderMap, Option<SocketAddr>) {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    (request.headers().clone(), peer.map(|info| info.0))
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

async fn read_json(front: &Front, request: HttpRequest<Body>) -> Result<Request, Undecodable> {
    let max = front.options.body_max;
    let bytes = to_bytes(request.into_body(), max).await.map_err(|_| {
        let message = format!("body is larger than {max} bytes, or broke off");
        Undecodable::new(StatusCode::PAYLOAD_TOO_LARGE, message)
    })?;
    decode::json(&bytes)
}

async fn read_multipart(front: &Front, request: HttpRequest) -> Result<Request, Undecodable> {
    let body = Multipart::from_request(request, &())
        .await
        .map_err(|err| Undecodable::bad(format!("body is not multipart: {err}")))?;
    multipart::decode(body, &front.options).await
}

fn unacceptable() -> HttpResponse {
    let status = StatusCode::NOT_ACCEPTABLE;
    let message = "answers are application/graphql-response+json or application/json";
    negotiate::refusal(Media::Json, status, Undecodable::new(status, message).error)
}
