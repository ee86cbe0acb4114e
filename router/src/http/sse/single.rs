//! `/graphql/stream`, the single connection mode: `PUT` reserves a stream, `GET` opens it,
//! `POST` starts operations whose answers it tells, `DELETE` stops one.
//!
//! Without a token, `GET` and `POST` are those of `/graphql`.

use std::sync::Arc;

use axum::extract::{Query, Request as HttpRequest, State};
use axum::response::{IntoResponse, Response as HttpResponse};
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode};
use serde_json::Value as Json;
use tokio::sync::mpsc;

use crate::engine::{Context, Request, Response};
use crate::error::{Code, GraphQLError};
use crate::http::body::Incoming;
use crate::http::decode::Unservable;
use crate::http::negotiate::{self, Media, Streams as Streamed};
use crate::http::sse::event::Naming;
use crate::http::sse::feed::{CHUNKS_MAX, Feed, locked};
use crate::http::sse::streams::{Reservation, Streams};
use crate::http::{Front, handler, sse};

const TOKEN: &str = "x-graphql-event-stream-token";

/// Reserves a stream; the body of the answer is its token.
pub(crate) async fn put(State(front): State<Arc<Front>>, request: HttpRequest) -> HttpResponse {
    let (headers, peer) = handler::caller(&request);
    let context = match front.context(&headers, peer).await {
        Ok(context) => context,
        Err(unservable) => return negotiate::refusal(media(&request), unservable),
    };
    match Streams::reserve(&front, context) {
        Some(token) => {
            let text = HeaderValue::from_static("text/plain; charset=utf-8");
            (StatusCode::CREATED, [(CONTENT_TYPE, text)], token).into_response()
        }
        None => negotiate::refusal(media(&request), sse::too_many()),
    }
}

/// Opens a reserved stream. The token is the credential, for a browser can send no other.
pub(crate) async fn get(state: State<Arc<Front>>, request: HttpRequest) -> HttpResponse {
    let Some(token) = token(&request) else {
        return handler::get(state, request).await;
    };
    let State(front) = state;
    let accepted = negotiate::accepted(request.headers());
    if accepted.is_none_or(|accepted| accepted.streams == Streamed::Nothing) {
        return handler::unacceptable();
    }
    let Some(reservation) = front.streams.find(&token) else {
        return negotiate::refusal(media(&request), unknown());
    };
    if request.method() == Method::HEAD {
        return sse::empty();
    }
    let Some(arriving) = reservation.connect() else {
        let taken = Unservable::new(StatusCode::CONFLICT, "stream is open already");
        return negotiate::refusal(media(&request), taken);
    };
    let (body, chunks) = mpsc::channel(CHUNKS_MAX);
    let feed = Feed {
        front: Arc::clone(&front),
        naming: Naming::Single,
        operations: Arc::clone(&reservation.operations),
        arriving,
        context: reservation.context.clone(),
        body,
    };
    tokio::spawn(async move {
        feed.write().await;
        front.streams.end(&token);
    });
    sse::open(chunks)
}

/// Starts an operation on a stream.
pub(crate) async fn post(state: State<Arc<Front>>, request: HttpRequest) -> HttpResponse {
    let Some(token) = token(&request) else {
        return handler::post(state, request).await;
    };
    let State(front) = state;
    let media = media(&request);
    match start(&front, media, &token, request).await {
        Ok(answer) => answer,
        Err(unservable) => negotiate::refusal(media, unservable),
    }
}

/// Stops an operation.
pub(crate) async fn delete(State(front): State<Arc<Front>>, request: HttpRequest) -> HttpResponse {
    let found = token(&request).and_then(|token| front.streams.find(&token));
    let Some(reservation) = found else {
        return negotiate::refusal(media(&request), unknown());
    };
    match parameter(&request, "operationId") {
        Some(id) => {
            locked(&reservation.operations).stop(&id);
            StatusCode::OK.into_response()
        }
        None => {
            let message = "parameter operationId is missing";
            negotiate::refusal(media(&request), Unservable::bad(message))
        }
    }
}

/// Tells what may be asked.
pub(crate) async fn options() -> HttpResponse {
    let allow = HeaderValue::from_static("GET,HEAD,POST,PUT,DELETE,OPTIONS");
    (StatusCode::NO_CONTENT, [(ALLOW, allow)]).into_response()
}

async fn start(
    front: &Arc<Front>,
    media: Media,
    token: &str,
    request: HttpRequest,
) -> Result<HttpResponse, Unservable> {
    let reservation = front.streams.find(token).ok_or_else(unknown)?;
    let (headers, peer) = handler::caller(&request);
    let Incoming::One(asked) = handler::read(front, request).await? else {
        return Err(Unservable::bad("a stream takes one operation at a time"));
    };
    let id = asked.extensions.get("operationId").and_then(Json::as_str);
    let Some(id) = id.map(ToOwned::to_owned) else {
        return Err(Unservable::bad("extensions.operationId is missing"));
    };
    let context = front.context(&headers, peer).await?;
    let resolved = front.persisted.resolve(&front.engine, *asked).await;
    let valid = match resolved {
        Ok(request) => {
            let name = request.operation_name.as_deref();
            let kind = front.engine.kind(&request.query, name).await;
            kind.map(|_| request)
        }
        Err(error) => Err(vec![error]),
    };
    match valid {
        Ok(request) => run(front, &reservation, &id, request, context),
        Err(errors) => Ok(negotiate::rejection(media, &Response::refused(errors))),
    }
}

fn run(
    front: &Arc<Front>,
    reservation: &Reservation,
    id: &str,
    request: Request,
    context: Context,
) -> Result<HttpResponse, Unservable> {
    let mut operations = locked(&reservation.operations);
    if operations.contains(id) {
        let message = format!("operation {id:?} runs already");
        return Err(Unservable::new(StatusCode::CONFLICT, message));
    }
    let max = front.options.sse.operations_max;
    if operations.len() >= max {
        let message = format!("more than {max} operations on one stream");
        return Err(Unservable {
            status: StatusCode::TOO_MANY_REQUESTS,
            error: GraphQLError::new(Code::RateLimited, message),
            header: None,
        });
    }
    let answers = reservation.answers.clone();
    let engine = Arc::clone(&front.engine);
    let asked = std::future::ready(Ok((request, context)));
    operations.start(id, engine, asked, answers);
    Ok(StatusCode::ACCEPTED.into_response())
}

/// The token of a stream, from the header or, for browsers, from the query string.
fn token(request: &HttpRequest) -> Option<String> {
    let header = request.headers().get(TOKEN);
    header
        .and_then(|value| value.to_str().ok())
        .map(ToOwned::to_owned)
        .or_else(|| parameter(request, "token"))
}

fn parameter(request: &HttpRequest, name: &str) -> Option<String> {
    let Query(parameters) = Query::<Vec<(String, String)>>::try_from_uri(request.uri()).ok()?;
    let found = parameters.into_iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value)
}

fn media(request: &HttpRequest) -> Media {
    let accepted = negotiate::accepted(request.headers());
    accepted.map(|accepted| accepted.media).unwrap_or_default()
}

fn unknown() -> Unservable {
    Unservable::new(
        StatusCode::NOT_FOUND,
        "stream is not reserved, or has ended",
    )
}
