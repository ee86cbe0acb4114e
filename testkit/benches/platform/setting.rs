//! A tenant with a service, as the measured queries find it.

use serde_json::json;
use testkit::{Client, eventually};

const IMPORT: &str = "mutation ($input: ImportOpenApiInput!) {
    importOpenApi(input: $input) { service { id } }
}";
const SUBSCRIBE: &str = "mutation ($input: SubscribeToServiceInput!) {
    subscribeToService(input: $input) { tenantService { id } }
}";

/// The query of a first page, which walks through six subgraphs.
pub(crate) const HOME: &str = include_str!("../home.graphql");

const DEMO: &str = include_str!("../../../server/src/demo/openapi.yaml");

/// Somebody in a tenant that subscribes to the demo service.
pub(crate) async fn owner(signed_out: &Client) -> Client {
    let owner = signed_out
        .register("owner@example.com")
        .await
        .in_new_tenant("Acme")
        .await;
    let input = json!({ "text": DEMO, "baseUrl": "http://127.0.0.1:9" });
    let imported = owner.data(IMPORT, json!({ "input": input })).await;
    let input = json!({ "serviceId": imported["importOpenApi"]["service"]["id"] });
    owner.data(SUBSCRIBE, json!({ "input": input })).await;
    eventually("the menu shows the service", async || {
        let home = owner.data(HOME, json!({})).await;
        let items = home["viewer"]["menu"]["items"].as_array()?.len();
        (items > 0).then_some(())
    })
    .await;
    owner
}
