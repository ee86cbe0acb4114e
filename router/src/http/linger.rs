//! Reading on when an answer needs no more of a body.
//!
//! Whoever is refused while still sending would lose the answer: a connection that is closed with
//! unread bytes is reset (RFC 9112, section 9.6), and the reset overtakes the answer. So what is left
//! of a body is read for a while and thrown away.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request as HttpRequest;
use http::Version;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt as _;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// For how long the rest of a body is read; longer than a client takes that is not slow on purpose.
const LINGERING_MAX: Duration = Duration::from_secs(10);
/// Bodies of which the rest is read at once; whoever comes when there are more is reset.
static PLACES: Semaphore = Semaphore::const_new(128);

/// A body of which the rest is read when nobody wants it any more.
struct Lingering {
    /// Until it has ended.
    rest: Option<Body>,
}

/// The request with such a body. On HTTP/2 a stream ends without the connection, so none is needed.
pub(crate) fn lingering(request: HttpRequest) -> HttpRequest {
    if request.version() > Version::HTTP_11 || request.body().is_end_stream() {
        return request;
    }
    request.map(|body| Body::new(Lingering { rest: Some(body) }))
}

impl HttpBody for Lingering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(rest) = &mut self.rest else {
            return Poll::Ready(None);
        };
        let polled = Pin::new(rest).poll_frame(cx);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.rest = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.rest.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let ended = SizeHint::with_exact(0);
        self.rest.as_ref().map_or(ended, HttpBody::size_hint)
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        let rest = self.rest.take().filter(|rest| !rest.is_end_stream());
        let (Some(rest), Ok(place), Ok(runtime)) =
            (rest, PLACES.try_acquire(), Handle::try_current())
        else {
            return;
        };
        runtime.spawn(async move {
            // What becomes of it is nobody's business.
            let _ = timeout(LINGERING_MAX, discard(rest)).await;
            drop(place);
        });
    }
}

async fn discard(mut rest: Body) {
    while let Some(Ok(_)) = rest.frame().await {}
}
