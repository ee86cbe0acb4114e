//! Fields that a subgraph has at hand although another owns them.

use serde_json::json;

use crate::graph::Shop;

#[tokio::test]
async fn a_provided_field_needs_no_second_request() {
    let shop = Shop::open();
    let data = shop.data("{ star { name } }").await;
    assert_eq!(data, json!({ "star": { "name": "Star Bob" } }));
    assert_eq!(shop.log.texts(), ["reviews {star{__typename name}}"]);
}

#[tokio::test]
async fn where_it_is_not_provided_the_owner_is_asked() {
    let shop = Shop::open();
    let data = shop.data("{ reviews { author { name } } }").await;
    assert_eq!(data["reviews"][0]["author"]["name"], "Ada");
    assert_eq!(shop.log.subgraphs(), ["reviews", "accounts"]);
}
