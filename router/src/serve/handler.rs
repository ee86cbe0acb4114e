//! `POST /graphql`: one operation in, its answer out.

use std::sync::Arc;

use async_graphql::http::{MultipartOptions, receive_body};
use async_graphql::{ParseRequestError, Request};
use axum::RequestExt;
use axum::extract::{self, State};
use axum::response::{IntoResponse, Response};
use futures::TryStreamExt;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::Served;
use super::answer::{self, Question, answer};
use crate::error::{Code, GraphQLError};
use crate::subgraph::{OperationKind, SubgraphResponse};

const JSON: &str = "application/json";
const GRAPHQL_JSON: &str = "application/graphql-response+json";

pub(super) async fn execute(
    State(served): State<Arc<Served>>,
    request: extract::Request,
) -> Response {
    let extensions = match served.admit.admit(request.headers()) {
        Ok(extensions) => Arc::new(extensions),
        Err(error) => return refuse(StatusCode::UNAUTHORIZED, error),
    };
    let Ok(_turn) = Arc::clone(&served.requests).try_acquire_owned() else {
        let error = GraphQLError::new(Code::RateLimited, "too many requests are under way");
        return refuse(StatusCode::SERVICE_UNAVAILABLE, error);
    };
    let media_type = media_type(request.headers());
    let question = match tokio::time::timeout(served.options.timeout, read(&served, request)).await
    {
        Ok(Ok(request)) => request,
        Ok(Err((status, error))) => return refuse(status, error),
        Err(_elapsed) => {
            let error = GraphQLError::new(Code::GatewayTimeout, "the body did not come in time");
            return refuse(StatusCode::REQUEST_TIMEOUT, error);
        }
    };
    let operation = match served.operations.find(&question.query).await {
        Ok(operation) if operation.kind == OperationKind::Subscription => {
            let error = GraphQLError::new(Code::BadUserInput, "subscriptions go to /ws");
            return refuse(StatusCode::BAD_REQUEST, error);
        }
        Ok(operation) => operation,
        Err(error) => return refuse(StatusCode::BAD_REQUEST, error),
    };
    let is_mutation = operation.kind == OperationKind::Mutation;
    let question = Question {
        operation,
        variables: question.variables,
        uploads: question.uploads,
        extensions: Arc::clone(&extensions),
    };
    let response = if is_mutation {
        to_its_end(Arc::clone(&served), question).await
    } else {
        answer(&served, question).await
    };

    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    served.admit.answered(&extensions, &mut headers);
    (headers, answer::write(&response)).into_response()
}

/// A mutation that has begun goes on even when the router is gone.
async fn to_its_end(served: Arc<Served>, question: Question) -> SubgraphResponse {
    let running = tokio::spawn(async move { answer(&served, question).await });
    running
        .await
        .unwrap_or_else(|_| SubgraphResponse::failed(GraphQLError::internal()))
}

/// Reads the body: JSON, or a multipart form with files, which go to temporary files.
async fn read(
    served: &Served,
    request: extract::Request,
) -> Result<Request, (StatusCode, GraphQLError)> {
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let content_type = content_type
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let is_known = [JSON, "multipart/form-data"]
        .iter()
        .any(|known| content_type.starts_with(known));
    if !is_known {
        let error = GraphQLError::new(Code::BadUserInput, "a body is JSON or multipart");
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, error));
    }
    let options = MultipartOptions::default()
        .max_file_size(served.options.body_max)
        .max_num_files(served.options.files_max);
    let body = request.into_limited_body().into_data_stream();
    let body = body.map_err(std::io::Error::other).into_async_read();
    let read = receive_body(Some(&content_type), body, options).await;
    read.map_err(|err| {
        let status = match err {
            ParseRequestError::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::BAD_REQUEST,
        };
        let message = format!("the body is unreadable: {err}");
        (status, GraphQLError::new(Code::BadUserInput, message))
    })
}

/// The media type that the router prefers, of the two that there are.
fn media_type(headers: &HeaderMap) -> &'static str {
    let accepts = headers.get(header::ACCEPT);
    let accepts = accepts.and_then(|value| value.to_str().ok());
    match accepts {
        Some(accepts) if accepts.contains(GRAPHQL_JSON) => GRAPHQL_JSON,
        _ => JSON,
    }
}

/// An answer to what was not executed.
pub(super) fn refuse(status: StatusCode, error: GraphQLError) -> Response {
    let body = answer::write(&SubgraphResponse::failed(error));
    (status, [(header::CONTENT_TYPE, JSON)], body).into_response()
}
