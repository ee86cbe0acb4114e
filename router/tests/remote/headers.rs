//! Of the client's headers only those pass that the operator named, and none that could be
//! taken for the router's word.

use std::sync::Arc;

use http::{Extensions, HeaderMap, HeaderName, HeaderValue};
use router::remote::RemoteError;
use router::{Anonymous, Credentials, HeaderRules, HttpOptions, Remote, RemoteOptions};
use tower::ServiceExt;

use crate::graph::{client, engine, run, run_as};
use crate::served::Stock;

const SENT: [(&str, &str); 14] = [
    ("accept", "text/html"),
    ("accept-language", "nl"),
    ("authorization", "Bearer client"),
    ("connection", "close, x-nominated"),
    ("cookie", "session=1"),
    ("host", "elsewhere"),
    ("proxy-authorization", "Basic client"),
    ("te", "trailers"),
    ("x-forwarded-for", "10.0.0.1"),
    ("x-nominated", "yes"),
    ("x-portico-internal", "forged"),
    ("x-tenant-id", "other"),
    ("x-trace", "one"),
    ("x-user-id", "root"),
];

fn names(names: &[&'static str]) -> Vec<HeaderName> {
    let name = |name: &&'static str| HeaderName::from_static(name);
    names.iter().map(name).collect()
}

/// What the stock is sent of a client that sends everything.
async fn received(rules: HeaderRules, credentials: Option<Arc<dyn Credentials>>) -> HeaderMap {
    let stock = Stock::default();
    let url = format!("http://{}/graphql", stock.listen().await);
    let options = RemoteOptions {
        headers: rules,
        credentials,
        ..RemoteOptions::default()
    };
    run_as(&engine(&url, options), "{ warehouse }", client(&SENT)).await;
    stock.headers().remove(0)
}

/// As lines, without what names the server.
fn lines(headers: &HeaderMap) -> Vec<String> {
    let mut lines: Vec<_> = headers
        .iter()
        .filter(|(name, _)| !["host", "content-length"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {}", value.to_str().expect("it is text")))
        .collect();
    lines.sort();
    lines
}

const OWN: [&str; 3] = [
    "accept-encoding: identity",
    "accept: application/graphql-response+json, application/json;q=0.9",
    "content-type: application/json",
];

#[tokio::test]
async fn nothing_passes_unless_it_is_named() {
    let headers = received(HeaderRules::default(), None).await;
    assert_eq!(lines(&headers), OWN);
    assert_ne!(headers["host"], "elsewhere");
}

#[tokio::test]
async fn what_is_named_passes_unless_the_client_ends_it() {
    let rules = HeaderRules {
        propagate: names(&["authorization", "cookie", "x-nominated", "x-trace"]),
        ..HeaderRules::default()
    };
    let expected = [
        OWN[0],
        OWN[1],
        "authorization: Bearer client",
        OWN[2],
        "cookie: session=1",
        "x-trace: one",
    ];
    assert_eq!(lines(&received(rules, None).await), expected);
}

/// The router's own word.
struct Signed;

impl Credentials for Signed {
    fn attach(&self, _: &Extensions, headers: &mut HeaderMap) {
        let token = HeaderValue::from_static("signed");
        headers.insert("x-portico-internal", token.clone());
        headers.insert("authorization", token);
    }
}

#[tokio::test]
async fn rules_apply_in_order_and_credentials_win() {
    let fixed = |text: &'static str| HeaderValue::from_static(text);
    let rules = HeaderRules {
        propagate: names(&["accept-language", "authorization", "x-trace"]),
        remove: names(&["accept-language", "accept-encoding"]),
        insert: vec![
            (HeaderName::from_static("x-trace"), fixed("two")),
            (
                HeaderName::from_static("x-portico-internal"),
                fixed("fixed"),
            ),
        ],
    };
    let expected = [
        OWN[1],
        "authorization: signed",
        OWN[2],
        "x-portico-internal: signed",
        "x-trace: two",
    ];
    let headers = received(rules, Some(Arc::new(Signed))).await;
    assert_eq!(lines(&headers), expected);
}

#[test]
fn rules_that_could_forge_or_break_are_refused() {
    for name in SENT.map(|(name, _)| name) {
        let rules = HeaderRules {
            propagate: names(&[name]),
            ..HeaderRules::default()
        };
        let options = RemoteOptions {
            headers: rules,
            ..RemoteOptions::default()
        };
        let made = Remote::new("http://127.0.0.1/", options);
        let is_harmless = [
            "accept-language",
            "authorization",
            "cookie",
            "x-nominated",
            "x-trace",
        ];
        if is_harmless.contains(&name) {
            assert!(made.is_ok(), "{name}");
        } else {
            assert!(matches!(made, Err(RemoteError::Propagated(_))), "{name}");
        }
    }
    for name in ["content-length", "transfer-encoding", "host"] {
        let value = HeaderValue::from_static("0");
        let options = RemoteOptions {
            headers: HeaderRules {
                insert: vec![(HeaderName::from_static(name), value)],
                ..HeaderRules::default()
            },
            ..RemoteOptions::default()
        };
        let made = Remote::new("http://127.0.0.1/", options);
        assert!(matches!(made, Err(RemoteError::Inserted(_))), "{name}");
    }
}

#[tokio::test]
async fn the_http_front_hands_the_clients_headers_on() {
    let stock = Stock::default();
    let url = format!("http://{}/graphql", stock.listen().await);
    let options = RemoteOptions {
        headers: HeaderRules {
            propagate: names(&["x-trace"]),
            ..HeaderRules::default()
        },
        ..RemoteOptions::default()
    };
    let engine = engine(&url, options);
    let front = router::http::routes(
        Arc::clone(&engine),
        Arc::new(Anonymous),
        HttpOptions::default(),
    );
    let request = http::Request::post("/graphql")
        .header("content-type", "application/json")
        .header("x-trace", "front")
        .header("x-user-id", "root")
        .body(axum::body::Body::from(r#"{"query":"{ warehouse }"}"#))
        .expect("it is a request");
    let response = front.oneshot(request).await.expect("it never fails");
    assert_eq!(response.status(), 200);
    let headers = stock.headers().remove(0);
    assert_eq!(headers["x-trace"], "front");
    assert_eq!(headers.get("x-user-id"), None);

    // Without a client there are no headers, and that is no failure.
    run(&engine, "{ warehouse }").await;
    assert_eq!(lines(&stock.headers()[1]), OWN);
}

#[test]
fn secrets_are_not_shown() {
    let options = RemoteOptions {
        headers: HeaderRules {
            insert: vec![(
                HeaderName::from_static("x-key"),
                HeaderValue::from_static("SECRET"),
            )],
            ..HeaderRules::default()
        },
        ..RemoteOptions::default()
    };
    let shown = format!("{options:?}");
    assert!(
        shown.contains("x-key") && !shown.contains("SECRET"),
        "{shown}"
    );
}
