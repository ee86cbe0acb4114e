//! Distinct connections: a stream for each operation.

use std::sync::{Arc, Mutex};

use axum::response::Response as HttpResponse;
use tokio::sync::mpsc;

use crate::engine::{Context, Request};
use crate::error::GraphQLError;
use crate::http::negotiate::{self, Media};
use crate::http::operations::Operations;
use crate::http::sse::event::Naming;
use crate::http::sse::feed::{CHUNKS_MAX, Feed};
use crate::http::{Front, sse};

/// Answers an operation by an event stream. What is wrong with it is an event, too: a browser
/// shows nobody the body of another answer.
pub(crate) fn distinct(
    front: &Arc<Front>,
    media: Media,
    request: Result<Request, GraphQLError>,
    context: Context,
) -> HttpResponse {
    let Some(permit) = front.streams.permit() else {
        return negotiate::refusal(media, sse::too_many());
    };
    let (answers, arriving) = mpsc::channel(front.options.sse.pending_max.max(1));
    let (body, chunks) = mpsc::channel(CHUNKS_MAX);
    let mut operations = Operations::default();
    let asked = std::future::ready(request.map(|request| (request, context.clone())));
    let engine = Arc::clone(&front.engine);
    operations.start("", engine, asked, answers);
    let feed = Feed {
        front: Arc::clone(front),
        naming: Naming::Distinct,
        operations: Arc::new(Mutex::new(operations)),
        arriving,
        context,
        body,
    };
    tokio::spawn(async move {
        feed.write().await;
        drop(permit);
    });
    sse::open(chunks)
}
