//! Entities across subgraphs.

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
            "accounts {me{__typename name id}}",
            "reviews query($representations:[_Any!]!){_entities(representations: $representations)\
             {...on User{reviews{body product{__typename upc}}}}}",
            "products query($representations:[_Any!]!){_entities(representations: $representations)\
             {...on Product{name}}}",
        ]
    );
}
