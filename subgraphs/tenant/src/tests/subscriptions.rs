//! Which services a tenant has.

use futures::future::join_all;
use insta::assert_snapshot;
use kit::Viewer;
use kit::id::ServiceId;
use serde_json::{Value, json};
use testkit::Backend;

use super::world::{World, enter, show};

testkit::on_both![
    a_tenant_subscribes_to_what_it_sees,
    subscribing_needs_the_permission,
    subscribing_again_changes_nothing,
    subscribing_at_once_makes_one_subscription,
    a_subscription_is_found_in_its_tenant_only,
];

const SUBSCRIBE: &str =
    "mutation($serviceId: ID!) { subscribeToService(input: { serviceId: $serviceId }) {
    tenantService { id service { id } } tenant { name } } }";

async fn subscribe(world: &World, viewer: &Viewer, service: ServiceId) -> Value {
    world
        .ask(Some(viewer), SUBSCRIBE, json!({ "serviceId": service }))
        .await
}

async fn a_tenant_subscribes_to_what_it_sees(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let eve = world.owner_of("Evil").await;
    // Announced but perhaps not handled yet: subscribing waits for it.
    let own = world.announced_service(&ada, "PRIVATE").await;
    assert_snapshot!(show(&subscribe(&world, &ada, own).await), @r#"{"subscribeToService":{"tenant":{"name":"Acme"},"tenantService":{"id":"[sub]","service":{"id":"[svc]"}}}}"#);

    let foreign = world.announced_service(&eve, "PRIVATE").await;
    let refused = show(&subscribe(&world, &ada, foreign).await);
    assert_snapshot!(refused, @r"
    null
    NOT_FOUND at subscribeToService: service [svc] does not exist
    ");
    assert_eq!(
        show(&subscribe(&world, &ada, ServiceId::new()).await),
        refused
    );

    let public = world.announced_service(&eve, "PUBLIC").await;
    subscribe(&world, &ada, public).await;
    let query =
        "query($id: ID!) { tenant(id: $id) { services { totalCount nodes { service { id } } } } }";
    let answer = world
        .ask(Some(&ada), query, json!({ "id": ada.tenant }))
        .await;
    let expected = json!({ "totalCount": 2, "nodes": [{ "service": { "id": own } }, { "service": { "id": public } }] });
    assert_eq!(answer["data"]["tenant"]["services"], expected);
    assert_eq!(world.recorded("tenant.service_subscribed").await, 2);
}

async fn subscribing_needs_the_permission(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let service = world.announced_service(&ada, "PRIVATE").await;
    let powerless = enter(&ada, ada.tenant.unwrap(), &["service.*:read"]);
    assert_snapshot!(show(&subscribe(&world, &powerless, service).await), @r"
    null
    FORBIDDEN at subscribeToService: this needs the permission `service:subscribe`, which none of your roles grants
    ");
    let nowhere = Viewer {
        tenant: None,
        ..ada
    };
    assert_snapshot!(show(&subscribe(&world, &nowhere, service).await), @r"
    null
    FORBIDDEN at subscribeToService: this session has no current tenant; choose one with `switchTenant`
    ");
}

async fn subscribing_again_changes_nothing(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let service = world.announced_service(&ada, "PRIVATE").await;
    let first = subscribe(&world, &ada, service).await;
    assert_eq!(subscribe(&world, &ada, service).await, first);
    assert_eq!(world.recorded("tenant.service_subscribed").await, 1);
}

async fn subscribing_at_once_makes_one_subscription(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let service = world.announced_service(&ada, "PRIVATE").await;
    let answers = join_all((0..6).map(|_| subscribe(&world, &ada, service))).await;
    assert!(answers[0]["data"]["subscribeToService"]["tenantService"]["id"].is_string());
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:#?}"
    );
    assert_eq!(world.recorded("tenant.service_subscribed").await, 1);
}

async fn a_subscription_is_found_in_its_tenant_only(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let eve = world.owner_of("Evil").await;
    let service = world.announced_service(&ada, "PUBLIC").await;
    let answer = subscribe(&world, &ada, service).await;
    let id = &answer["data"]["subscribeToService"]["tenantService"]["id"];
    let query = "query($id: ID!) { _entities(representations: [{ __typename: \"TenantService\", id: $id }]) {
        ... on TenantService { service { id } } } }";
    let own = world.ask(Some(&ada), query, json!({ "id": id })).await;
    assert_eq!(
        own["data"]["_entities"],
        json!([{ "service": { "id": service } }])
    );
    let foreign = world.ask(Some(&eve), query, json!({ "id": id })).await;
    assert_eq!(foreign, json!({ "data": { "_entities": [null] } }));
}
