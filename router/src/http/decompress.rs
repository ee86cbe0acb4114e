//! Compressed bodies of requests.
//!
//! A small body can stand for a huge one. So the bytes are bounded before decompression, the
//! reader bounds them after it, and no stream may ask for a large window.

use std::error::Error;
use std::io;

use async_compression::tokio::bufread::{BrotliDecoder, GzipDecoder, ZstdDecoder};
use async_compression::zstd::DParameter;
use axum::body::Body;
use axum::extract::Request as HttpRequest;
use futures::TryStreamExt;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::{HeaderMap, StatusCode};
use http_body_util::{LengthLimitError, Limited};
use tokio::io::AsyncRead;
use tokio_util::io::{ReaderStream, StreamReader};

use crate::http::HttpOptions;
use crate::http::decode::Unservable;

/// 8 MiB, the largest window that RFC 9659 lets a `zstd` content encoding have.
const ZSTD_WINDOW_LOG_MAX: u32 = 23;

const KNOWN: &str = "gzip, br, zstd";

enum Coding {
    Identity,
    Gzip,
    Brotli,
    Zstd,
}

/// The request with a plain body.
pub(crate) fn plain(
    request: HttpRequest,
    options: &HttpOptions,
) -> Result<HttpRequest, Unservable> {
    let coding = coding(request.headers())
        .filter(|coding| options.compression.bodies || matches!(coding, Coding::Identity))
        .ok_or_else(|| unsupported(options))?;
    if matches!(coding, Coding::Identity) {
        return Ok(request);
    }
    let (mut head, body) = request.into_parts();
    let body = Body::new(Limited::new(body, options.multipart_max));
    head.headers.remove(CONTENT_ENCODING);
    head.headers.remove(CONTENT_LENGTH);
    let compressed = StreamReader::new(body.into_data_stream().map_err(|err| {
        let kind = match is_too_long(&err) {
            true => io::ErrorKind::FileTooLarge,
            false => io::ErrorKind::UnexpectedEof,
        };
        io::Error::new(kind, err)
    }));
    let body = match coding {
        Coding::Gzip | Coding::Identity => stream(GzipDecoder::new(compressed)),
        Coding::Brotli => stream(BrotliDecoder::new(compressed)),
        Coding::Zstd => {
            let window = DParameter::window_log_max(ZSTD_WINDOW_LOG_MAX);
            stream(ZstdDecoder::with_params(compressed, &[window]))
        }
    };
    Ok(HttpRequest::from_parts(head, body))
}

fn stream(reader: impl AsyncRead + Send + 'static) -> Body {
    Body::from_stream(ReaderStream::new(reader))
}

/// The one encoding of a body; `None` when there are several, or it is none of ours.
fn coding(headers: &HeaderMap) -> Option<Coding> {
    let mut values = headers.get_all(CONTENT_ENCODING).iter();
    let Some(value) = values.next() else {
        return Some(Coding::Identity);
    };
    if values.next().is_some() {
        return None;
    }
    match value.to_str().ok()?.trim().to_ascii_lowercase().as_str() {
        "" | "identity" => Some(Coding::Identity),
        "gzip" | "x-gzip" => Some(Coding::Gzip),
        "br" => Some(Coding::Brotli),
        "zstd" => Some(Coding::Zstd),
        _ => None,
    }
}

fn unsupported(options: &HttpOptions) -> Unservable {
    let (known, message) = match options.compression.bodies {
        true => (KNOWN, "content-encoding must be one of gzip, br and zstd"),
        false => ("identity", "bodies must not be compressed"),
    };
    Unservable::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message).with("accept-encoding", known)
}

/// Whether a body could not be read because it is too long, rather than broken.
pub(crate) fn is_too_long(err: &(dyn Error + 'static)) -> bool {
    let mut next = Some(err);
    while let Some(err) = next {
        let is_limit = err.is::<LengthLimitError>()
            || err
                .downcast_ref::<io::Error>()
                .is_some_and(|err| err.kind() == io::ErrorKind::FileTooLarge);
        if is_limit {
            return true;
        }
        next = err.source();
    }
    false
}
