//! GraphQL over HTTP: media types, statuses, limits, files.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ::http::{Extensions, HeaderMap, Request, StatusCode};
use axum::body::Body;
use futures::FutureExt;
use futures::future::BoxFuture;
use router::{Anonymous, Authenticate, Code, GraphQLError, HttpOptions};
use serde_json::json;

use crate::front::{Answer, Front, MODERN, get, post, request};
use crate::graph::Shop;

async fn send(request: Request<Body>) -> Answer {
    send_to(&front(), request).await
}

async fn send_to(front: &Front, request: Request<Body>) -> Answer {
    front.send(request).await
}

fn front() -> Front {
    authenticated(Arc::new(Anonymous))
}

fn authenticated(who: Arc<dyn Authenticate>) -> Front {
    let options = HttpOptions {
        body_max: 10_000,
        read_timeout: Duration::from_millis(500),
        ..HttpOptions::default()
    };
    Front::of(Shop::open(), who, options)
}

#[tokio::test]
async fn the_media_type_follows_the_client() {
    let query = json!({ "query": "{ me { name } }" });
    for (accept, media) in [
        ("application/json", "application/json; charset=utf-8"),
        ("*/*", "application/json; charset=utf-8"),
        (MODERN, "application/graphql-response+json; charset=utf-8"),
    ] {
        let answer = send(post(accept, &query)).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.headers["content-type"], media);
        assert_eq!(answer.body, json!({ "data": { "me": { "name": "Ada" } } }));
    }
    let answer = send(post("text/html", &query)).await;
    assert_eq!(answer.status, StatusCode::NOT_ACCEPTABLE);
}

#[tokio::test]
async fn a_refused_document_is_400_for_who_asks_the_modern_way() {
    for query in ["{", "{ nothing }", "query ($n: Int!) { limited(n: $n) }"] {
        let body = json!({ "query": query });
        let modern = send(post(MODERN, &body)).await;
        assert_eq!(modern.status, StatusCode::BAD_REQUEST, "{query}");
        let classic = send(post("application/json", &body)).await;
        assert_eq!(classic.status, StatusCode::OK, "{query}");
        assert_eq!(classic.body.get("data"), None);
    }
}

#[tokio::test]
async fn an_executed_request_is_200_whatever_failed_in_it() {
    let body = json!({ "query": "{ everybody { badge } }" });
    let answer = send(post(MODERN, body)).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body["data"], json!(null));
}

#[tokio::test]
async fn malformed_bodies_are_400() {
    for body in [
        json!([{ "query": "{ me { name } }" }]).to_string(),
        json!({}).to_string(),
        json!({ "query": 1 }).to_string(),
        json!({ "query": "{ me { name } }", "variables": [] }).to_string(),
        json!({ "query": "{ me { name } }", "operationName": {} }).to_string(),
        "{".to_owned(),
        format!("{}{}", "[".repeat(4_000), "]".repeat(4_000)),
    ] {
        let answer = send(post("application/json", &body)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(answer.code(), "BAD_USER_INPUT");
    }
}

#[tokio::test]
async fn other_bodies_and_methods_are_refused() {
    for content_type in [
        "text/plain",
        "application/xml",
        "application/graphql",
        "application/json; charset=iso-8859-1",
        "application/json; charset=\"utf-16\"",
    ] {
        let headers = [
            ("content-type", content_type),
            ("apollo-require-preflight", "1"),
        ];
        let answer = send(request(
            "POST",
            "/graphql",
            &headers,
            r#"{"query":"{ me { name } }"}"#,
        ))
        .await;
        assert_eq!(
            answer.status,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "{content_type}"
        );
    }
    for content_type in [
        "application/json; charset=utf-8",
        "Application/JSON;charset=\"UTF-8\"",
        "application/json; odd",
    ] {
        let headers = [("content-type", content_type)];
        let answer = send(request(
            "POST",
            "/graphql",
            &headers,
            r#"{"query":"{ me { name } }"}"#,
        ))
        .await;
        assert_eq!(answer.status, StatusCode::OK, "{content_type}");
    }

    let long = json!({ "query": " ".repeat(20_000) });
    let answer = send(post(MODERN, long)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);

    for method in ["PUT", "DELETE", "PATCH"] {
        let answer = send(request(method, "/graphql", &[], Body::empty())).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.headers["allow"], "GET,HEAD,POST,OPTIONS");
        assert_eq!(answer.code(), "BAD_USER_INPUT");
    }
    let answer = send(request("OPTIONS", "/graphql", &[], Body::empty())).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(answer.headers["allow"], "GET,HEAD,POST,OPTIONS");
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let headers = [("graphql-require-preflight", "1")];
    let uri = "/graphql?query=%7Bme%7Bname%7D%7D";
    let answer = send(request("HEAD", uri, &headers, Body::empty())).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        answer.headers["content-type"],
        "application/json; charset=utf-8"
    );
    assert!(answer.bytes.is_empty());

    let uri = "/graphql?query=mutation%7Brename(to%3A%22x%22)%7D";
    let answer = send(request("HEAD", uri, &headers, Body::empty())).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let never = futures::stream::pending::<Result<String, std::io::Error>>();
    let request = Request::post("/graphql")
        .header("content-type", "application/json")
        .body(Body::from_stream(never))
        .expect("the request is well-formed");
    assert_eq!(send(request).await.status, StatusCode::REQUEST_TIMEOUT);
}

