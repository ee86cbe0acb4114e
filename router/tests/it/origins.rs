//! What pages of other origins may do, and what browsers are told.

use ::http::StatusCode;
use axum::body::Body;
use router::{CorsOptions, CsrfOptions, HttpOptions, Origins};
use serde_json::json;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::front::{Answer, Front, request};

const APP: &str = "https://app.example.com";
const QUERY: &str = r#"{"query":"{ me { name } }"}"#;

fn shared_with(origins: Origins) -> Front {
    Front::with(HttpOptions {
        cors: CorsOptions {
            origins,
            ..CorsOptions::default()
        },
        ..HttpOptions::default()
    })
}

fn listed(credentials: bool) -> Origins {
    Origins::Listed {
        origins: vec![APP.parse().expect("it is an origin")],
        credentials,
    }
}

async fn preflight(front: &Front, origin: &str) -> Answer {
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        (
            "access-control-request-headers",
            "content-type,authorization",
        ),
    ];
    front
        .send(request("OPTIONS", "/graphql", &headers, Body::empty()))
        .await
}

async fn from_page(front: &Front, origin: &str) -> Answer {
    let headers = [("origin", origin), ("content-type", "application/json")];
    front
        .send(request("POST", "/graphql", &headers, QUERY))
        .await
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let value = answer.headers.get(name)?;
    Some(value.to_str().expect("a header is text"))
}

#[tokio::test]
async fn other_origins_are_told_nothing_unless_they_are_listed() {
    let front = Front::open();
    for answer in [preflight(&front, APP).await, from_page(&front, APP).await] {
        assert_eq!(header(&answer, "access-control-allow-origin"), None);
    }

    let front = shared_with(listed(false));
    for answer in [preflight(&front, APP).await, from_page(&front, APP).await] {
        assert_eq!(header(&answer, "access-control-allow-origin"), Some(APP));
        assert_eq!(header(&answer, "access-control-allow-credentials"), None);
        let vary = answer.headers.get_all("vary").iter();
        assert!(
            vary.map(|value| value.to_str().expect("text"))
                .any(|vary| vary.contains("origin"))
        );
    }
    let foreign = "https://evil.example";
    for answer in [
        preflight(&front, foreign).await,
        from_page(&front, foreign).await,
    ] {
        assert_eq!(header(&answer, "access-control-allow-origin"), None);
    }
}

#[tokio::test]
async fn a_preflight_says_what_is_allowed_and_for_how_long() {
    let answer = preflight(&shared_with(listed(true)), APP).await;
    assert!(answer.status.is_success());
    assert_eq!(
        header(&answer, "access-control-allow-credentials"),
        Some("true")
    );
    assert_eq!(
        header(&answer, "access-control-allow-headers"),
        Some("content-type,authorization")
    );
    assert_eq!(
        header(&answer, "access-control-allow-methods"),
        Some("GET,POST,PUT,DELETE")
    );
    assert_eq!(header(&answer, "access-control-max-age"), Some("3600"));
}

#[tokio::test]
async fn any_origin_never_has_credentials() {
    let front = shared_with(Origins::Any);
    for answer in [preflight(&front, APP).await, from_page(&front, APP).await] {
        assert_eq!(header(&answer, "access-control-allow-origin"), Some("*"));
        assert_eq!(header(&answer, "access-control-allow-credentials"), None);
    }
}

