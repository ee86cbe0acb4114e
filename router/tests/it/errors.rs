//! Errors keep their codes, and are told under the client's names.

use serde_json::{Value, json};

use crate::graph::Shop;

fn codes(answer: &Value) -> Vec<&str> {
    let errors = answer["errors"].as_array().expect("there are errors");
    let code = |error: &'_ Value| error["extensions"]["code"].as_str().map(str::len);
    assert!(
        errors.iter().all(|error| code(error).is_some()),
        "{answer:#}"
    );
    errors
        .iter()
        .filter_map(|error| error["extensions"]["code"].as_str())
        .collect()
}

#[tokio::test]
async fn one_bad_entity_costs_only_itself() {
    let shop = Shop::open();
    let answer = shop.run("{ suspects { id name } }", json!({})).await;
    assert_eq!(
        answer["data"]["suspects"],
        json!([
            { "id": "1", "name": "Ada" },
            { "id": "13", "name": null },
            { "id": "2", "name": "Bob" },
            { "id": "99", "name": null },
            { "id": "13", "name": null },
        ])
    );
    let errors = answer["errors"].as_array().expect("there are errors");
    let paths: Vec<_> = errors.iter().map(|error| &error["path"]).collect();
    assert_eq!(paths, [&json!(["suspects", 1]), &json!(["suspects", 4])]);
    assert_eq!(codes(&answer), ["CONFLICT", "CONFLICT"]);
}

#[tokio::test]
async fn one_bad_entity_costs_only_itself_among_several_lists() {
    let shop = Shop::open();
    let answer = shop
        .run(
            "{ suspects { name } reviews { author { rank } } }",
            json!({}),
        )
        .await;
    assert_eq!(answer["data"]["suspects"][1], json!({ "name": null }));
    assert_eq!(answer["data"]["suspects"][2], json!({ "name": "Bob" }));
    assert_eq!(
        answer["data"]["reviews"][0],
        json!({ "author": { "rank": "STAFF" } })
    );
    assert_eq!(codes(&answer), ["CONFLICT", "CONFLICT"]);
    assert_eq!(
        shop.log.subgraphs(),
        ["reviews", "accounts"],
        "both lists share a request"
    );
}

#[tokio::test]
async fn an_error_inside_an_entity_is_told_at_every_place_of_it() {
    let shop = Shop::open();
    let query = "{ reviews { who: author { mail: email post: email } } }";
    let answer = shop.run(query, json!({})).await;
    let errors = answer["errors"].as_array().expect("there are errors");
    let paths: Vec<_> = errors.iter().map(|error| error["path"].clone()).collect();
    assert_eq!(
        paths,
        [
            json!(["reviews", 2, "who", "mail"]),
            json!(["reviews", 2, "who", "post"]),
            json!(["reviews", 3, "who", "mail"]),
            json!(["reviews", 3, "who", "post"]),
        ]
    );
    assert_eq!(
        answer["data"]["reviews"][0]["who"]["mail"],
        "ada@example.org"
    );
}

#[tokio::test]
async fn uncoded_errors_are_ours_and_tell_nothing() {
    let shop = Shop::open();
    let answer = shop.run("{ uncoded me { name } }", json!({})).await;
    assert_eq!(
        answer,
        json!({
            "data": { "uncoded": null, "me": { "name": "Ada" } },
            "errors": [{ "message": "internal server error", "path": ["uncoded"],
                "extensions": { "code": "INTERNAL_SERVER_ERROR" } }],
        })
    );
}

#[tokio::test]
async fn a_refused_argument_is_the_clients_fault() {
    let shop = Shop::open();
    let answer = shop.run("{ limited(n: 11) }", json!({})).await;
    assert_eq!(codes(&answer), ["BAD_USER_INPUT"]);
    assert_eq!(answer["errors"][0]["path"], json!(["limited"]));
}

#[tokio::test]
async fn documents_are_refused_with_places() {
    let shop = Shop::open();
    let answer = shop.run("{ me {", json!({})).await;
    assert_eq!(codes(&answer)[0], "GRAPHQL_PARSE_FAILED");
    assert_eq!(answer.get("data"), None);

    let answer = shop.run("{ me { nothing name } }", json!({})).await;
    assert_eq!(codes(&answer)[0], "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(
        answer["errors"][0]["locations"],
        json!([{ "line": 1, "column": 8 }])
    );

    for nothing in ["", "fragment A on User { id }"] {
        let answer = shop.run(nothing, json!({})).await;
        assert!(answer.get("data").is_none() && !codes(&answer).is_empty());
    }
}

#[tokio::test]
async fn machinery_is_out_of_reach() {
    let shop = Shop::open();
    for query in [
        "{ _service { sdl } }",
        r#"{ _entities(representations: [{ __typename: "User", id: 2 }]) { __typename } }"#,
        "query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }",
    ] {
        let answer = shop.run(query, json!({})).await;
        assert_eq!(codes(&answer)[0], "GRAPHQL_VALIDATION_FAILED", "{query}");
    }
    assert!(shop.log.take().is_empty());
}

#[tokio::test]
async fn operations_are_chosen_by_name() {
    let shop = Shop::open();
    let two = "query A { me { id } } query B { me { name } }";
    let answer = shop.run(two, json!({})).await;
    assert_eq!(codes(&answer), ["BAD_USER_INPUT"]);

    let request = router::Request {
        query: two.to_owned(),
        operation_name: Some("B".to_owned()),
        ..router::Request::default()
    };
    let response = shop
        .engine
        .execute(request, router::Context::default())
        .await;
    assert_eq!(response.body(), &r#"{"data":{"me":{"name":"Ada"}}}"#);
}
