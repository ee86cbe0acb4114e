//! Entities across subgraphs.

use async_graphql::value;
use serde_json::json;

use crate::graph::Shop;

#[tokio::test]
async fn a_query_walks_three_subgraphs() {
    let shop = Shop::open();
    let data = shop
        .data("{ me { name reviews { body product { name } } } }")
        .await;
    assert_eq!(
        data,
        json!({ "me": { "name": "Ada", "reviews": [
            { "body": "Love it", "product": { "name": "Table" } },
            { "body": "Too expensive", "product": { "name": "Couch" } },
        ] } })
    );
    assert_eq!(
        shop.log.texts(),
        [
            "accounts {me{name id}}",
            "reviews query($representations:[_Any!]!){_entities(representations:$representations)\
             {...on User{reviews{body product{upc}}}}}",
            "products query($representations:[_Any!]!){_entities(representations:$representations)\
             {...on Product{name}}}",
        ]
    );
}

#[tokio::test]
async fn equal_entities_are_asked_once_and_answered_everywhere() {
    let shop = Shop::open();
    let data = shop.data("{ reviews { author { name } } }").await;
    assert_eq!(
        data["reviews"],
        json!([
            { "author": { "name": "Ada" } },
            { "author": { "name": "Ada" } },
            { "author": { "name": "Bob" } },
            { "author": { "name": "Bob" } },
        ])
    );
    let asked = shop.log.take();
    assert_eq!(asked.len(), 2);
    assert_eq!(
        asked[1].variables,
        value!({ "representations": [
            { "__typename": "User", "id": "1" },
            { "__typename": "User", "id": "2" },
        ] })
    );
}

#[tokio::test]
async fn entities_at_several_paths_share_a_request() {
    let shop = Shop::open();
    let query =
        "{ a: topProducts(first: 1) { reviews { body } } b: product(upc: 3) { reviews { body } } }";
    let data = shop.data(query).await;
    assert_eq!(data["a"][0]["reviews"][0]["body"], "Love it");
    assert_eq!(data["b"]["reviews"][0]["body"], "Could be better");
    assert_eq!(shop.log.subgraphs(), ["products", "reviews"]);
}

#[tokio::test]
async fn an_empty_list_asks_nobody() {
    let shop = Shop::open();
    let data = shop
        .data("{ topProducts(first: 0) { reviews { body } } }")
        .await;
    assert_eq!(data, json!({ "topProducts": [] }));
    assert_eq!(shop.log.subgraphs(), ["products"]);
}

#[tokio::test]
async fn a_missing_entity_is_a_gap() {
    let shop = Shop::open();
    let answer = shop
        .run("{ user(id: 9) { reviews { body } } }", json!({}))
        .await;
    assert_eq!(answer, json!({ "data": { "user": null } }));
    assert_eq!(shop.log.subgraphs(), ["accounts"]);
}
