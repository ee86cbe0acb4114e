//! The GraphiQL page: an editor for the API at `/`, served from the binary.
//!
//! The build script bundles it from `router/graphiql/`, workers and all, so the
//! page asks nothing of any other host. A binary that was built without npm has
//! a page that loads GraphiQL from a CDN instead; [`EMBEDDED`] tells which.
//! The page talks to `graphql` and `graphql/ws` beside itself and knows nothing
//! else of the router.

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Router, middleware, routing};

mod site {
    use super::{Asset, Page};

    include!(concat!(env!("OUT_DIR"), "/graphiql.rs"));
}

/// Whether GraphiQL is part of this binary. If not, its page needs the internet.
pub const EMBEDDED: bool = site::EMBEDDED;

/// Monaco positions its text by style attributes, hence inline styles.
const POLICY_EMBEDDED: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; \
     style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const POLICY_CDN: &str = "default-src 'none'; script-src 'self' https://cdn.jsdelivr.net/npm/; \
     style-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net/npm/; img-src 'self' data:; font-src data:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// On every answer: a worker obeys the policy of its own script, not the page's.
const SECURITY: [(HeaderName, &str); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        if EMBEDDED {
            POLICY_EMBEDDED
        } else {
            POLICY_CDN
        },
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

const REVALIDATE: &str = "no-cache";
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

struct Page {
    etag: &'static str,
    html: &'static str,
}

struct Asset {
    name: &'static str,
    etag: &'static str,
    body: &'static [u8],
}

/// Serves the page at `/` and what it loads below `/graphiql/`.
pub fn routes() -> Router {
    Router::new()
        .route("/", routing::get(page))
        .route("/graphiql/{name}", routing::get(asset))
        .route_layer(middleware::map_response(secured))
}

async fn secured(mut response: Response) -> Response {
    for (name, value) in SECURITY {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn page(request: HeaderMap) -> Response {
    let Page { etag, html } = site::PAGE;
    let headers = [(header::ETAG, etag), (header::CACHE_CONTROL, REVALIDATE)];
    if is_known(&request, etag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (
        headers,
        [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
        html,
    )
        .into_response()
}

async fn asset(Path(name): Path<String>, request: HeaderMap) -> Response {
    let Some(asset) = site::ASSETS.iter().find(|asset| asset.name == name) else {
        return (StatusCode::NOT_FOUND, "GraphiQL has no such file").into_response();
    };
    asset.answer(&request)
}

impl Asset {
    fn answer(&self, request: &HeaderMap) -> Response {
        // Only the names that Vite gives out change with the content.
        let cache = if EMBEDDED { IMMUTABLE } else { REVALIDATE };
        let headers = [
            (header::ETAG, self.etag),
            (header::CACHE_CONTROL, cache),
            (header::VARY, "accept-encoding"),
        ];
        if is_known(request, self.etag) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        if !EMBEDDED {
            return (
                headers,
                [(header::CONTENT_TYPE, self.content_type())],
                self.body,
            )
                .into_response();
        }
        if refuses_gzip(request) {
            let advice = "this file is stored compressed: accept the encoding gzip";
            return (
                StatusCode::NOT_ACCEPTABLE,
                [(header::VARY, "accept-encoding")],
                advice,
            )
                .into_response();
        }
        let content = [
            (header::CONTENT_TYPE, self.content_type()),
            (header::CONTENT_ENCODING, "gzip"),
        ];
        (headers, content, self.body).into_response()
    }

    fn content_type(&self) -> &'static str {
        match self.name.rsplit_once('.').map(|(_, extension)| extension) {
            Some("js") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("svg") => "image/svg+xml",
            Some("ttf") => "font/ttf",
            _ => "application/octet-stream",
        }
    }
}

/// RFC 9110, section 13.1.2: the client has this very content already.
fn is_known(request: &HeaderMap, etag: &str) -> bool {
    let known = listed(request, header::IF_NONE_MATCH);
    known
        .map(|tag| tag.trim_start_matches("W/"))
        .any(|tag| tag == etag || tag == "*")
}

/// RFC 9110, section 12.5.3: a client that says nothing takes any encoding.
fn refuses_gzip(request: &HeaderMap) -> bool {
    let weight_of = |coding: &str| {
        listed(request, header::ACCEPT_ENCODING).find_map(|item| {
            let (name, weight) = item.split_once(';').unwrap_or((item, "q=1"));
            let weight = weight.trim().trim_start_matches("q=").parse::<f32>();
            (name.trim() == coding).then_some(weight.unwrap_or(1.0))
        })
    };
    let says_something = request.contains_key(header::ACCEPT_ENCODING);
    says_something && weight_of("gzip").or_else(|| weight_of("*")).unwrap_or(0.0) <= 0.0
}

fn listed(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let lines = headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

#[cfg(test)]
mod tests;
