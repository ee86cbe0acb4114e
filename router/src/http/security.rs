//! Headers that tell browsers what not to do with an answer.

use axum::Router;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use http::{HeaderName, HeaderValue, Response};
use tower::util::MapResponseLayer;

const ALWAYS: [(HeaderName, &str); 4] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (X_FRAME_OPTIONS, "DENY"),
];

/// Adds security headers to every answer of an app, also to those of unknown paths. What an
/// answer says itself stays.
pub fn secure(app: Router) -> Router {
    app.layer(MapResponseLayer::new(secured))
}

pub(crate) fn secured<B>(mut answer: Response<B>) -> Response<B> {
    for (name, value) in ALWAYS {
        let entry = answer.headers_mut().entry(name);
        entry.or_insert(HeaderValue::from_static(value));
    }
    answer
}

/// Answers belong to one caller and one moment.
pub(crate) fn unstored<B>(mut answer: Response<B>) -> Response<B> {
    let no_store = HeaderValue::from_static("no-store");
    answer.headers_mut().insert(CACHE_CONTROL, no_store);
    answer
}
