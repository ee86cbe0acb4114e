//! Data that is refused for what it is or for how much it is.

use serde_json::json;
use testkit::Backend;

use super::world::{WRITE, World, order, order_data};

testkit::on_both![
    what_only_the_service_sets_is_not_taken,
    data_that_is_too_much_work_is_neither_kept_nor_sent,
    a_bad_id_is_refused_after_whoever_is_signed_out,
];

/// As the registry announces an imported schema.
async fn what_only_the_service_sets_is_not_taken(backend: Backend) {
    let world = World::start(backend).await;
    let owner = world.member(&[WRITE]).await;
    let mut new = order();
    new.schema["properties"]["body"]["properties"]["id"] =
        json!({ "type": "string", "readOnly": true });
    new.schema["properties"]["body"]["properties"]["links"] = json!({ "readOnly": true });
    let form = world.announce_endpoint(&owner, new).await;
    for name in ["id", "links"] {
        let mut data = order_data();
        data["body"][name] = json!("mine");
        let rejected = world.submit(&owner, form, data).await;
        let error = &rejected["errors"][0];
        assert_eq!(error["pointer"], format!("/body/{name}"), "{rejected:#}");
        assert_eq!(error["code"], "READ_ONLY");
    }
    assert!(world.outside.requests().is_empty());
    let submission = world.submit(&owner, form, order_data()).await;
    assert_eq!(submission["state"], "SUCCEEDED", "{submission:#}");
}

async fn data_that_is_too_much_work_is_neither_kept_nor_sent(backend: Backend) {
    let world = World::start(backend).await;
    let owner = world.member(&[WRITE]).await;
    let mut new = order();
    let patterns: Vec<_> = (0..600)
        .map(|n| json!({ "pattern": format!("^a{n}$") }))
        .collect();
    let body = &mut new.schema["properties"]["body"]["properties"];
    body["tags"] = json!({ "type": "array", "items": { "anyOf": patterns } });
    let form = world.announce_endpoint(&owner, new).await;
    let mut data = order_data();
    data["body"]["tags"] = json!(vec!["none"; 4_000]);
    let submitting = (0..4).map(|_| world.submit(&owner, form, data.clone()));
    for rejected in futures::future::join_all(submitting).await {
        assert_eq!(rejected["errors"][0]["code"], "TOO_LARGE", "{rejected:#}");
    }
    assert!(world.outside.requests().is_empty());
    data["body"]["tags"] = json!(["a1", "a599"]);
    let submission = world.submit(&owner, form, data).await;
    assert_eq!(submission["state"], "SUCCEEDED", "{submission:#}");
}

async fn a_bad_id_is_refused_after_whoever_is_signed_out(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.test.viewer(&["*:*"]);
    for query in [
        r#"{ form(id: "x") { id } }"#,
        r#"{ formSubmission(id: "x") { id } }"#,
        r#"mutation { submitForm(input: { formId: "x", data: {} }) { __typename } }"#,
    ] {
        let answer = world.ask(Some(&ada), query, json!({})).await;
        assert_eq!(answer["errors"][0]["code"], "BAD_USER_INPUT", "{query}");
        let answer = world.ask(None, query, json!({})).await;
        assert_eq!(answer["errors"][0]["code"], "UNAUTHENTICATED", "{query}");
    }
}
