//! Answers that are none cost their own fields, with a code that says why.

use std::time::Duration;

use router::RemoteOptions;
use router::remote::RetryOptions;
use serde_json::json;

use crate::graph::{EVERYTHING, engine, failures, run, within};
use crate::hostile::{Reply, respond, respond_with, serve};

/// Whatever the stock says, the shop's data stay, and each gap has the code and nothing that
/// the stock said.
async fn check(reply: Reply, code: &str) {
    let (url, _) = serve(move |_, _| reply.clone()).await;
    let options = RemoteOptions {
        answer_max: 100_000,
        timeout: Duration::from_millis(500),
        retries: RetryOptions {
            retries_max: 0,
            ..RetryOptions::default()
        },
        breaker: None,
        ..RemoteOptions::default()
    };
    let answer = within(run(&engine(&url, options), EVERYTHING)).await;
    assert_eq!(
        answer["data"],
        json!({
            "items": [{ "name": "Axe", "count": null }, { "name": "Bow", "count": null }],
            "warehouse": null,
        })
    );
    assert_eq!(
        failures(&answer),
        [
            format!(r#"{code} stock ["items"]"#),
            format!(r#"{code} stock ["warehouse"]"#)
        ]
    );
    let text = answer["errors"].to_string();
    assert!(
        !text.contains("127.0.0.1") && !text.contains("SECRET"),
        "{text}"
    );
}

#[tokio::test]
async fn an_answer_that_is_no_response_is_malformed() {
    for body in [
        "",
        "SECRET",
        "<html>SECRET</html>",
        r#"[{"data":{"warehouse":"SECRET"}}]"#,
        r#""SECRET""#,
        r#"{"data":"SECRET"}"#,
        r#"{"data":{"warehouse":"SECRET"}"#,
        r#"{"message":"SECRET"}"#,
    ] {
        check(respond("200 OK", body), "SUBREQUEST_MALFORMED_RESPONSE").await;
    }
    let nested = format!("{{\"data\":{{\"a\":{}", "[".repeat(90_000));
    check(respond("200 OK", &nested), "SUBREQUEST_MALFORMED_RESPONSE").await;
    let compressed = respond_with("200 OK\r\ncontent-encoding: gzip", "SECRET");
    check(compressed, "SUBREQUEST_MALFORMED_RESPONSE").await;
}

#[tokio::test]
async fn a_status_without_a_response_is_an_error() {
    for status in [
        "500 SECRET",
        "404 Not Found",
        "401 Unauthorized",
        "429 Slow",
    ] {
        check(respond(status, "SECRET"), "SUBREQUEST_HTTP_ERROR").await;
    }
    let redirect = "302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0";
    check(respond_with(redirect, ""), "SUBREQUEST_HTTP_ERROR").await;
    check(respond_with("banana", ""), "SUBREQUEST_HTTP_ERROR").await;
}

#[tokio::test]
async fn an_answer_may_be_only_so_large() {
    let announced = respond_with("200 OK\r\ncontent-length: 99999999999", "{");
    check(announced, "SUBREQUEST_HTTP_ERROR").await;
    let large = format!(r#"{{"data":{{"warehouse":"{}"}}}}"#, "S".repeat(100_000));
    check(respond_with("200 OK", &large), "SUBREQUEST_HTTP_ERROR").await;
    let head = "HTTP/1.1 200 OK\r\n\r\n{";
    let spaces: &'static str = Box::leak(" ".repeat(2_000).into_boxed_str());
    let endless = Reply::Endless(head, spaces);
    check(endless, "SUBREQUEST_HTTP_ERROR").await;
    let header: &'static str =
        Box::leak(format!("x-more: {}\r\n", "S".repeat(2_000)).into_boxed_str());
    check(
        Reply::Endless("HTTP/1.1 200 OK\r\n", header),
        "SUBREQUEST_HTTP_ERROR",
    )
    .await;
}

#[tokio::test]
async fn an_answer_that_is_cut_off_is_an_error() {
    let short = respond_with("200 OK\r\ncontent-length: 500", r#"{"data":{"warehouse":"#);
    check(short, "SUBREQUEST_HTTP_ERROR").await;
    let chunk = "200 OK\r\ntransfer-encoding: chunked";
    check(respond_with(chunk, "5\r\n{\"dat"), "SUBREQUEST_HTTP_ERROR").await;
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_too_late() {
    check(Reply::Silence, "SUBREQUEST_TIMEOUT").await;
    let slow = Reply::Trickle("HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n");
    check(slow, "SUBREQUEST_TIMEOUT").await;
}

#[tokio::test]
async fn a_subgraph_that_is_not_there_is_an_error() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback is free");
    let address = listener.local_addr().expect("a bound socket has one");
    drop(listener);
    let url = format!("http://{address}/");
    let answer = run(&engine(&url, RemoteOptions::default()), "{ warehouse }").await;
    assert_eq!(
        answer,
        json!({ "data": { "warehouse": null }, "errors": [{
            "message": "subgraph stock can not be reached",
            "path": ["warehouse"],
            "extensions": { "code": "SUBREQUEST_HTTP_ERROR", "service": "stock" },
        }] })
    );
}

#[tokio::test]
async fn errors_of_a_subgraph_keep_their_code_and_place() {
    let stock = crate::served::Stock::default();
    let url = format!("http://{}/graphql", stock.listen().await);
    let engine = engine(&url, RemoteOptions::default());
    let answer = run(&engine, "{ wrong: failing warehouse }").await;
    assert_eq!(
        answer,
        json!({ "data": { "wrong": null, "warehouse": "Rotterdam" }, "errors": [{
            "message": "the stock is counted",
            "path": ["wrong"],
            "extensions": { "code": "CONFLICT" },
        }] })
    );
}

#[tokio::test]
async fn a_response_counts_whatever_its_status() {
    let body = r#"{"errors":[{"message":"not you","extensions":{"code":"FORBIDDEN"}}]}"#;
    let (url, _) = serve(move |_, _| respond("403 Forbidden", body)).await;
    let answer = run(&engine(&url, RemoteOptions::default()), "{ warehouse }").await;
    assert_eq!(failures(&answer), [r#"FORBIDDEN - ["warehouse"]"#]);
}
