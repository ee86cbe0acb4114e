//! The items of a service, and items by id.

use insta::assert_snapshot;
use kit::Viewer;
use kit::id::{ServiceId, TenantId};
use serde_json::{Value, json};
use testkit::Backend;

use super::world::{World, lines, with};

testkit::on_both![
    a_service_has_a_menu_of_its_own,
    a_service_of_another_tenant_has_none_unless_public,
    an_item_leads_to_its_service_and_endpoint,
    an_item_is_found_by_whoever_sees_it,
    nobody_is_served_signed_out,
];

const BILLING: &[(&str, Option<&str>, &str)] = &[
    ("GET", None, "Show status"),
    ("GET", Some("Invoices"), "List invoices"),
    ("POST", Some("Invoices"), "Send invoice"),
];
const SERVICE: &str =
    "query($id: ID!) { _entities(representations: [{ __typename: \"Service\", id: $id }]) {
    ... on Service { id menu { label path children { label path } } } } }";
const ITEM: &str = "query($id: ID!) {
    menuItem(id: $id) { label }
    _entities(representations: [{ __typename: \"MenuItem\", id: $id }]) {
        ... on MenuItem { label service { id } endpoint { id } } } }";

async fn menu_of(world: &World, viewer: &Viewer, service: ServiceId) -> Value {
    let answer = world
        .ask(Some(viewer), SERVICE, json!({ "id": service }))
        .await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    answer["data"]["_entities"][0].clone()
}

/// Not subscribed, and announced so recently that perhaps nothing is handled: reading waits.
async fn a_service_has_a_menu_of_its_own(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.test.viewer(&["*:*"]);
    let billing = world
        .register(ada.tenant.unwrap(), "billing", "PRIVATE", BILLING)
        .await;
    let menu = menu_of(&world, &ada, billing).await;
    assert_snapshot!(lines(&menu["menu"], 0), @r"
    Invoices -
      List invoices /services/billing/[ep]
      Send invoice /services/billing/[ep]
    Show status /services/billing/[ep]
    ");
    let writer = with(&ada, &["service.billing:write"]);
    let menu = menu_of(&world, &writer, billing).await;
    assert_snapshot!(lines(&menu["menu"], 0), @r"
    Invoices -
      Send invoice /services/billing/[ep]
    ");
    let nothing = menu_of(&world, &with(&ada, &[]), billing).await;
    assert_eq!(nothing["menu"], json!([]));
}

async fn a_service_of_another_tenant_has_none_unless_public(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.test.viewer(&["*:*"]);
    let other = TenantId::new();
    let private = world.register(other, "secret", "PRIVATE", BILLING).await;
    assert_eq!(menu_of(&world, &ada, private).await, Value::Null);
    assert_eq!(menu_of(&world, &ada, ServiceId::new()).await, Value::Null);
    let public = world.register(other, "open", "PUBLIC", BILLING).await;
    let menu = menu_of(&world, &ada, public).await;
    assert_eq!(menu["menu"].as_array().unwrap().len(), 2);
}

async fn first_leaf(world: &World, viewer: &Viewer) -> (Value, Value) {
    let query = "query($id: ID!) { _entities(representations: [{ __typename: \"User\", id: $id }]) {
        ... on User { menu { items { id service { id } children { id icon service { id } endpoint { id }
            children { id icon service { id } endpoint { id } } } } } } } }";
    let answer = world
        .ask(Some(viewer), query, json!({ "id": viewer.user }))
        .await;
    let root = answer["data"]["_entities"][0]["menu"]["items"][0].clone();
    let leaf = root["children"][0]["children"][0].clone();
    (root, leaf)
}

async fn an_item_leads_to_its_service_and_endpoint(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.test.viewer(&["*:*"]);
    let billing = world
        .register(ada.tenant.unwrap(), "billing", "PRIVATE", BILLING)
        .await;
    world.subscribe(ada.tenant.unwrap(), billing).await;
    let (root, leaf) = first_leaf(&world, &ada).await;
    for item in [&root, &root["children"][0], &leaf] {
        assert_eq!(item["service"]["id"], json!(billing), "{item:#}");
    }
    assert_eq!(leaf["icon"], "read");
    assert!(leaf["endpoint"]["id"].as_str().unwrap().starts_with("ep_"));
    assert_eq!(root["children"][0]["endpoint"], Value::Null);
}

async fn an_item_is_found_by_whoever_sees_it(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.test.viewer(&["*:*"]);
    let billing = world
        .register(ada.tenant.unwrap(), "billing", "PRIVATE", BILLING)
        .await;
    world.subscribe(ada.tenant.unwrap(), billing).await;
    let (_, leaf) = first_leaf(&world, &ada).await;
    let id = json!({ "id": leaf["id"] });

    let seen = world.ask(Some(&ada), ITEM, id.clone()).await;
    assert_eq!(
        seen["data"]["menuItem"],
        json!({ "label": "List invoices" })
    );
    assert_eq!(
        seen["data"]["_entities"][0]["service"]["id"],
        json!(billing)
    );
    assert_eq!(seen["data"]["_entities"][0]["endpoint"], leaf["endpoint"]);

    let unseen = json!({ "data": { "menuItem": null, "_entities": [null] } });
    let powerless = with(&ada, &["service.billing:write"]);
    let stranger = world.test.viewer(&["*:*"]);
    for viewer in [powerless, stranger] {
        assert_eq!(world.ask(Some(&viewer), ITEM, id.clone()).await, unseen);
    }
    let missing = json!({ "id": crate::MenuItemId::new() });
    assert_eq!(world.ask(Some(&ada), ITEM, missing).await, unseen);
}

async fn nobody_is_served_signed_out(backend: Backend) {
    let world = World::start(backend).await;
    let item = json!({ "id": crate::MenuItemId::new() });
    for (query, id) in [(SERVICE, json!({ "id": ServiceId::new() })), (ITEM, item)] {
        let answer = world.ask(None, query, id).await;
        for error in answer["errors"].as_array().expect("it is refused") {
            assert_eq!(error["code"], "UNAUTHENTICATED", "{answer:#}");
        }
    }
}
