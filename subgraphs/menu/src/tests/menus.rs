//! The menu of a viewer.

use std::collections::HashSet;

use insta::assert_snapshot;
use kit::Viewer;
use kit::id::UserId;
use serde_json::json;
use testkit::Backend;

use super::world::{World, with};

testkit::on_both![
    a_menu_holds_what_the_viewer_may_reach,
    a_menu_holds_subscribed_services_in_order,
    a_menu_is_empty_without_a_tenant,
    a_menu_is_shown_to_its_user_only,
    events_come_twice_and_items_once,
    no_two_items_lead_to_the_same_path,
    a_bad_id_is_refused_after_whoever_is_signed_out,
];

const BILLING: &[(&str, Option<&str>, &str)] = &[
    ("GET", Some("Invoices"), "List invoices"),
    ("POST", Some("Invoices"), "Send invoice"),
    ("GET", None, "Show status"),
    ("DELETE", Some("Accounts"), "Close account"),
];

async fn a_menu_holds_what_the_viewer_may_reach(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.test.viewer(&["*:*"]);
    let tenant = ada.tenant.unwrap();
    let billing = world.register(tenant, "billing", "PRIVATE", BILLING).await;
    assert_eq!(world.menu(&ada).await, "");
    world.subscribe(tenant, billing).await;
    assert_snapshot!(world.menu(&ada).await, @r"
    The billing -
      Invoices -
        List invoices /services/billing/[ep]
        Send invoice /services/billing/[ep]
      Accounts -
        Close account /services/billing/[ep]
      Show status /services/billing/[ep]
    ");

    let reader = with(&ada, &["service.*:read"]);
    assert_snapshot!(world.menu(&reader).await, @r"
    The billing -
      Invoices -
        List invoices /services/billing/[ep]
      Show status /services/billing/[ep]
    ");
    let clerk = with(&ada, &["service.billing:write", "!service.billing:read"]);
    assert_snapshot!(world.menu(&clerk).await, @r"
    The billing -
      Invoices -
        Send invoice /services/billing/[ep]
      Accounts -
        Close account /services/billing/[ep]
    ");
    assert_eq!(
        world
            .menu(&with(&ada, &["service.bill:read", "service:read"]))
            .await,
        ""
    );
}

async fn a_menu_holds_subscribed_services_in_order(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.test.viewer(&["*:*"]);
    let tenant = ada.tenant.unwrap();
    let mut services = Vec::new();
    for slug in ["zoo", "mail", "bank"] {
        let endpoints = [("GET", None, "Look")];
        services.push(world.register(tenant, slug, "PRIVATE", &endpoints).await);
    }
    world.subscribe(tenant, services[1]).await;
    world.subscribe(tenant, services[0]).await;
    assert_snapshot!(world.menu(&ada).await, @r"
    The mail -
      Look /services/mail/[ep]
    The zoo -
      Look /services/zoo/[ep]
    ");
}

async fn a_menu_is_empty_without_a_tenant(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.test.viewer(&["*:*"]);
    let billing = world
        .register(ada.tenant.unwrap(), "billing", "PUBLIC", BILLING)
        .await;
    world.subscribe(ada.tenant.unwrap(), billing).await;
    let nowhere = Viewer {
        tenant: None,
        ..ada
    };
    assert_eq!(world.menu(&nowhere).await, "");
}

async fn a_menu_is_shown_to_its_user_only(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.test.viewer(&["*:*"]);
    let query =
        "query($id: ID!) { _entities(representations: [{ __typename: \"User\", id: $id }]) {
        ... on User { menu { items { label } } } } }";
    let other = json!({ "id": UserId::new() });
    let answer = world.ask(Some(&ada), query, other.clone()).await;
    assert_eq!(answer["data"], json!({ "_entities": [{ "menu": null }] }));
    assert_eq!(answer["errors"][0]["code"], "FORBIDDEN");
    let answer = world.ask(None, query, other).await;
    assert_eq!(answer["errors"][0]["code"], "UNAUTHENTICATED");
}

/// A second relay, as another replica has one, handles no event a second time.
async fn events_come_twice_and_items_once(backend: Backend) {
    let mut world = World::start(backend).await;
    let handlers = crate::handlers(world.app());
    world.test.deliver(handlers);
    let ada = world.test.viewer(&["*:*"]);
    let tenant = ada.tenant.unwrap();
    let endpoints: Vec<_> = (0..250)
        .map(|_| ("GET", Some("Many"), "One of many"))
        .collect();
    let service = world.register(tenant, "many", "PRIVATE", &endpoints).await;
    world.subscribe(tenant, service).await;
    assert_eq!(world.menu(&ada).await.lines().count(), 252);
}

/// Two versions of a service, and another tenant's of the same slug, have the same operations.
async fn no_two_items_lead_to_the_same_path(backend: Backend) {
    let world = World::start(backend).await;
    let (ada, bob) = (world.test.viewer(&["*:*"]), world.test.viewer(&["*:*"]));
    let (tenant, other) = (ada.tenant.unwrap(), bob.tenant.unwrap());
    let endpoints = [("GET", None, "Look"), ("PUT", None, "Look")];
    let services = [
        world.register(tenant, "zoo", "PRIVATE", &endpoints).await,
        world.register(tenant, "zoo", "PRIVATE", &endpoints).await,
        world.register(other, "zoo", "PUBLIC", &endpoints).await,
    ];
    for service in services {
        world.subscribe(tenant, service).await;
    }
    let paths = world.paths(&ada).await;
    let different: HashSet<_> = paths.iter().collect();
    assert_eq!((paths.len(), different.len()), (6, 6), "{paths:#?}");
    assert_eq!(paths, world.paths(&ada).await);
}

async fn a_bad_id_is_refused_after_whoever_is_signed_out(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.test.viewer(&["*:*"]);
    for query in [r#"{ menuItem(id: "x") { id } }"#] {
        let answer = world.ask(Some(&ada), query, json!({})).await;
        assert_eq!(answer["errors"][0]["code"], "BAD_USER_INPUT", "{query}");
        let answer = world.ask(None, query, json!({})).await;
        assert_eq!(answer["errors"][0]["code"], "UNAUTHENTICATED", "{query}");
    }
}
