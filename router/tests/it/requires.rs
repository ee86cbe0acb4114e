//! Fields that need fields of other subgraphs.

use async_graphql::value;
use serde_json::json;

use crate::graph::Shop;

#[tokio::test]
async fn required_fields_travel_through_the_router() {
    let shop = Shop::open();
    let data = shop
        .data("{ topProducts(first: 3) { name shipping } }")
        .await;
    assert_eq!(
        data["topProducts"],
        json!([
            { "name": "Table", "shipping": 5 },
            { "name": "Couch", "shipping": 0 },
            { "name": "Chair", "shipping": -1 },
        ])
    );
    let asked = shop.log.take();
    assert_eq!(asked.len(), 2);
    assert_eq!(
        asked[1].variables,
        value!({ "representations": [
            { "__typename": "Product", "price": 100, "weight": 10, "upc": "1" },
            { "__typename": "Product", "price": 200, "weight": 20, "upc": "2" },
            { "__typename": "Product", "price": null, "weight": 30, "upc": "3" },
        ] })
    );
}

#[tokio::test]
async fn required_fields_are_fetched_from_a_third_subgraph_first() {
    let shop = Shop::open();
    let data = shop
        .data("{ reviews { product { shipping inStock } } }")
        .await;
    assert_eq!(
        data["reviews"][0],
        json!({ "product": { "shipping": 5, "inStock": true } })
    );
    assert_eq!(
        shop.log.subgraphs().last(),
        Some(&"inventory"),
        "price and weight come first"
    );
}

#[tokio::test]
async fn required_fields_do_not_leak_into_the_answer() {
    let shop = Shop::open();
    let data = shop.data("{ topProducts(first: 1) { shipping } }").await;
    assert_eq!(data, json!({ "topProducts": [{ "shipping": 5 }] }));
}

#[tokio::test]
async fn required_fields_come_along_where_their_subgraph_is_asked_anyway() {
    let shop = Shop::open();
    let query = "{ reviews { product { similar { shipping } } } }";
    let data = shop.data(query).await;
    assert_eq!(
        data["reviews"][0]["product"]["similar"],
        json!([{ "shipping": 0 }, { "shipping": -1 }])
    );
    assert_eq!(
        shop.log.texts()[1..],
        [
            "products query($representations:[_Any!]!){_entities(representations:$representations)\
             {...on Product{similar{price weight upc}}}}",
            "inventory query($representations:[_Any!]!){_entities(representations:$representations)\
             {...on Product{shipping}}}",
        ]
    );
}
