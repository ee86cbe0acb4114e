//! Documents and plans are made once, under keys that can not be mistaken (planner fault 6).

use std::time::Duration;

use router::Options;
use serde_json::json;

use crate::graph::Shop;

/// With no time to plan, only what is cached can be answered.
#[tokio::test]
async fn requests_that_differ_in_literals_share_a_plan() {
    let shop = Shop::open();
    for upc in 1..=3 {
        let data = shop
            .data(&format!("{{ product(upc: {upc}) {{ upc }} }}"))
            .await;
        assert_eq!(data["product"]["upc"], upc.to_string());
    }
    let counts = shop.engine.cached();
    assert_eq!((counts.documents, counts.plans), (3, 1));
}

#[tokio::test]
async fn a_repeated_request_is_not_parsed_again() {
    let shop = Shop::open();
    let query = "query ($upc: ID!) { product(upc: $upc) { upc } }";
    for upc in ["1", "2", "1"] {
        let answer = shop.run(query, json!({ "upc": upc })).await;
        assert_eq!(answer["data"]["product"]["upc"], upc);
    }
    let counts = shop.engine.cached();
    assert_eq!((counts.documents, counts.prepared, counts.plans), (1, 1, 1));
}

#[tokio::test]
async fn caches_are_bounded() {
    let shop = Shop::with(Options {
        cached_documents_max: 4,
        ..Options::default()
    });
    for n in 0..20 {
        shop.data(&format!("{{ me {{ a{n}: name }} }}")).await;
    }
    assert!(shop.engine.cached().documents <= 4);
}

#[tokio::test]
async fn a_plan_that_takes_too_long_is_refused() {
    let shop = Shop::with(Options {
        plan_timeout: Duration::ZERO,
        ..Options::default()
    });
    let answer = shop.run("{ me { name } }", json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "GATEWAY_TIMEOUT");
}

#[tokio::test]
async fn failures_are_not_cached() {
    let shop = Shop::open();
    shop.run("{ nothing }", json!({})).await;
    assert_eq!(shop.engine.cached().documents, 0);
}
