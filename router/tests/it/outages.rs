//! A subgraph that does not answer blanks its branch, not the page.

use serde_json::json;

use crate::graph::Shop;

#[tokio::test]
async fn entities_of_a_dead_subgraph_are_gaps() {
    let shop = Shop::without("accounts");
    let answer = shop
        .run(
            "{ topProducts { name reviews { by: author { name } } } }",
            json!({}),
        )
        .await;
    assert_eq!(answer["data"]["topProducts"][0]["name"], "Table");
    assert_eq!(
        answer["data"]["topProducts"][0]["reviews"][0],
        json!({ "by": { "name": null } })
    );
    assert_eq!(
        answer["errors"],
        json!([{ "message": "connection refused", "path": ["topProducts"],
            "extensions": { "code": "SUBREQUEST_HTTP_ERROR", "service": "accounts" } }])
    );
}

#[tokio::test]
async fn root_fields_of_a_dead_subgraph_are_told_apart() {
    let shop = Shop::without("accounts");
    let answer = shop
        .run(
            "{ a: user(id: 1) { name } b: user(id: 2) { name } topProducts { upc } }",
            json!({}),
        )
        .await;
    assert_eq!(
        answer["data"],
        json!({ "a": null, "b": null, "topProducts": [{ "upc": "1" }, { "upc": "2" }] })
    );
    let paths = [&answer["errors"][0]["path"], &answer["errors"][1]["path"]];
    assert_eq!(paths, [&json!(["a"]), &json!(["b"])]);
}

/// `shipping` is never null, and without price and weight nobody can be asked for it.
#[tokio::test]
async fn what_needs_a_dead_subgraph_is_not_asked() {
    let shop = Shop::without("products");
    let answer = shop.run("{ warehouse reviews { body } }", json!({})).await;
    assert_eq!(answer["data"]["warehouse"], "Rotterdam");
    shop.log.take();

    let answer = shop
        .run("{ reviews { product { shipping } } }", json!({}))
        .await;
    assert_eq!(answer["data"], json!(null));
    assert_eq!(
        answer["errors"][0]["extensions"]["code"],
        "SUBREQUEST_HTTP_ERROR"
    );
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(1));
    assert_eq!(shop.log.subgraphs(), ["reviews"]);
}

#[tokio::test]
async fn a_dead_subgraph_can_not_stream() {
    let shop = Shop::without("products");
    let request = router::Request {
        query: "subscription { ticks }".to_owned(),
        ..router::Request::default()
    };
    let stream = shop
        .engine
        .subscribe(request, router::Context::default())
        .await;
    let responses: Vec<_> = futures::StreamExt::collect(stream).await;
    assert_eq!(responses.len(), 1);
    assert_eq!(
        responses[0].errors()[0].code(),
        Some("SUBREQUEST_HTTP_ERROR")
    );
}