#[tokio::test]
async fn what_a_form_could_send_needs_another_header() {
    let front = Front::open();
    let get = "/graphql?query=%7Bme%7Bname%7D%7D";
    let multipart = "multipart/form-data; boundary=X";
    for (method, uri, headers) in [
        ("GET", get, vec![]),
        ("HEAD", get, vec![]),
        ("POST", "/graphql", vec![]),
        ("POST", "/graphql", vec![("content-type", "text/plain")]),
        ("POST", "/graphql", vec![("content-type", multipart)]),
        (
            "POST",
            "/graphql/stream",
            vec![("content-type", "text/plain")],
        ),
        (
            "POST",
            "/graphql",
            vec![("content-type", "application/x-www-form-urlencoded")],
        ),
    ] {
        let answer = front.send(request(method, uri, &headers, QUERY)).await;
        assert_eq!(
            answer.status,
            StatusCode::BAD_REQUEST,
            "{method} {headers:?}"
        );
        if method != "HEAD" {
            assert_eq!(answer.code(), "CSRF_PREVENTED");
            let message = answer.body["errors"][0]["message"].as_str().expect("text");
            assert!(message.contains("apollo-require-preflight"), "{message}");
        }
    }
    assert!(front.shop.log.take().is_empty());

    for header in [
        "apollo-require-preflight",
        "x-apollo-operation-name",
        "graphql-require-preflight",
    ] {
        let answer = front
            .send(request("GET", get, &[(header, "x")], Body::empty()))
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{header}");
    }
    let off = Front::with(HttpOptions {
        csrf: CsrfOptions {
            enabled: false,
            ..CsrfOptions::default()
        },
        ..HttpOptions::default()
    });
    let answer = off.send(request("GET", get, &[], Body::empty())).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn pages_that_are_trusted_may_send_what_forms_can() {
    let get = "/graphql?query=%7Bme%7Bname%7D%7D";
    let front = shared_with(listed(true));
    for (headers, status) in [
        ([("origin", APP)], StatusCode::OK),
        (
            [("origin", "https://evil.example")],
            StatusCode::BAD_REQUEST,
        ),
        ([("sec-fetch-site", "same-origin")], StatusCode::OK),
        ([("sec-fetch-site", "cross-site")], StatusCode::BAD_REQUEST),
    ] {
        let answer = front
            .send(request("GET", get, &headers, Body::empty()))
            .await;
        assert_eq!(answer.status, status, "{headers:?}");
    }
    // Any origin may read, which is no reason to believe what a browser was made to send.
    let answer = shared_with(Origins::Any)
        .send(request("GET", get, &[("origin", APP)], Body::empty()))
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn every_answer_has_security_headers() {
    let front = Front::open();
    let json = [("content-type", "application/json")];
    for request in [
        request("POST", "/graphql", &json, QUERY),
        request("POST", "/graphql", &json, "{"),
        request("PUT", "/graphql", &[], Body::empty()),
        request("GET", "/graphql", &[], Body::empty()),
        request("OPTIONS", "/graphql", &[], Body::empty()),
        request("GET", "/graphql/ws", &[], Body::empty()),
    ] {
        let answer = front.send(request).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("x-frame-options", "DENY"),
            (
                "content-security-policy",
                "default-src 'none'; frame-ancestors 'none'",
            ),
        ] {
            assert_eq!(header(&answer, name), Some(value), "{}", answer.status);
        }
    }
}

#[tokio::test]
async fn a_whole_app_can_be_secured_and_keeps_what_it_says() {
    use tower::ServiceExt;

    let app = router::http::secure(router::graphiql::routes());
    let page = request("GET", "/", &[], Body::empty());
    let page = app.clone().oneshot(page).await.expect("an answer");
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .expect("text");
    assert!(policy.contains("script-src 'self'"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");

    let nothing = request("GET", "/nothing", &[], Body::empty());
    let nothing = app.oneshot(nothing).await.expect("an answer");
    assert_eq!(nothing.status(), StatusCode::NOT_FOUND);
    assert_eq!(nothing.headers()["x-content-type-options"], "nosniff");
}

#[tokio::test]
async fn sockets_open_for_our_own_and_listed_pages_only() {
    let address = shared_with(listed(false)).listen().await;
    let own = format!("http://{address}");
    for (origin, may) in [
        (None, true),
        (Some(own.as_str()), true),
        (Some(APP), true),
        (Some("https://evil.example"), false),
        (Some("null"), false),
    ] {
        let mut request = format!("ws://{address}/graphql/ws")
            .into_client_request()
            .expect("the address is one");
        let headers = request.headers_mut();
        let protocol = "graphql-transport-ws".parse().expect("a header value");
        headers.insert("sec-websocket-protocol", protocol);
        if let Some(origin) = origin {
            headers.insert("origin", origin.parse().expect("a header value"));
        }
        match connect_async(request).await {
            Ok(_) => assert!(may, "{origin:?} opened a socket"),
            Err(Error::Http(answer)) => {
                assert!(!may, "{origin:?} was refused");
                assert_eq!(answer.status(), 403);
            }
            Err(err) => panic!("{err}"),
        }
    }
}

#[tokio::test]
async fn an_answer_to_another_origin_is_still_an_answer() {
    let answer = from_page(&shared_with(listed(false)), APP).await;
    assert_eq!(answer.body, json!({ "data": { "me": { "name": "Ada" } } }));
}
