//! One subgraph at several places.

use std::net::TcpListener;

use router::RemoteOptions;
use router::remote::RetryOptions;
use serde_json::json;

use crate::graph::{engine, run, within};
use crate::served::Stock;

/// Where nobody listens.
fn nowhere() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is free");
    let address = listener.local_addr().expect("a bound socket has one");
    format!("http://{address}/graphql")
}

/// Every request opens a connection, and none is sent twice.
fn options(replicas: Vec<String>) -> RemoteOptions {
    RemoteOptions {
        replicas,
        idle_max: 0,
        retries: RetryOptions {
            retries_max: 0,
            ..RetryOptions::default()
        },
        ..RemoteOptions::default()
    }
}

#[tokio::test]
async fn the_load_spreads_and_a_place_without_a_server_is_passed_over() {
    let (one, two) = (Stock::default(), Stock::default());
    let url = |address: String| format!("http://{address}/graphql");
    let replicas = vec![url(one.listen().await), url(two.listen().await)];
    let engine = engine(&nowhere(), options(replicas));
    for count in 0..12 {
        let restock = format!("mutation {{ restock(count: {count}) }}");
        let answer = within(run(&engine, &restock)).await;
        assert_eq!(answer, json!({ "data": { "restock": count } }));
    }
    let asked = [one.versions().len(), two.versions().len()];
    assert_eq!(asked.iter().sum::<usize>(), 12, "a mutation is sent once");
    assert!(asked.iter().all(|count| *count >= 3), "{asked:?}");
}

#[tokio::test]
async fn without_any_server_there_is_an_error() {
    let engine = engine(&nowhere(), options(vec![nowhere()]));
    let answer = within(run(&engine, "{ warehouse }")).await;
    let code = &answer["errors"][0]["extensions"]["code"];
    assert_eq!(code, "SUBREQUEST_HTTP_ERROR", "{answer}");
}
