//! Compression of answers, as the client accepts it.

use axum::http::Response;
use http::header::CONTENT_TYPE;
use http_body::Body;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{Predicate, SizeAbove};

use crate::http::CompressionOptions;

/// Compresses what is long enough; nothing when it is switched off.
pub(crate) fn layer(options: &CompressionOptions) -> CompressionLayer<Worthwhile> {
    let worthwhile = Worthwhile {
        is_on: options.answers,
        size: SizeAbove::new(options.size_min),
    };
    CompressionLayer::new()
        .quality(CompressionLevel::Precise(options.level))
        .compress_when(worthwhile)
}

/// Long answers, and no event streams: a compressor would hold events back.
#[derive(Clone)]
pub(crate) struct Worthwhile {
    is_on: bool,
    size: SizeAbove,
}

impl Predicate for Worthwhile {
    fn should_compress<B: Body>(&self, response: &Response<B>) -> bool {
        let content_type = response.headers().get(CONTENT_TYPE);
        let is_stream = content_type
            .and_then(|value| value.to_str().ok())
            .is_some_and(|media| media.starts_with("text/event-stream"));
        self.is_on && !is_stream && self.size.should_compress(response)
    }
}
