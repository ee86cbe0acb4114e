//! A large real service: GitHub's description, 1,223 operations.

use serde_json::{Value, json};
use testkit::{Backend, Client, Portico, Upload, on_both};

use crate::description;

on_both![every_operation_gets_a_form];

const IMPORT: &str = "mutation ($file: Upload!) {
    importOpenApi(input: { file: $file, name: \"GitHub\" }) { endpointCount service { id } }
}";
const PAGE: &str =
    "query ($id: ID!, $after: String) { service(id: $id) { endpoints(first: 100, after: $after) {
    nodes { method path form { id title warnings fields { __typename pointer warnings } } }
    pageInfo { hasNextPage endCursor }
} } }";

async fn every_operation_gets_a_form(backend: Backend) {
    let portico = Portico::start(backend).await;
    let owner = portico
        .client()
        .register("owner@example.com")
        .await
        .in_new_tenant("Acme")
        .await;
    let file = Upload {
        variable: "file",
        name: "github.json",
        media_type: "application/json",
        content: &description::github(),
    };
    let mut answer = owner.upload(IMPORT, json!({ "file": null }), file).await;
    let imported = answer["data"]["importOpenApi"].take();
    assert_eq!(imported["endpointCount"], 1223, "{answer}");

    let endpoints = all_endpoints(&owner, &imported["service"]["id"]).await;
    assert_eq!(endpoints.len(), 1223);
    for endpoint in &endpoints {
        let form = &endpoint["form"];
        assert!(form["id"].is_string(), "no form: {endpoint}");
        for field in form["fields"].as_array().expect("a list") {
            let says_why = field["warnings"]
                .as_array()
                .is_some_and(|warnings| !warnings.is_empty());
            assert!(
                field["__typename"] != "JsonField" || says_why,
                "unexplained: {endpoint}"
            );
        }
    }
}

async fn all_endpoints(owner: &Client, service: &Value) -> Vec<Value> {
    let mut endpoints = Vec::new();
    let mut after = Value::Null;
    loop {
        let mut data = owner
            .data(PAGE, json!({ "id": service, "after": after }))
            .await;
        let page = &mut data["service"]["endpoints"];
        endpoints.append(page["nodes"].as_array_mut().expect("a list"));
        if page["pageInfo"]["hasNextPage"] == false {
            return endpoints;
        }
        after = page["pageInfo"]["endCursor"].take();
    }
}
