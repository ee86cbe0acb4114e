//! The HTTP front of the shop, and requests to it.

use std::net::SocketAddr;
use std::sync::Arc;

use ::http::{HeaderMap, Request, StatusCode};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::response::Response;
use router::{Anonymous, Authenticate, HttpOptions};
use serde_json::Value;
use tokio::net::TcpListener;
use tower::ServiceExt;

use crate::graph::Shop;

pub(crate) const MODERN: &str = "application/graphql-response+json";
pub(crate) const CLASSIC: &str = "application/json";

/// An app that serves the shop.
pub(crate) struct Front {
    pub(crate) shop: Shop,
    app: Router,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
    /// The body, if it is JSON.
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap_or_default()
    }
}

impl Front {
    pub(crate) fn open() -> Self {
        Self::with(HttpOptions::default())
    }

    pub(crate) fn with(options: HttpOptions) -> Self {
        Self::of(Shop::open(), Arc::new(Anonymous), options)
    }

    pub(crate) fn of(shop: Shop, who: Arc<dyn Authenticate>, options: HttpOptions) -> Self {
        let app = router::http::routes(Arc::clone(&shop.engine), who, options);
        Self { shop, app }
    }

    /// The head of an answer, whose body may still be on its way.
    pub(crate) async fn call(&self, request: Request<Body>) -> Response {
        let app = self.app.clone();
        app.oneshot(request).await.expect("a router always answers")
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.call(request).await.into_parts();
        let bytes = to_bytes(body, 1 << 22).await.expect("bodies are short");
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
            bytes: bytes.into(),
        }
    }

    /// Sends JSON and takes it.
    pub(crate) async fn post(&self, body: impl ToString) -> Answer {
        self.send(post(CLASSIC, body)).await
    }

    /// Serves on loopback until the test ends.
    pub(crate) async fn listen(self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("loopback is free");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        tokio::spawn(async move { axum::serve(listener, self.app).await });
        address
    }
}

/// A request with these headers.
pub(crate) fn request(
    method: &str,
    uri: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request
        .body(body.into())
        .expect("the request is well-formed")
}

pub(crate) fn post(accept: &str, body: impl ToString) -> Request<Body> {
    let headers = [("content-type", "application/json"), ("accept", accept)];
    request("POST", "/graphql", &headers, body.to_string())
}

/// A GET that no form could send.
pub(crate) fn get(query: &str) -> Request<Body> {
    let headers = [("graphql-require-preflight", "1")];
    request("GET", &format!("/graphql?{query}"), &headers, Body::empty())
}
