//! Several requests in one body.

use ::http::StatusCode;
use router::{BatchOptions, HttpOptions};
use serde_json::json;

use crate::front::{Answer, CLASSIC, Front, MODERN, post, request};

fn batching() -> Front {
    Front::with(HttpOptions {
        batch: BatchOptions {
            enabled: true,
            requests_max: 3,
            ..BatchOptions::default()
        },
        ..HttpOptions::default()
    })
}

#[tokio::test]
async fn batches_are_refused_unless_they_are_switched_on() {
    let batch = json!([{ "query": "{ me { name } }" }]);
    let answer = Front::open().post(batch).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.code(), "BAD_USER_INPUT");
}

#[tokio::test]
async fn each_request_is_answered_in_its_place() {
    let front = batching();
    let batch = json!([
        { "query": "{ topProducts { name reviews { body } } }" },
        { "query": "{ nothing }" },
        { "query": "query A { me { name } } query B { __typename }", "operationName": "B" },
    ]);
    for accept in [CLASSIC, MODERN] {
        let answer = front.send(post(accept, &batch)).await;
        assert_eq!(answer.status, StatusCode::OK);
        let media = answer.headers["content-type"].to_str().expect("text");
        assert_eq!(media, format!("{accept}; charset=utf-8"));
        let answers = answer.body.as_array().expect("a list");
        assert_eq!(answers.len(), 3);
        assert_eq!(answers[0]["data"]["topProducts"][0]["name"], "Table");
        assert_eq!(
            answers[1]["errors"][0]["extensions"]["code"],
            "GRAPHQL_VALIDATION_FAILED"
        );
        assert_eq!(answers[2], json!({ "data": { "__typename": "Query" } }));
    }
}

#[tokio::test]
async fn one_wrong_request_costs_only_itself() {
    let batch = json!([{ "query": 1 }, { "query": "{ me { name } }" }, 7]);
    let answer = batching().post(batch).await;
    assert_eq!(answer.status, StatusCode::OK);
    let code = |index: usize| &answer.body[index]["errors"][0]["extensions"]["code"];
    assert_eq!(code(0), "BAD_USER_INPUT");
    assert_eq!(
        answer.body[1],
        json!({ "data": { "me": { "name": "Ada" } } })
    );
    assert_eq!(code(2), "BAD_USER_INPUT");
}

#[tokio::test]
async fn mutations_run_in_order() {
    let front = batching();
    let batch = json!([
        { "query": r#"mutation { rename(to: "x") }"# },
        { "query": "{ me { name } }" },
        { "query": r#"mutation { rename(to: "y") }"# },
    ]);
    let answer = front.post(batch).await;
    assert_eq!(answer.body[0]["data"]["rename"], json!(["x"]));
    assert_eq!(answer.body[2]["data"]["rename"], json!(["x", "y"]));
    let asked = front.shop.log.texts();
    let kinds: Vec<bool> = asked.iter().map(|text| text.contains("mutation")).collect();
    assert_eq!(kinds, [true, false, true], "{asked:#?}");
}

#[tokio::test]
async fn a_batch_is_bounded_and_has_no_subscription() {
    let front = batching();
    let one = json!({ "query": "{ me { name } }" });
    for batch in [json!([]), json!([one, one, one, one])] {
        let answer = front.post(batch).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.code(), "BAD_USER_INPUT");
    }
    let batch = json!([{ "query": "subscription { ticks }" }, one]);
    for accept in [CLASSIC, "application/json, text/event-stream"] {
        let answer = front.send(post(accept, &batch)).await;
        assert_eq!(
            answer.body[0]["errors"][0]["extensions"]["code"],
            "BAD_USER_INPUT"
        );
        assert_eq!(answer.body[1]["data"]["me"]["name"], "Ada");
    }
    let answer = front.send(post("text/event-stream", &batch)).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn files_reach_their_request() {
    let map = r#"{ "0": ["0.variables.f"], "1": ["2.variables.f"] }"#;
    let answer = upload(map).await;
    assert_eq!(answer.body[0]["data"]["readFile"], "a.txt: one");
    assert_eq!(answer.body[2]["data"]["readFile"], "b.txt: two");

    for map in [
        r#"{ "0": ["0.variables.f", "2.variables.f"], "1": ["2.variables.f"] }"#,
        r#"{ "0": ["3.variables.f"], "1": ["2.variables.f"] }"#,
        r#"{ "0": ["variables.f"], "1": ["2.variables.f"] }"#,
    ] {
        let answer = upload(map).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{map}");
    }
}

async fn upload(map: &str) -> Answer {
    let read = "mutation ($f: Upload!) { readFile(file: $f) }";
    let operations = json!([
        { "query": read, "variables": { "f": null } },
        { "query": "{ me { name } }" },
        { "query": read, "variables": { "f": null } },
    ]);
    let parts = [
        (r#"name="operations""#, operations.to_string()),
        (r#"name="map""#, map.to_owned()),
        (r#"name="0"; filename="a.txt""#, "one".to_owned()),
        (r#"name="1"; filename="b.txt""#, "two".to_owned()),
    ];
    let mut body = String::new();
    for (head, content) in parts {
        body += &format!("--X\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n");
    }
    body += "--X--\r\n";
    let headers = [
        ("content-type", "multipart/form-data; boundary=X"),
        ("apollo-require-preflight", "1"),
    ];
    batching()
        .send(request("POST", "/graphql", &headers, body))
        .await
}
