//! A subgraph that fails is left alone for a while, and then asked again; a busy one is not
//! asked more than it can answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::select;
use router::RemoteOptions;
use router::remote::BreakerOptions;

use crate::graph::{engine, failures, run, until, within};
use crate::hostile::{Reply, respond, serve};
use crate::served::Stock;

fn options(pause: Duration) -> RemoteOptions {
    RemoteOptions {
        breaker: Some(BreakerOptions {
            requests_min: 4,
            pause,
            ..BreakerOptions::default()
        }),
        ..RemoteOptions::default()
    }
}

#[tokio::test]
async fn the_circuit_opens_and_closes() {
    let is_well = Arc::new(AtomicBool::new(false));
    let well = Arc::clone(&is_well);
    let (url, requests) = serve(move |_, _| {
        if well.load(Ordering::SeqCst) {
            respond("200 OK", r#"{"data":{"warehouse":"Rotterdam"}}"#)
        } else {
            respond("500 Broken", "")
        }
    })
    .await;
    let engine = engine(&url, options(Duration::from_millis(100)));
    for _ in 0..4 {
        run(&engine, "{ warehouse }").await;
    }
    let answer = run(&engine, "{ warehouse }").await;
    assert_eq!(
        answer["errors"][0]["message"],
        "subgraph stock has failed too often and is not asked for a while"
    );
    assert_eq!(
        failures(&answer),
        [r#"SUBREQUEST_HTTP_ERROR stock ["warehouse"]"#]
    );
    assert_eq!(requests.count(), 4);

    // One request finds out that nothing has changed.
    until(|| async {
        run(&engine, "{ warehouse }").await;
        requests.count() == 5
    })
    .await;

    is_well.store(true, Ordering::SeqCst);
    let asked = async || run(&engine, "{ warehouse }").await["errors"].is_null();
    until(asked).await;
    for _ in 0..4 {
        assert!(asked().await);
    }
}

#[tokio::test]
async fn answers_that_do_not_come_open_it_too() {
    let (url, requests) = serve(|_, _| Reply::Silence).await;
    let engine = engine(
        &url,
        RemoteOptions {
            timeout: Duration::from_millis(20),
            ..options(Duration::from_secs(60))
        },
    );
    for _ in 0..8 {
        within(run(&engine, "{ warehouse }")).await;
    }
    assert_eq!(requests.count(), 4);
}

#[tokio::test]
async fn only_so_many_requests_run_and_wait() {
    let stock = Stock::default();
    let url = format!("http://{}/graphql", stock.listen().await);
    let options = RemoteOptions {
        concurrency_max: 2,
        waiting_max: 1,
        waiting_timeout: Duration::from_secs(20),
        flights_max: 0,
        ..RemoteOptions::default()
    };
    let engine = engine(&url, options);
    let ask = || {
        let engine = Arc::clone(&engine);
        tokio::spawn(async move { run(&engine, "{ held }").await })
    };
    let running = [ask(), ask()];
    until(|| async { stock.held() == 2 }).await;
    // One of these waits, the other one is refused.
    let (one, two) = (ask(), ask());
    let (refused, waiting) = within(select(one, two)).await.factor_first();
    assert_eq!(
        failures(&refused.expect("nothing panics")),
        [r#"SUBREQUEST_HTTP_ERROR stock ["held"]"#]
    );
    assert_eq!(stock.held(), 2);
    stock.open_gate();
    for answered in running.into_iter().chain([waiting.into_inner()]) {
        let answer = within(answered).await.expect("nothing panics");
        assert!(answer["errors"].is_null(), "{answer}");
    }
    assert_eq!(stock.held(), 3);
}
