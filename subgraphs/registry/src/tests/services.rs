//! Registering services by hand, and who sees which.

use futures::future::join_all;
use insta::assert_snapshot;
use serde_json::{Value, json};
use testkit::Backend;

use super::world::{EVERYTHING, REGISTER, World, id};

testkit::on_both![
    a_service_is_registered_by_hand,
    what_a_service_says_of_itself_is_checked,
    a_slug_and_version_are_unique_in_a_tenant,
    of_two_who_register_at_once_one_wins,
    a_tenant_sees_its_own_services_and_public_ones,
    services_come_in_pages,
    a_slug_leads_to_the_tenants_own_service_first,
    registering_needs_the_permission,
    a_key_is_a_claim,
    what_is_available_is_shown_in_the_tenant_itself,
    a_bad_id_is_named_to_whoever_is_signed_in,
];

fn desk() -> Value {
    json!({ "name": "Help Desk", "version": "1.0", "baseUrl": "http://127.0.0.1:9000/v1/" })
}

fn with(changes: Value) -> Value {
    let mut input = desk();
    for (key, value) in changes.as_object().expect("an object") {
        input[key] = value.clone();
    }
    input
}

async fn a_service_is_registered_by_hand(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner();
    let query =
        "mutation($input: RegisterServiceInput!) { registerService(input: $input) { service {
        id slug name version description baseUrl visibility icon createdAt owner { id }
        health { state seq since lastCheckedAt latencyMs error uptime(window: DAY) }
        endpoints { totalCount nodes { path } } } } }";
    let input = with(json!({
        "name": " Help Desk ", "description": "Tickets.", "icon": "🎫",
        "healthCheck": { "path": "/health", "intervalSeconds": 10 }
    }));
    assert_snapshot!(world.run(&ada, query, json!({ "input": input })).await);

    let announced = world.test.recorded("service.registered").await;
    assert_eq!(announced.len(), 1);
    assert_eq!(announced[0]["tenant_id"], json!(ada.tenant));
    assert_eq!(announced[0]["slug"], "help-desk");
    assert_eq!(announced[0]["visibility"], "PRIVATE");
    assert_eq!(announced[0]["base_url"], "http://127.0.0.1:9000/v1");
    assert_eq!(announced[0]["endpoint_count"], 0);
}

async fn what_a_service_says_of_itself_is_checked(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner();
    let bad = [
        json!({ "name": "  " }),
        json!({ "name": "n".repeat(201) }),
        json!({ "name": "日本" }),
        json!({ "slug": "Help_Desk" }),
        json!({ "slug": "" }),
        json!({ "version": "" }),
        json!({ "baseUrl": "ftp://example.com" }),
        json!({ "baseUrl": "https://user:secret@example.com" }),
        json!({ "baseUrl": "http://10.0.0.1" }),
        json!({ "baseUrl": "http://169.254.169.254/latest" }),
        json!({ "baseUrl": "https://example.com/?q=1" }),
        json!({ "icon": "javascript:alert(1)" }),
        json!({ "icon": "data:image/svg+xml,<svg/>" }),
        json!({ "icon": "//example.com/a.png" }),
        json!({ "icon": "two words" }),
        json!({ "healthCheck": { "path": "health" } }),
        json!({ "healthCheck": { "path": "/a b" } }),
        json!({ "healthCheck": { "intervalSeconds": 1 } }),
    ];
    let mut answers = Vec::new();
    for changes in bad {
        answers.push(
            world
                .run(&ada, REGISTER, json!({ "input": with(changes) }))
                .await,
        );
    }
    assert_snapshot!(answers.join("\n"));
    assert_eq!(
        world
            .run(&ada, "{ services { totalCount } }", json!({}))
            .await,
        r#"{"services":{"totalCount":0}}"#
    );
    assert!(world.test.recorded("service.registered").await.is_empty());
}

