//! Subscriptions: the event seeds the data, the rest of the plan runs for each.

use futures::StreamExt;
use router::{Context, Request, Response};
use serde_json::{Value, json};

use crate::graph::Shop;

fn body(response: Response) -> Value {
    serde_json::from_slice(response.body()).expect("an answer is JSON")
}

async fn all(shop: &Shop, query: &str) -> Vec<Value> {
    let request = Request {
        query: query.to_owned(),
        ..Request::default()
    };
    let stream = shop.engine.subscribe(request, Context::default()).await;
    stream.map(body).collect().await
}

#[tokio::test]
async fn each_event_is_completed_by_other_subgraphs() {
    let shop = Shop::open();
    let query = "subscription { added: productAdded(until: 2) { title: name inStock reviews { author { name } } } }";
    let events = all(&shop, query).await;
    assert_eq!(
        events,
        [
            json!({ "data": { "added": { "title": "Table", "inStock": true, "reviews": [
                { "author": { "name": "Ada" } }, { "author": { "name": "Bob" } } ] } } }),
            json!({ "data": { "added": { "title": "Couch", "inStock": false, "reviews": [
                { "author": { "name": "Ada" } } ] } } }),
        ]
    );
    let mut asked = shop.log.subgraphs();
    asked.sort_unstable();
    assert_eq!(
        asked,
        [
            "accounts",
            "accounts",
            "inventory",
            "inventory",
            "products",
            "reviews",
            "reviews"
        ]
    );
}

#[tokio::test]
async fn a_stream_is_pulled_and_can_be_dropped() {
    let shop = Shop::open();
    let request = Request {
        query: "subscription { ticks }".to_owned(),
        ..Request::default()
    };
    let mut stream = shop.engine.subscribe(request, Context::default()).await;
    for n in 0..3 {
        let event = stream.next().await.map(body);
        assert_eq!(event, Some(json!({ "data": { "ticks": n } })));
    }
    drop(stream);
    shop.stopped.0.notified().await;
}

#[tokio::test]
async fn queries_and_refusals_are_streams_of_one() {
    let shop = Shop::open();
    assert_eq!(
        all(&shop, "{ me { name } }").await,
        [json!({ "data": { "me": { "name": "Ada" } } })]
    );
    let refused = all(&shop, "subscription { nothing }").await;
    assert_eq!(refused.len(), 1);
    assert_eq!(
        refused[0]["errors"][0]["extensions"]["code"],
        "GRAPHQL_VALIDATION_FAILED"
    );
}

#[tokio::test]
async fn a_subscription_needs_a_stream() {
    let shop = Shop::open();
    let answer = shop.run("subscription { ticks }", json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
}
