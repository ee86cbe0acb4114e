//! Endpoints by hand, and who sees which.

use diesel::ExpressionMethods as _;
use diesel_async::RunQueryDsl as _;
use insta::assert_snapshot;
use kit::on;
use serde_json::{Value, json};
use testkit::Backend;

use super::world::{IMPORT, World, id};
use crate::tables::services;

testkit::on_both![
    an_endpoint_is_added_by_hand,
    what_is_wrong_with_an_endpoint_is_named,
    a_method_and_path_are_unique_in_a_service,
    a_service_has_only_so_many_endpoints,
    only_the_owner_adds_endpoints,
    a_viewer_sees_the_endpoints_that_they_may_use,
    the_endpoints_of_many_services_are_loaded_together,
];

const ADD: &str = "mutation($input: AddEndpointInput!) { addEndpoint(input: $input) { endpoint {
    id method path title tag deprecated permission requestSchema warnings { message } } } }";
const PETS: &str = include_str!("../openapi/tests/pets.yaml");

async fn desk(world: &World, viewer: &kit::Viewer) -> String {
    let input = json!({ "name": "Desk", "version": "1", "baseUrl": "http://127.0.0.1:9", "visibility": "PUBLIC" });
    world.register(viewer, input).await
}

fn ticket(service: &str) -> Value {
    json!({ "serviceId": service, "method": "POST", "path": "/tickets/{id}/notes", "title": "Add a note" })
}

async fn an_endpoint_is_added_by_hand(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner();
    let service = desk(&world, &ada).await;
    assert_snapshot!(
        "bare",
        world
            .run(&ada, ADD, json!({ "input": ticket(&service) }))
            .await
    );

    let mut input = ticket(&service);
    input["method"] = json!("PUT");
    input["permission"] = json!("service.desk.notes:write");
    input["requestSchema"] = json!({
        "type": "object",
        "required": ["body"],
        "properties": {
            "path": { "type": "object", "properties": { "id": { "type": "integer" } } },
            "query": { "properties": { "draft": { "type": "boolean" } } },
            "body": { "$ref": "#/$defs/Note" }
        },
        "$defs": {
            "Note": { "type": "object", "properties": { "text": { "type": "string" }, "replies": { "type": "array", "items": { "$ref": "#/$defs/Note" } } } },
            "Unused": {}
        }
    });
    assert_snapshot!(
        "with_schema",
        world.run(&ada, ADD, json!({ "input": input })).await
    );

    let added = world.test.recorded("endpoint.added").await;
    assert_eq!(added.len(), 2);
    assert_eq!(added[0].get("request_schema"), None);
    assert_eq!(
        world.details().await[0]["request_schema"]["required"],
        json!(["path"])
    );
    assert_eq!(added[1]["permission"], "service.desk.notes:write");
}

async fn what_is_wrong_with_an_endpoint_is_named(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner();
    let service = desk(&world, &ada).await;
    let path = json!({ "properties": { "id": { "type": "string" } } });
    let bad = [
        ("path", json!("tickets")),
        ("path", json!("/tickets?all")),
        ("path", json!("/a/{x")),
        ("path", json!("/a/{}")),
        ("path", json!("/a/{x}/{x}")),
        ("path", json!("/../etc")),
        ("title", json!(" ")),
        ("permission", json!("Everything")),
        ("permission", json!("service.billing:read")),
        ("permission", json!("service.desks:read")),
        ("permission", json!("platform:read")),
        (
            "requestSchema",
            json!({ "properties": { "path": path, "body": { "pattern": "((" } } }),
        ),
        ("requestSchema", json!([])),
        ("requestSchema", json!({ "type": "array" })),
        ("requestSchema", json!({ "properties": { "header": {} } })),
        ("requestSchema", json!({ "properties": { "form": {} } })),
        ("requestSchema", json!({ "oneOf": [] })),
        ("requestSchema", json!({ "properties": {} })),
        (
            "requestSchema",
            json!({ "properties": { "path": { "properties": { "id": {}, "more": {} } } } }),
        ),
        (
            "requestSchema",
            json!({ "properties": { "path": path, "body": { "minLength": "5" } } }),
        ),
        (
            "requestSchema",
            json!({ "properties": { "path": path, "body": { "$ref": "https://example.com/s.json" } } }),
        ),
        (
            "requestSchema",
            json!({ "properties": { "path": path, "body": { "$ref": "#/$defs/None" } } }),
        ),
        (
            "requestSchema",
            json!({ "properties": { "path": path, "body": { "$ref": "#/properties/body" } } }),
        ),
    ];
    let mut answers = Vec::new();
    for (key, value) in bad {
        let mut input = ticket(&service);
        input[key] = value;
        answers.push(world.run(&ada, ADD, json!({ "input": input })).await);
    }
    assert_snapshot!(answers.join("\n"));
    assert!(world.test.recorded("endpoint.added").await.is_empty());
}

