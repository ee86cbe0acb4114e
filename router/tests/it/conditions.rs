//! `@skip` and `@include` are decided before planning (planner fault 1).

use serde_json::json;

use crate::graph::Shop;

const QUERY: &str = "query ($yes: Boolean!, $no: Boolean = false) {
    me { name @include(if: $yes) rank @skip(if: $yes) ... @include(if: $no) { badge } }
    reviews @include(if: $no) { body }
}";

#[tokio::test]
async fn what_is_excluded_is_not_fetched() {
    let shop = Shop::open();
    let answer = shop.run(QUERY, json!({ "yes": true })).await;
    assert_eq!(answer, json!({ "data": { "me": { "name": "Ada" } } }));
    assert_eq!(shop.log.texts(), ["accounts {me{__typename name}}"]);
}

#[tokio::test]
async fn each_setting_has_its_own_plan() {
    let shop = Shop::open();
    for _ in 0..2 {
        let yes = shop.run(QUERY, json!({ "yes": true, "no": false })).await;
        assert_eq!(yes["data"]["me"], json!({ "name": "Ada" }));
        let no = shop.run(QUERY, json!({ "yes": false, "no": true })).await;
        assert_eq!(no["data"]["me"], json!({ "rank": "STAFF", "badge": 100 }));
        assert_eq!(no["data"]["reviews"].as_array().map(Vec::len), Some(4));
    }
}

#[tokio::test]
async fn conditions_on_fragments_and_literals_count() {
    let shop = Shop::open();
    let query = "query ($no: Boolean!) {
        me { ...Extra @include(if: $no) name @skip(if: false) rank @include(if: false) }
    } fragment Extra on User { badge }";
    let answer = shop.run(query, json!({ "no": false })).await;
    assert_eq!(answer, json!({ "data": { "me": { "name": "Ada" } } }));
}

#[tokio::test]
async fn an_object_may_end_up_without_fields() {
    let shop = Shop::open();
    let query = "query ($no: Boolean!) { me { name @include(if: $no) } }";
    let answer = shop.run(query, json!({ "no": false })).await;
    assert_eq!(answer, json!({ "data": { "me": {} } }));

    let query = "query ($no: Boolean!) { me @include(if: $no) { name } }";
    let answer = shop.run(query, json!({ "no": false })).await;
    assert_eq!(answer, json!({ "data": {} }));
}

#[tokio::test]
async fn a_condition_must_not_be_null() {
    let shop = Shop::open();
    let answer = shop.run(QUERY, json!({ "yes": true, "no": null })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    assert_eq!(answer.get("data"), None);
}
