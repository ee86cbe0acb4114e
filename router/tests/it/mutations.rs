//! Mutations run in order, one root field at a time (planner fault 3).

use serde_json::json;

use crate::graph::Shop;

#[tokio::test]
async fn root_fields_run_in_order() {
    let shop = Shop::open();
    let query = r#"mutation { a: rename(to: "x") b: rename(to: "y") c: rename(to: "z") }"#;
    let data = shop.data(query).await;
    assert_eq!(
        data,
        json!({ "a": ["x"], "b": ["x", "y"], "c": ["x", "y", "z"] })
    );
    assert_eq!(shop.log.subgraphs(), ["accounts"; 3]);
}

#[tokio::test]
async fn equal_root_fields_run_each() {
    let shop = Shop::open();
    let query = r#"mutation { a: rename(to: "x") b: rename(to: "x") }"#;
    let data = shop.data(query).await;
    assert_eq!(data, json!({ "a": ["x"], "b": ["x", "x"] }));
}

#[tokio::test]
async fn one_root_field_is_finished_before_the_next_begins() {
    let shop = Shop::open();
    let query = r#"mutation { a: promote(id: 1) { reviews { body } } b: rename(to: "x") }"#;
    let data = shop.data(query).await;
    assert_eq!(data["a"]["reviews"][0]["body"], "Love it");
    assert_eq!(shop.log.subgraphs(), ["accounts", "reviews", "accounts"]);
}

#[tokio::test]
async fn a_root_field_may_be_selected_twice_under_one_name() {
    let shop = Shop::open();
    let query = "mutation { promote(id: 1) { name } promote(id: 1) { rank } }";
    let data = shop.data(query).await;
    assert_eq!(
        data,
        json!({ "promote": { "name": "Ada", "rank": "STAFF" } })
    );
    assert_eq!(shop.log.subgraphs(), ["accounts"]);
}