async fn a_method_and_path_are_unique_in_a_service(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner();
    let service = desk(&world, &ada).await;
    world
        .run(&ada, ADD, json!({ "input": ticket(&service) }))
        .await;
    assert_snapshot!(world.run(&ada, ADD, json!({ "input": ticket(&service) })).await, @r"
    null
    CONFLICT at addEndpoint: the service has an endpoint POST /tickets/{id}/notes already
    ");
    assert_eq!(world.test.recorded("endpoint.added").await.len(), 1);
}

async fn a_service_has_only_so_many_endpoints(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner();
    let service = desk(&world, &ada).await;
    let full = diesel::update(services::table).set(services::endpoint_count.eq(5_000));
    let mut conn = world.test.app.db.write().await.expect("a connection");
    on!(&mut conn, |c| full.execute(c).await).expect("the count can be set");
    drop(conn);
    assert_snapshot!(world.run(&ada, ADD, json!({ "input": ticket(&service) })).await, @r"
    null
    QUOTA_EXCEEDED at addEndpoint: a service can have at most 5000 endpoints
    ");
}

async fn only_the_owner_adds_endpoints(backend: Backend) {
    let world = World::start(backend).await;
    let (ada, bob) = (world.owner(), world.owner());
    let service = desk(&world, &ada).await;
    assert_snapshot!(world.run(&bob, ADD, json!({ "input": ticket(&service) })).await, @r"
    null
    NOT_FOUND at addEndpoint: service [svc] does not exist
    ");
    let member = world.test.viewer_in(
        ada.tenant.expect("a tenant"),
        &["service.*:read", "service.*:write"],
    );
    assert_snapshot!(world.run(&member, ADD, json!({ "input": ticket(&service) })).await, @r"
    null
    FORBIDDEN at addEndpoint: this needs the permission `service:manage`, which none of your roles grants
    ");
    assert_snapshot!(world.run(&ada, ADD, json!({ "input": ticket("svc_1") })).await, @r"
    null
    BAD_USER_INPUT at addEndpoint: not a valid id: expected `svc_` and 26 characters
    ");
}

async fn a_viewer_sees_the_endpoints_that_they_may_use(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner();
    let imported = world
        .ask(Some(&ada), IMPORT, json!({ "input": { "text": PETS } }))
        .await;
    let service = id(&imported, "/data/importOpenApi/service/id");
    let query = "query($id: ID!) { service(id: $id) { endpoints { totalCount nodes { id method path } } } }";
    let all = world.ask(Some(&ada), query, json!({ "id": service })).await;
    let keys: Vec<_> = all["data"]["service"]["endpoints"]["nodes"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|node| json!({ "__typename": "Endpoint", "id": node["id"] }))
        .collect();
    let entities = "query($keys: [_Any!]!) { _entities(representations: $keys) { ... on Endpoint { method path } } }";

    let tenant = ada.tenant.expect("a tenant");
    let mut seen = Vec::new();
    for grants in [
        &["service.*:read"][..],
        &["service.other:read"],
        &["service.*:write", "!service.pets:write"],
        &[],
    ] {
        let viewer = world.test.viewer_in(tenant, grants);
        seen.push(format!("{grants:?}"));
        seen.push(world.run(&viewer, query, json!({ "id": service })).await);
        seen.push(world.run(&viewer, entities, json!({ "keys": keys })).await);
    }
    let stranger = world.owner();
    seen.push("another tenant".to_owned());
    seen.push(
        world
            .run(&stranger, entities, json!({ "keys": keys }))
            .await,
    );
    assert_snapshot!(seen.join("\n"));
}

async fn the_endpoints_of_many_services_are_loaded_together(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner();
    for slug in ["one", "two", "three"] {
        let input = json!({ "text": PETS, "slug": slug });
        world
            .ask(Some(&ada), IMPORT, json!({ "input": input }))
            .await;
    }
    let query = "{ services { nodes { slug health { state uptime(window: HOUR) } endpoints(first: 1, filter: { method: DELETE }) {
        totalCount nodes { path permission service { slug } } } } } }";
    assert_snapshot!(world.run(&ada, query, json!({})).await);
}
