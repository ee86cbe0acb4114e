//! A panic is one failed request, not the end of the process (planner fault 5 has its test
//! beside the guard).

use serde_json::json;

use crate::graph::Shop;

#[tokio::test]
async fn a_resolver_that_panics_fails_alone() {
    let shop = Shop::open();
    let answer = shop.run("{ crash topProducts { upc } }", json!({})).await;
    assert_eq!(
        answer,
        json!({
            "data": { "crash": null, "topProducts": [{ "upc": "1" }, { "upc": "2" }] },
            "errors": [{ "message": "internal server error", "path": ["crash"],
                "extensions": { "code": "INTERNAL_SERVER_ERROR" } }],
        })
    );
    assert_eq!(
        shop.data("{ me { name } }").await,
        json!({ "me": { "name": "Ada" } })
    );
}
