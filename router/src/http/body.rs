//! From the body of a POST to what it asks.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Multipart, Request as HttpRequest};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};

use crate::http::decode::{self, Asked, Unservable};
use crate::http::{HttpOptions, decompress, multipart};

/// What a body asks.
pub(crate) enum Incoming {
    /// One request.
    One(Box<Asked>),
    /// Several, each of which may be wrong for itself.
    Batch(Vec<Result<Asked, Unservable>>),
}

/// Reads a body, however it is written.
pub(crate) async fn read(
    request: HttpRequest,
    options: &HttpOptions,
) -> Result<Incoming, Unservable> {
    let kind = kind(request.headers())?;
    let request = decompress::plain(request, options)?;
    match kind {
        Kind::Json => read_json(request, options).await,
        Kind::Multipart => {
            let body = Multipart::from_request(request, &())
                .await
                .map_err(|err| Unservable::bad(format!("body is not multipart: {err}")))?;
            Box::pin(multipart::decode(body, options)).await
        }
    }
}

enum Kind {
    Json,
    Multipart,
}

fn kind(headers: &HeaderMap) -> Result<Kind, Unservable> {
    let refused =
        |message: &str| Unservable::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message.to_owned());
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let mut parts = content_type.split(';').map(str::trim);
    match parts.next().map(str::to_ascii_lowercase).as_deref() {
        Some("application/json") if parts.all(is_utf8) => Ok(Kind::Json),
        Some("application/json") => Err(refused("the charset of a body must be utf-8")),
        Some("multipart/form-data") => Ok(Kind::Multipart),
        _ => Err(refused(
            "content-type must be application/json or multipart/form-data",
        )),
    }
}

/// Whether a parameter of a media type is anything else than another charset.
fn is_utf8(parameter: &str) -> bool {
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    let charset = value.trim().trim_matches('"');
    !name.trim().eq_ignore_ascii_case("charset")
        || ["utf-8", "utf8"]
            .iter()
            .any(|utf8| charset.eq_ignore_ascii_case(utf8))
}

async fn read_json(request: HttpRequest, options: &HttpOptions) -> Result<Incoming, Unservable> {
    let max = options.body_max;
    let bytes = to_bytes(request.into_body(), max).await.map_err(|err| {
        if decompress::is_too_long(&err) {
            let message = format!("body is larger than {max} bytes");
            return Unservable::new(StatusCode::PAYLOAD_TOO_LARGE, message);
        }
        Unservable::bad("body broke off, or is not encoded as content-encoding says")
    })?;
    decode::json(&bytes, options)
}
