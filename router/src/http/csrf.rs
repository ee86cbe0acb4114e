//! Requests that a foreign page makes a browser send, with whatever the browser adds by itself.
//!
//! A form, an image or a `fetch` without preflight can only send some content types, and no
//! header of its own. Whoever sends another content type or such a header has passed a
//! preflight, or is no browser.

use std::sync::Arc;

use axum::extract::{Request as HttpRequest, State};
use axum::middleware::Next;
use axum::response::Response as HttpResponse;
use http::header::{CONTENT_TYPE, ORIGIN};
use http::{HeaderMap, Method};

use crate::error::{Code, GraphQLError};
use crate::http::decode::Unservable;
use crate::http::{Front, HttpOptions, negotiate};

/// What a form can send, and what a missing header means to a lenient reader.
const FORM_TYPES: [&str; 3] = [
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "text/plain",
];

/// Refuses what a foreign page could have caused.
pub(crate) async fn guard(
    State(front): State<Arc<Front>>,
    request: HttpRequest,
    next: Next,
) -> HttpResponse {
    if is_safe(&front.options, request.method(), request.headers()) {
        return next.run(request).await;
    }
    let names: Vec<&str> = front
        .options
        .csrf
        .headers
        .iter()
        .map(http::HeaderName::as_str)
        .collect();
    let message = format!(
        "a form of another site could have sent this request; add one of the headers {} with any value, \
         or send application/json",
        names.join(", ")
    );
    let refused = Unservable {
        error: GraphQLError::new(Code::CsrfPrevented, message),
        ..Unservable::bad("")
    };
    let media = negotiate::accepted(request.headers()).map(|accepted| accepted.media);
    negotiate::refusal(media.unwrap_or_default(), refused)
}

fn is_safe(options: &HttpOptions, method: &Method, headers: &HeaderMap) -> bool {
    let is_simple = [Method::GET, Method::HEAD, Method::POST].contains(method);
    !options.csrf.enabled
        || !is_simple
        || !has_form_type(headers)
        || options
            .csrf
            .headers
            .iter()
            .any(|name| headers.contains_key(name))
        || is_same_origin(headers)
        || headers
            .get(ORIGIN)
            .is_some_and(|origin| options.cors.origins.name(origin))
}

/// Browsers say so themselves, and no page can forge it. An `EventSource` has nothing else.
fn is_same_origin(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-site")
        .is_some_and(|site| site == "same-origin")
}

fn has_form_type(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter().peekable();
    types.peek().is_none() || types.any(|value| is_form_type(value.to_str().unwrap_or_default()))
}

/// A type that can not be read counts as one that a form could send.
fn is_form_type(value: &str) -> bool {
    let essence = value.split(';').next().unwrap_or_default().trim();
    let is_readable = essence.split('/').filter(|part| !part.is_empty()).count() == 2;
    let is_combined = value.contains(',');
    !is_readable
        || is_combined
        || FORM_TYPES
            .iter()
            .any(|form| essence.eq_ignore_ascii_case(form))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn passes(method: Method, pairs: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        is_safe(&HttpOptions::default(), &method, &headers)
    }

    #[test]
    fn what_a_form_can_send_needs_a_header() {
        let post = |pairs: &[_]| passes(Method::POST, pairs);
        assert!(post(&[("content-type", "application/json")]));
        for form in [
            "text/plain",
            "TEXT/PLAIN; charset=utf-8",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=X",
            "nonsense",
            "",
            "text/plain, application/json",
        ] {
            assert!(!post(&[("content-type", form)]), "{form}");
            assert!(post(&[
                ("content-type", form),
                ("apollo-require-preflight", "1")
            ]));
        }
        assert!(!post(&[
            ("content-type", "application/json"),
            ("content-type", "text/plain")
        ]));
        assert!(!post(&[]));
        assert!(!passes(Method::GET, &[]));
        assert!(passes(Method::GET, &[("graphql-require-preflight", "")]));
        assert!(passes(Method::PUT, &[]) && passes(Method::DELETE, &[]));
    }

    #[test]
    fn the_browser_vouches_for_pages_of_our_own() {
        assert!(passes(Method::GET, &[("sec-fetch-site", "same-origin")]));
        for site in ["cross-site", "same-site", "none"] {
            assert!(!passes(Method::GET, &[("sec-fetch-site", site)]), "{site}");
        }
    }
}