async fn a_slug_and_version_are_unique_in_a_tenant(backend: Backend) {
    let world = World::start(backend).await;
    let (ada, bob) = (world.owner(), world.owner());
    world.register(&ada, desk()).await;
    assert_snapshot!(world.run(&ada, REGISTER, json!({ "input": desk() })).await, @r"
    null
    CONFLICT at registerService: a service `help-desk` of version `1.0` is registered already; choose another slug or version
    ");
    world
        .register(&ada, with(json!({ "version": "2.0" })))
        .await;
    world.register(&ada, with(json!({ "slug": "desk" }))).await;
    world.register(&bob, desk()).await;
}

async fn of_two_who_register_at_once_one_wins(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner();
    let tries = (0..6).map(|_| world.ask(Some(&ada), REGISTER, json!({ "input": desk() })));
    let answers = join_all(tries).await;
    let won = answers
        .iter()
        .filter(|answer| answer.get("errors").is_none())
        .count();
    let lost = answers
        .iter()
        .filter(|answer| answer["errors"][0]["code"] == "CONFLICT")
        .count();
    assert_eq!((won, lost), (1, 5), "{answers:#?}");
    assert_eq!(world.test.recorded("service.registered").await.len(), 1);
}

async fn a_tenant_sees_its_own_services_and_public_ones(backend: Backend) {
    let world = World::start(backend).await;
    let (ada, bob) = (world.owner(), world.owner());
    let private = world
        .register(&ada, with(json!({ "slug": "private" })))
        .await;
    let public = world
        .register(
            &ada,
            with(json!({ "slug": "public", "visibility": "PUBLIC" })),
        )
        .await;
    world.register(&bob, with(json!({ "slug": "bobs" }))).await;

    let list = "{ services { totalCount nodes { slug baseUrl owner { id } } } }";
    assert_snapshot!(world.run(&ada, list, json!({})).await, @r#"{"services":{"nodes":[{"baseUrl":"http://127.0.0.1:9000/v1","owner":{"id":"[ten]"},"slug":"private"},{"baseUrl":"http://127.0.0.1:9000/v1","owner":{"id":"[ten]"},"slug":"public"}],"totalCount":2}}"#);
    assert_snapshot!(world.run(&bob, list, json!({})).await, @r#"{"services":{"nodes":[{"baseUrl":null,"owner":null,"slug":"public"},{"baseUrl":"http://127.0.0.1:9000/v1","owner":{"id":"[ten]"},"slug":"bobs"}],"totalCount":2}}"#);

    let one = "query($id: ID!) { service(id: $id) { slug } }";
    assert_eq!(
        world.run(&bob, one, json!({ "id": private })).await,
        r#"{"service":null}"#
    );
    assert_eq!(
        world.run(&bob, one, json!({ "id": public })).await,
        r#"{"service":{"slug":"public"}}"#
    );
    let missing = kit::id::ServiceId::new().to_string();
    assert_eq!(
        world.run(&bob, one, json!({ "id": missing })).await,
        r#"{"service":null}"#
    );
}

async fn services_come_in_pages(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner();
    for name in ["Alpha", "Beta", "Gamma 100%", "Delta"] {
        world.register(&ada, with(json!({ "name": name }))).await;
    }
    let query = "query($first: Int, $after: String, $last: Int, $filter: ServiceFilter) {
        services(first: $first, after: $after, last: $last, filter: $filter) {
            totalCount pageInfo { hasNextPage endCursor } nodes { slug } } }";
    let first = world.ask(Some(&ada), query, json!({ "first": 3 })).await;
    assert_eq!(first["data"]["services"]["totalCount"], 4);
    assert_eq!(first["data"]["services"]["pageInfo"]["hasNextPage"], true);
    let after = id(&first, "/data/services/pageInfo/endCursor");
    let slugs = async |variables: Value| {
        let answer = world.ask(Some(&ada), query, variables).await;
        answer["data"]["services"]["nodes"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|node| node["slug"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        slugs(json!({ "first": 3, "after": after })).await,
        ["delta"]
    );
    assert_eq!(slugs(json!({ "last": 2 })).await, ["gamma-100", "delta"]);
    assert_eq!(
        slugs(json!({ "filter": { "search": "ETA" } })).await,
        ["beta"]
    );
    assert_eq!(
        slugs(json!({ "filter": { "search": "100%" } })).await,
        ["gamma-100"]
    );
    assert_eq!(
        slugs(json!({ "filter": { "search": "_" } })).await,
        Vec::<Value>::new()
    );
    assert_eq!(
        slugs(json!({ "filter": { "visibility": "PUBLIC" } })).await,
        Vec::<Value>::new()
    );
    assert_snapshot!(world.run(&ada, query, json!({ "first": 101 })).await, @r"
    null
    BAD_USER_INPUT at services: `first` must be from 1 to 100, and it is 101
    ");
}

async fn a_slug_leads_to_the_tenants_own_service_first(backend: Backend) {
    let world = World::start(backend).await;
    let (ada, bob) = (world.owner(), world.owner());
    world
        .register(
            &ada,
            with(json!({ "version": "1", "name": "Ada's", "slug": "desk" })),
        )
        .await;
    world
        .register(
            &ada,
            with(json!({ "version": "2", "name": "Ada's", "slug": "desk" })),
        )
        .await;
    world
        .register(
            &bob,
            with(
                json!({ "version": "3", "name": "Bob's", "slug": "desk", "visibility": "PUBLIC" }),
            ),
        )
        .await;
    let query = "query($version: String) { serviceBySlug(slug: \"desk\", version: $version) { name version } }";
    assert_snapshot!(world.run(&ada, query, json!({})).await, @r#"{"serviceBySlug":{"name":"Ada's","version":"2"}}"#);
    assert_snapshot!(world.run(&ada, query, json!({ "version": "1" })).await, @r#"{"serviceBySlug":{"name":"Ada's","version":"1"}}"#);
    assert_snapshot!(world.run(&ada, query, json!({ "version": "3" })).await, @r#"{"serviceBySlug":{"name":"Bob's","version":"3"}}"#);
    assert_snapshot!(world.run(&bob, query, json!({ "version": "1" })).await, @r#"{"serviceBySlug":null}"#);
}

async fn registering_needs_the_permission(backend: Backend) {
    let world = World::start(backend).await;
    let reader = world.test.viewer(&["service.*:read"]);
    assert_snapshot!(world.run(&reader, REGISTER, json!({ "input": desk() })).await, @r"
    null
    FORBIDDEN at registerService: this needs the permission `service:register`, which none of your roles grants
    ");
    let homeless = kit::Viewer {
        tenant: None,
        ..world.owner()
    };
    assert_snapshot!(world.run(&homeless, REGISTER, json!({ "input": desk() })).await, @r"
    null
    FORBIDDEN at registerService: this session has no current tenant; choose one with `switchTenant`
    ");
    assert_snapshot!(world.run(&homeless, "{ services { totalCount } }", json!({})).await, @r"
    null
    FORBIDDEN at services: this session has no current tenant; choose one with `switchTenant`
    ");
    let signed_out = world
        .ask(None, "{ services { totalCount } }", json!({}))
        .await;
    assert_eq!(signed_out["errors"][0]["code"], "UNAUTHENTICATED");
}

async fn a_key_is_a_claim(backend: Backend) {
    let world = World::start(backend).await;
    let (ada, bob) = (world.owner(), world.owner());
    let service = world.register(&ada, desk()).await;
    let query = "query($ids: [_Any!]!) { _entities(representations: $ids) {
        ... on Service { slug } ... on Tenant { availableServices { totalCount nodes { slug } } }
        ... on MenuItem { health { state } } } }";
    let keys = json!({ "ids": [
        { "__typename": "Service", "id": service },
        { "__typename": "Service", "id": "nonsense" },
        { "__typename": "Tenant", "id": ada.tenant },
        { "__typename": "MenuItem", "id": "item_1", "service": { "__typename": "Service", "id": service } },
        { "__typename": "MenuItem", "id": "item_2", "service": null },
    ] });
    assert_snapshot!(world.run(&ada, query, keys.clone()).await, @r#"{"_entities":[{"slug":"help-desk"},null,{"availableServices":{"nodes":[{"slug":"help-desk"}],"totalCount":1}},{"health":{"state":"UNKNOWN"}},{"health":null}]}"#);
    assert_snapshot!(world.run(&bob, query, keys.clone()).await, @r#"
    {"_entities":[null,null,{"availableServices":null},{"health":null},{"health":null}]}
    FORBIDDEN at _entities.availableServices: this is shown in the tenant itself; make [ten] the current one with `switchTenant`
    "#);
    assert_snapshot!(super::world::shown(&world.ask(None, query, keys).await), @r#"
    {"_entities":[null,null,{"availableServices":null},{"health":null},{"health":null}]}
    UNAUTHENTICATED at _entities.availableServices: sign in first: send `Authorization: Bearer <access token>`
    "#);
    let colleague = world
        .test
        .viewer_in(ada.tenant.expect("a tenant"), &EVERYTHING);
    let list = "{ services { nodes { slug } } }";
    assert_eq!(
        world.run(&colleague, list, json!({})).await,
        r#"{"services":{"nodes":[{"slug":"help-desk"}]}}"#
    );
}

async fn what_is_available_is_shown_in_the_tenant_itself(backend: Backend) {
    let world = World::start(backend).await;
    let (ada, bob) = (world.owner(), world.owner());
    world.register(&ada, desk()).await;
    let query = "query($ids: [_Any!]!) { _entities(representations: $ids) { ... on Tenant { id availableServices { nodes { slug } } } } }";
    let keys: Vec<_> = [&ada, &bob]
        .iter()
        .map(|viewer| json!({ "__typename": "Tenant", "id": viewer.tenant }))
        .collect();
    assert_snapshot!(world.run(&ada, query, json!({ "ids": keys })).await, @r#"
    {"_entities":[{"availableServices":{"nodes":[{"slug":"help-desk"}]},"id":"[ten]"},{"availableServices":null,"id":"[ten]"}]}
    FORBIDDEN at _entities.availableServices: this is shown in the tenant itself; make [ten] the current one with `switchTenant`
    "#);
}

async fn a_bad_id_is_named_to_whoever_is_signed_in(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner();
    let add = "mutation { addEndpoint(input: { serviceId: \"x\", method: GET, path: \"/\", title: \"T\" }) { endpoint { id } } }";
    let check = "mutation { checkServiceHealth(input: { serviceId: \"x\" }) { service { id } } }";
    for (query, field) in [
        ("{ service(id: \"x\") { id } }", "/id"),
        (add, "/serviceId"),
        (check, "/serviceId"),
        (
            "subscription { serviceHealth(serviceId: \"x\") { seq } }",
            "/serviceId",
        ),
    ] {
        assert_eq!(
            world.refusal(Some(&ada), query).await,
            ("BAD_USER_INPUT".to_owned(), Some(field.to_owned())),
            "{query}"
        );
        assert_eq!(
            world.refusal(None, query).await,
            ("UNAUTHENTICATED".to_owned(), None),
            "{query}"
        );
    }
}
