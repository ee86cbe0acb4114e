//! Several requests in one body, answered in their order.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response as HttpResponse;
use bytes::Bytes;
use futures::{StreamExt, stream};
use http::StatusCode;

use crate::engine::{Context, Request, Response};
use crate::error::GraphQLError;
use crate::http::Front;
use crate::http::decode::{Asked, Unservable};
use crate::http::negotiate::{self, Media};
use crate::subgraph::OperationKind;

/// Answers a batch with a list: 200, for every answer tells for itself what became of it.
pub(crate) async fn answer(
    front: &Arc<Front>,
    media: Media,
    batch: Vec<Result<Asked, Unservable>>,
    context: Context,
) -> HttpResponse {
    let mut requests = Vec::with_capacity(batch.len());
    let mut writes = false;
    for asked in batch {
        let request = resolve(front, asked).await;
        if let Ok(request) = &request {
            let name = request.operation_name.as_deref();
            let kind = front.engine.kind(&request.query, name).await;
            writes |= matches!(kind, Ok(OperationKind::Mutation));
        }
        requests.push(request);
    }
    // What comes after a mutation may count on it.
    let concurrency = match writes {
        true => 1,
        false => front.options.batch.concurrency_max.max(1),
    };
    let answers: Vec<Bytes> = stream::iter(requests)
        .map(|request| one(front, request, context.clone()))
        .buffered(concurrency)
        .collect()
        .await;
    let body = [b"[", answers.join(&b","[..]).as_slice(), b"]"].concat();
    negotiate::body(media, StatusCode::OK, Body::from(body))
}

async fn resolve(front: &Front, asked: Result<Asked, Unservable>) -> Result<Request, GraphQLError> {
    let asked = asked.map_err(|unservable| unservable.error)?;
    front.persisted.resolve(&front.engine, asked).await
}

async fn one(
    front: &Arc<Front>,
    request: Result<Request, GraphQLError>,
    context: Context,
) -> Bytes {
    let response = match request {
        Ok(request) => front.engine.execute(request, context).await,
        Err(error) => Response::refused(vec![error]),
    };
    response.body().clone()
}
