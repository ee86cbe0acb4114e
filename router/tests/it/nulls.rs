//! Nulls propagate to the nearest place that may be null.

use serde_json::json;

use crate::graph::Shop;

#[tokio::test]
async fn a_null_stops_where_null_is_allowed() {
    let shop = Shop::open();
    let answer = shop
        .run("{ user(id: 4) { name badge } me { name } }", json!({}))
        .await;
    assert_eq!(
        answer,
        json!({
            "data": { "user": null, "me": { "name": "Ada" } },
            "errors": [{ "message": "no badge", "path": ["user", "badge"],
                "extensions": { "code": "NOT_FOUND" } }],
        })
    );
}

#[tokio::test]
async fn a_null_may_take_everything() {
    let shop = Shop::open();
    let answer = shop
        .run("{ me { name } everybody { name badge } }", json!({}))
        .await;
    assert_eq!(answer["data"], json!(null));
    assert_eq!(
        answer["errors"][0]["path"],
        json!(["everybody", 3, "badge"])
    );
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn fields_that_may_be_null_are_just_null() {
    let shop = Shop::open();
    let answer = shop.run("{ users { name email } }", json!({})).await;
    assert_eq!(
        answer["data"]["users"],
        json!([
            { "name": "Ada", "email": "ada@example.org" },
            { "name": "Bob", "email": null },
            { "name": "Cy", "email": null },
        ])
    );
    assert_eq!(answer["errors"][0]["path"], json!(["users", 1, "email"]));
    assert_eq!(answer["errors"][1]["path"], json!(["users", 2, "email"]));
    assert_eq!(answer["errors"][1]["extensions"]["code"], "FORBIDDEN");
}

#[tokio::test]
async fn an_object_of_which_everything_failed_is_still_there() {
    let shop = Shop::open();
    let answer = shop.run("{ user(id: 2) { email } }", json!({})).await;
    assert_eq!(answer["data"], json!({ "user": { "email": null } }));
}

/// Entity 99 does not exist, so `badge` is missing without anybody having said why.
#[tokio::test]
async fn an_unexplained_null_is_explained() {
    let shop = Shop::open();
    let answer = shop.run("{ suspects { id rank } }", json!({})).await;
    assert_eq!(answer["data"], json!(null));
    let errors = answer["errors"].as_array().expect("there are errors");
    let paths: Vec<_> = errors.iter().map(|error| &error["path"]).collect();
    assert!(paths.contains(&&json!(["suspects", 1])), "{answer:#}");
}
