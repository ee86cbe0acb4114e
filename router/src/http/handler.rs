//! `POST /graphql` and `GET /graphql`.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Query, Request as HttpRequest, State};
use axum::response::{IntoResponse, Response as HttpResponse};
use http::header::ALLOW;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use tokio::time::timeout;

use crate::engine::{Context, Request, Response};
use crate::error::GraphQLError;
use crate::http::body::{self, Incoming};
use crate::http::decode::{self, Asked, Unservable};
use crate::http::negotiate::{self, Accepted, Media, Streams};
use crate::http::{Front, batch, sse};
use crate::subgraph::OperationKind;

/// Queries and mutations, perhaps with files, and subscriptions as event streams.
pub(crate) async fn post(State(front): State<Arc<Front>>, request: HttpRequest) -> HttpResponse {
    let Some(accepted) = negotiate::accepted(request.headers()) else {
        return unacceptable();
    };
    let (headers, peer) = caller(&request);
    // Before the body: who sends a bad credential makes no more work than that.
    let context = match front.context(&headers, peer).await {
        Ok(context) => context,
        Err(unservable) => return negotiate::refusal(accepted.media, unservable),
    };
    let incoming = match read(&front, request).await {
        Ok(incoming) => incoming,
        Err(unservable) => return negotiate::refusal(accepted.media, unservable),
    };
    match incoming {
        Incoming::One(asked) => {
            let request = front.persisted.resolve(&front.engine, *asked).await;
            answer(&front, accepted, request, context).await
        }
        Incoming::Batch(_) if accepted.streams == Streams::Everything => {
            let unservable = Unservable::bad("a batch can not be answered by an event stream");
            negotiate::refusal(accepted.media, unservable)
        }
        Incoming::Batch(batch) => {
            let extensions = context.extensions.clone();
            let mut answer = batch::answer(&front, accepted.media, batch, context).await;
            front.answered(&extensions, &mut answer);
            answer
        }
    }
}

/// Queries, and subscriptions as event streams: a link must not change anything.
pub(crate) async fn get(State(front): State<Arc<Front>>, request: HttpRequest) -> HttpResponse {
    let Some(accepted) = negotiate::accepted(request.headers()) else {
        return unacceptable();
    };
    let (headers, peer) = caller(&request);
    let asked = match parameters(&request) {
        Ok(asked) => asked,
        Err(unservable) => return negotiate::refusal(accepted.media, unservable),
    };
    let context = match front.context(&headers, peer).await {
        Ok(context) => context,
        Err(unservable) => return negotiate::refusal(accepted.media, unservable),
    };
    let resolved = front.persisted.resolve(&front.engine, asked).await;
    if let Ok(request) = &resolved
        && front.kind(request).await == Some(OperationKind::Mutation)
    {
        let status = StatusCode::METHOD_NOT_ALLOWED;
        let unservable =
            Unservable::new(status, "mutations must be sent by POST").with("allow", "POST");
        return negotiate::refusal(accepted.media, unservable);
    }
    if request.method() == Method::HEAD && accepted.streams == Streams::Everything {
        return sse::empty();
    }
    answer(&front, accepted, resolved, context).await
}

/// Tells what may be asked; preflights of other origins are answered before.
pub(crate) async fn options() -> HttpResponse {
    let allow = HeaderValue::from_static("GET,HEAD,POST,OPTIONS");
    (StatusCode::NO_CONTENT, [(ALLOW, allow)]).into_response()
}

/// Any other method.
pub(crate) async fn wrong_method(headers: HeaderMap) -> HttpResponse {
    let media = negotiate::accepted(&headers).map(|accepted| accepted.media);
    let status = StatusCode::METHOD_NOT_ALLOWED;
    let unservable = Unservable::new(
        status,
        "this method is not served here; the header `Allow` names those that are",
    );
    negotiate::refusal(media.unwrap_or_default(), unservable)
}

/// Reads a body in time.
pub(crate) async fn read(front: &Front, request: HttpRequest) -> Result<Incoming, Unservable> {
    let read = timeout(
        front.options.read_timeout,
        body::read(request, &front.options),
    );
    read.await.unwrap_or_else(|_elapsed| {
        let status = StatusCode::REQUEST_TIMEOUT;
        Err(Unservable::new(status, "body did not arrive in time"))
    })
}

/// The credentials of a request, and where it comes from.
pub(crate) fn caller(request: &HttpRequest) -> (HeaderMap, Option<SocketAddr>) {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    (request.headers().clone(), peer.map(|info| info.0))
}

/// Nothing that the client accepts is what we have.
pub(crate) fn unacceptable() -> HttpResponse {
    let status = StatusCode::NOT_ACCEPTABLE;
    let message =
        "answers are application/graphql-response+json, application/json or text/event-stream";
    negotiate::refusal(Media::Json, Unservable::new(status, message))
}

async fn answer(
    front: &Arc<Front>,
    accepted: Accepted,
    request: Result<Request, GraphQLError>,
    context: Context,
) -> HttpResponse {
    let streams = match (accepted.streams, &request) {
        (Streams::Everything, _) => true,
        (Streams::Subscriptions, Ok(request)) => {
            front.kind(request).await == Some(OperationKind::Subscription)
        }
        (Streams::Subscriptions, Err(_)) | (Streams::Nothing, _) => false,
    };
    if streams {
        return sse::distinct(front, accepted.media, request, context);
    }
    let extensions = context.extensions.clone();
    let response = match request {
        Ok(request) => front.engine.execute(request, context).await,
        Err(error) => Response::refused(vec![error]),
    };
    let mut answer = negotiate::answer(accepted.media, &response);
    front.answered(&extensions, &mut answer);
    answer
}

fn parameters(request: &HttpRequest) -> Result<Asked, Unservable> {
    let Query(parameters) = Query::<Vec<(String, String)>>::try_from_uri(request.uri())
        .map_err(|err| Unservable::bad(format!("query string is malformed: {err}")))?;
    decode::query_string(parameters)
}