#[tokio::test]
async fn get_reads_and_never_writes() {
    let answer = send(get("query=query%20(%24w%3AString!)%7Bme%7Bgreeting(word%3A%24w)%7D%7D&variables=%7B%22w%22%3A%22Hi%22%7D")).await;
    assert_eq!(
        answer.body,
        json!({ "data": { "me": { "greeting": "Hi 1" } } })
    );

    let front = front();
    let mutation = get("query=mutation%7Brename(to%3A%22x%22)%7D");
    let answer = send_to(&front, mutation).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.headers["allow"], "POST");
    assert!(front.shop.log.take().is_empty());

    let named = get("query=%7Bme%7Bname%7D%7D&operationName=&variables=&extensions=");
    assert_eq!(send(named).await.status, StatusCode::OK);
    let twice = get("query=%7Bme%7Bname%7D%7D&query=%7Bme%7Bname%7D%7D");
    assert_eq!(send(twice).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(send(get("")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        send(get("query=%7Bme%7Bid%7D%7D&variables=x")).await.status,
        StatusCode::BAD_REQUEST
    );
}

/// Admits only `Bearer good`.
struct Strict;

impl Authenticate for Strict {
    fn authenticate<'a>(
        &'a self,
        headers: &'a HeaderMap,
        _peer: Option<SocketAddr>,
    ) -> BoxFuture<'a, Result<Extensions, GraphQLError>> {
        async {
            match headers.get("authorization") {
                Some(value) if value == "Bearer good" => Ok(Extensions::new()),
                _ => Err(GraphQLError::new(Code::Unauthenticated, "token is bad")),
            }
        }
        .boxed()
    }
}

#[tokio::test]
async fn a_bad_credential_is_401() {
    let front = authenticated(Arc::new(Strict));
    for accept in [MODERN, "application/json"] {
        let request = post(accept, json!({ "query": "{ me { name } }" }));
        let answer = send_to(&front, request).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.code(), "UNAUTHENTICATED");
    }
    assert!(front.shop.log.take().is_empty());
}

#[tokio::test]
async fn a_bad_credential_is_refused_before_its_body_arrives() {
    let front = authenticated(Arc::new(Strict));
    let never = Body::from_stream(futures::stream::pending::<Result<Vec<u8>, Infallible>>());
    let request = Request::post("/graphql")
        .header("content-type", "application/json")
        .body(never)
        .expect("this is a request");
    let answer = send_to(&front, request).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

fn multipart(parts: &[(&str, &str)]) -> Request<Body> {
    let mut body = String::new();
    for (head, content) in parts {
        body += &format!("--X\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n");
    }
    body += "--X--\r\n";
    Request::post("/graphql")
        .header("content-type", "multipart/form-data; boundary=X")
        .header("apollo-require-preflight", "1")
        .body(Body::from(body))
        .expect("the request is well-formed")
}

const ONE: (&str, &str) = (
    r#"name="operations""#,
    r#"{ "query": "mutation ($f: Upload!) { readFile(file: $f) }", "variables": { "f": null } }"#,
);

#[tokio::test]
async fn files_arrive() {
    let answer = send(multipart(&[
        ONE,
        (r#"name="map""#, r#"{ "0": ["variables.f"] }"#),
        (r#"name="0"; filename="a.txt""#, "hello"),
    ]))
    .await;
    assert_eq!(
        answer.body,
        json!({ "data": { "readFile": "a.txt: hello" } })
    );

    let many = r#"{ "query": "mutation ($f: [Upload!]!) { readFiles(files: $f) }",
        "variables": { "f": [null, null] } }"#;
    let answer = send(multipart(&[
        (r#"name="operations""#, many),
        (
            r#"name="map""#,
            r#"{ "x": ["variables.f.1"], "y": ["variables.f.0"] }"#,
        ),
        (r#"name="x"; filename="x.txt""#, "1"),
        (r#"name="y"; filename="y.txt""#, "2"),
    ]))
    .await;
    assert_eq!(
        answer.body,
        json!({ "data": { "readFiles": ["y.txt", "x.txt"] } })
    );
}

#[tokio::test]
async fn files_must_be_complete_and_mapped() {
    let map = (r#"name="map""#, r#"{ "0": ["variables.f"] }"#);
    let file = (r#"name="0"; filename="a.txt""#, "hello");
    let wrong = (r#"name="map""#, r#"{ "0": ["query"] }"#);
    let stray = (r#"name="1"; filename="b.txt""#, "hello");
    for parts in [
        &[ONE, map][..],
        &[map, ONE, file],
        &[ONE, wrong, file],
        &[ONE, map, stray],
        &[],
    ] {
        let answer = send(multipart(parts)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.code(), "BAD_USER_INPUT");
    }
}
