//! What is sent again, and what never is.

use std::time::Duration;

use router::RemoteOptions;
use router::remote::RetryOptions;
use serde_json::json;

use crate::graph::{engine, failures, run, within};
use crate::hostile::{Reply, respond, serve};

const GOOD: &str = r#"{"data":{"warehouse":"Rotterdam"}}"#;

fn options() -> RemoteOptions {
    RemoteOptions {
        breaker: None,
        retries: RetryOptions {
            pause: Duration::from_millis(1),
            ..RetryOptions::default()
        },
        ..RemoteOptions::default()
    }
}

/// A connection that is closed before a byte of an answer.
fn nothing() -> Reply {
    Reply::Bytes(Vec::new())
}

#[tokio::test]
async fn a_query_is_sent_again_after_a_passing_failure() {
    for failure in [
        nothing(),
        respond("502 Bad Gateway", ""),
        respond("503 Unavailable", "soon"),
        respond("504 Gateway Timeout", ""),
    ] {
        let (url, requests) = serve(move |number, _| match number {
            0 | 1 => failure.clone(),
            _ => respond("200 OK", GOOD),
        })
        .await;
        let answer = within(run(&engine(&url, options()), "{ warehouse }")).await;
        assert_eq!(answer, json!({ "data": { "warehouse": "Rotterdam" } }));
        let bodies: Vec<_> = requests.take();
        assert_eq!(bodies.len(), 3);
        assert!(bodies.iter().all(|body| *body == bodies[0]));
    }
}

#[tokio::test]
async fn a_query_is_not_sent_again_after_anything_else() {
    for failure in [
        respond("500 Broken", ""),
        respond("400 Bad Request", ""),
        respond("200 OK", "nonsense"),
        Reply::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".to_vec()),
    ] {
        let (url, requests) = serve(move |_, _| failure.clone()).await;
        let answer = within(run(&engine(&url, options()), "{ warehouse }")).await;
        assert_eq!(failures(&answer).len(), 1, "{answer}");
        assert_eq!(requests.count(), 1);
    }
}

#[tokio::test]
async fn a_mutation_is_sent_once() {
    for failure in [nothing(), respond("503 Unavailable", "")] {
        let (url, requests) = serve(move |_, _| failure.clone()).await;
        let engine = engine(&url, options());
        let answer = within(run(&engine, "mutation { restock(count: 1) }")).await;
        assert_eq!(
            failures(&answer),
            [r#"SUBREQUEST_HTTP_ERROR stock ["restock"]"#]
        );
        assert_eq!(requests.count(), 1);
    }
}

#[tokio::test]
async fn retries_end_with_their_number_their_budget_and_the_time() {
    let failing = || serve(|_, _| respond("503 Unavailable", ""));

    let (url, requests) = failing().await;
    within(run(&engine(&url, options()), "{ warehouse }")).await;
    assert_eq!(requests.count(), 3, "two retries");

    let (url, requests) = failing().await;
    let mut few = options();
    few.retries.budget_max = 3;
    let poor = engine(&url, few);
    for _ in 0..4 {
        within(run(&poor, "{ warehouse }")).await;
    }
    assert_eq!(requests.count(), 4 + 3, "the budget was spent");

    let (url, requests) = failing().await;
    let mut slow = options();
    slow.retries.pause = Duration::from_secs(60);
    slow.retries.pause_max = Duration::from_secs(60);
    within(run(&engine(&url, slow), "{ warehouse }")).await;
    assert_eq!(requests.count(), 1, "the pause would outlast the request");

    let (url, requests) = failing().await;
    let mut never = options();
    never.retries.retries_max = 0;
    within(run(&engine(&url, never), "{ warehouse }")).await;
    assert_eq!(requests.count(), 1, "retries are off");
}

#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_is_no_failure() {
    let good = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{GOOD}",
        GOOD.len()
    );
    let (url, requests) = serve(move |_, _| Reply::Bytes(good.clone().into_bytes())).await;
    let engine = engine(&url, options());
    for _ in 0..5 {
        let answer = within(run(&engine, "{ warehouse }")).await;
        assert_eq!(answer, json!({ "data": { "warehouse": "Rotterdam" } }));
    }
    assert_eq!(requests.count(), 5);
}
