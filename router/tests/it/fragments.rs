//! Fragments are inlined and merged.

use serde_json::json;

use crate::graph::Shop;

#[tokio::test]
async fn selections_of_one_field_are_merged() {
    let shop = Shop::open();
    let query = "{ me { ...A ...B manager { id } } }
        fragment A on User { name manager { name } ...B }
        fragment B on User { rank manager { rank } }";
    let data = shop.data(query).await;
    assert_eq!(
        data,
        json!({ "me": { "name": "Ada", "manager": null, "rank": "STAFF" } })
    );
    assert_eq!(
        shop.log.texts(),
        ["accounts {me{name manager{name rank id} rank}}"]
    );
}

#[tokio::test]
async fn fragments_reach_across_subgraphs() {
    let shop = Shop::open();
    let query = "{ topProducts(first: 1) { ...Card } }
        fragment Card on Product { name ...Stock reviews { ...Text } }
        fragment Stock on Product { inStock }
        fragment Text on Review { body author { ... on User { name } } }";
    let data = shop.data(query).await;
    assert_eq!(
        data["topProducts"][0],
        json!({ "name": "Table", "inStock": true, "reviews": [
            { "body": "Love it", "author": { "name": "Ada" } },
            { "body": "Prefer something else", "author": { "name": "Bob" } },
        ] })
    );
}
