//! A request ends at its deadline with what there is.

use std::time::Duration;

use router::{Context, Request};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::graph::Shop;

#[tokio::test]
async fn what_came_in_time_is_kept() {
    let shop = Shop::open();
    let request = Request {
        query: "{ slow topProducts(first: 1) { upc } }".to_owned(),
        ..Request::default()
    };
    let context = Context {
        deadline: Some(Instant::now() + Duration::from_millis(200)),
        ..Context::default()
    };
    let response = shop.engine.execute(request, context).await;
    let answer: Value = serde_json::from_slice(response.body()).expect("an answer is JSON");
    assert_eq!(
        answer,
        json!({
            "data": { "slow": null, "topProducts": [{ "upc": "1" }] },
            "errors": [{ "message": "subgraph accounts did not answer in time", "path": ["slow"],
                "extensions": { "code": "GATEWAY_TIMEOUT", "service": "accounts" } }],
        })
    );
}
