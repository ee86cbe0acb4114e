//! Aliases never reach a subgraph (planner fault 2).

use async_graphql::value;
use serde_json::json;

use crate::graph::Shop;

/// Were the alias to reach the planner, the *name* would be sent as the key.
#[tokio::test]
async fn an_alias_can_not_pass_for_a_key() {
    let shop = Shop::open();
    let data = shop.data("{ me { id: name reviews { body } } }").await;
    assert_eq!(data["me"]["id"], "Ada");
    assert_eq!(data["me"]["reviews"][0]["body"], "Love it");
    let asked = shop.log.take();
    assert_eq!(
        asked[1].variables,
        value!({ "representations": [{ "__typename": "User", "id": "1" }] })
    );
}

#[tokio::test]
async fn an_alias_can_not_pass_for_a_typename_or_a_requirement() {
    let shop = Shop::open();
    let query = "{ topProducts(first: 1) { price: weight weight: price __typename: name upc: name shipping } }";
    let data = shop.data(query).await;
    assert_eq!(
        data["topProducts"][0],
        json!({ "price": 10, "weight": 100, "__typename": "Table", "upc": "Table", "shipping": 5 })
    );
}

#[tokio::test]
async fn one_field_under_many_names_is_fetched_once() {
    let shop = Shop::open();
    let data = shop.data("{ me { a: name b: name name } }").await;
    assert_eq!(
        data,
        json!({ "me": { "a": "Ada", "b": "Ada", "name": "Ada" } })
    );
    assert_eq!(shop.log.texts(), ["accounts {me{__typename name}}"]);
}

#[tokio::test]
async fn different_arguments_are_different_fields() {
    let shop = Shop::open();
    let query = r#"{ me { a: greeting(word: "Hi") b: greeting(word: "Yo") greeting
        one: reviews(first: 1) { body } all: reviews { body } } }"#;
    let data = shop.data(query).await;
    assert_eq!(data["me"]["a"], "Hi 1");
    assert_eq!(data["me"]["b"], "Yo 1");
    assert_eq!(data["me"]["greeting"], "Hello 1");
    assert_eq!(data["me"]["one"].as_array().map(Vec::len), Some(1));
    assert_eq!(data["me"]["all"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        shop.log.texts()[0],
        "accounts query($a0:String!,$a1:String!){me{\
         _p0_greeting:greeting(word:$a0) _p1_greeting:greeting(word:$a1) greeting id}}"
    );
}

#[tokio::test]
async fn the_clients_order_is_kept() {
    let shop = Shop::open();
    let query = "{ z: me { rank name } a: me { name rank } }";
    let response = shop.respond(query, json!({})).await;
    assert_eq!(
        response.body(),
        &r#"{"data":{"z":{"rank":"STAFF","name":"Ada"},"a":{"name":"Ada","rank":"STAFF"}}}"#
    );
}
