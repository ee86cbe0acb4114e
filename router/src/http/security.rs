//! Headers that tell browsers what not to do with an answer.

use axum::response::Response as HttpResponse;
use axum::{Router, middleware};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use http::{HeaderName, HeaderValue};

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
    app.layer(middleware::map_response(secured))
}

pub(crate) async fn secured(mut answer: HttpResponse) -> HttpResponse {
    for (name, value) in ALWAYS {
        let entry = answer.headers_mut().entry(name);
        entry.or_insert(HeaderValue::from_static(value));
    }
    answer
}

/// Answers belong to one caller and one moment.
pub(crate) async fn unstored(mut answer: HttpResponse) -> HttpResponse {
    let no_store = HeaderValue::from_static("no-store");
    answer.headers_mut().insert(CACHE_CONTROL, no_store);
    answer
}
