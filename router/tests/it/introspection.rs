//! The schema answers for itself.

use router::Options;
use serde_json::json;

use crate::graph::Shop;

#[tokio::test]
async fn the_schema_is_answered_without_a_subgraph() {
    let shop = Shop::open();
    let query = r#"{ __typename __schema { queryType { name } } user: __type(name: "User") { kind fields { name } } }"#;
    let data = shop.data(query).await;
    assert_eq!(data["__typename"], "Query");
    assert_eq!(
        data["__schema"],
        json!({ "queryType": { "name": "Query" } })
    );
    let fields = data["user"]["fields"].as_array().expect("User has fields");
    assert!(fields.contains(&json!({ "name": "reviews" })));
    assert!(shop.log.take().is_empty());
}

#[tokio::test]
async fn schema_and_data_mix() {
    let shop = Shop::open();
    let query = "query ($t: String!) { me { __typename name } t: __type(name: $t) { name } }";
    let answer = shop.run(query, json!({ "t": "Rank" })).await;
    let expected =
        json!({ "me": { "__typename": "User", "name": "Ada" }, "t": { "name": "Rank" } });
    assert_eq!(answer, json!({ "data": expected }));
    assert_eq!(shop.log.texts(), ["accounts {me{__typename name}}"]);
}

#[tokio::test]
async fn federation_machinery_is_not_shown() {
    let shop = Shop::open();
    let data = shop
        .data("{ __schema { types { name } directives { name } } }")
        .await;
    let text = data.to_string();
    for hidden in ["_Any", "_Entity", "_Service", "join__", "link__"] {
        assert!(!text.contains(hidden), "{hidden} is shown");
    }
}

#[tokio::test]
async fn it_can_be_switched_off() {
    let shop = Shop::with(Options {
        introspection: false,
        ..Options::default()
    });
    let answer = shop
        .run("{ __schema { queryType { name } } }", json!({}))
        .await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"],
        "GRAPHQL_VALIDATION_FAILED"
    );
    assert_eq!(
        shop.data("{ __typename }").await,
        json!({ "__typename": "Query" })
    );
}

#[tokio::test]
async fn deep_schema_queries_are_refused() {
    let shop = Shop::open();
    let inner = "fields { type { fields { type { fields { type { fields { name } } } } } } }";
    let answer = shop
        .run(
            &format!("{{ __schema {{ types {{ {inner} }} }} }}"),
            json!({}),
        )
        .await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"],
        "GRAPHQL_VALIDATION_FAILED"
    );
}
