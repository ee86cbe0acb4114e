//! Creating and finding tenants.

use diesel::ExpressionMethods as _;
use diesel_async::RunQueryDsl as _;
use futures::future::join_all;
use insta::assert_snapshot;
use kit::permission::Grants;
use kit::{Viewer, on};
use serde_json::json;
use testkit::Backend;

use super::world::{World, enter};
use crate::TenantConfig;
use crate::tables::tenant_creators;

testkit::on_both![
    a_creator_owns_the_tenant,
    a_tenant_has_a_plan,
    a_slug_is_unique,
    of_two_who_want_a_slug_at_once_one_wins,
    names_and_slugs_are_checked,
    a_stranger_sees_no_tenant,
    nobody_is_served_signed_out,
    tenants_come_in_pages,
    a_user_creates_only_so_many,
    only_oneself_is_shown,
];

async fn a_creator_owns_the_tenant(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.somebody();

    let created = world.create(&ada, json!({ "name": " Acme & Sons " })).await;
    assert_snapshot!(created, @r#"{"createTenant":{"tenant":{"id":"[ten]","name":"Acme & Sons","slug":"acme-sons","state":"ACTIVE"}}}"#);

    let query = "{ tenants { totalCount nodes { slug state } }
        tenantBySlug(slug: \"acme-sons\") { name } }";
    assert_snapshot!(world.run(Some(&ada), query, json!({})).await, @r#"{"tenantBySlug":{"name":"Acme & Sons"},"tenants":{"nodes":[{"slug":"acme-sons","state":"ACTIVE"}],"totalCount":1}}"#);

    let query =
        "query($id: ID!) { _entities(representations: [{ __typename: \"User\", id: $id }]) {
        ... on User { currentTenant { name } memberships { role { slug } tenant { name } } } } }";
    let id = json!({ "id": ada.user });
    assert_snapshot!(world.run(Some(&ada), query, id).await, @r#"{"_entities":[{"currentTenant":null,"memberships":[{"role":{"slug":"owner"},"tenant":{"name":"Acme & Sons"}}]}]}"#);

    assert_eq!(world.recorded("tenant.created").await, 1);
    assert_eq!(world.recorded("tenant.member_added").await, 1);
}

async fn a_tenant_has_a_plan(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let query = "query($id: ID!) { tenant(id: $id) {
        plan { key name } features { key kind enabled limit } } }";
    let id = json!({ "id": ada.tenant });
    assert_snapshot!(world.run(Some(&ada), query, id).await, @r#"{"tenant":{"features":[{"enabled":true,"key":"tenant.members","kind":"LIMIT","limit":100},{"enabled":true,"key":"tenant.services","kind":"LIMIT","limit":100},{"enabled":true,"key":"tenant.services.public","kind":"FLAG","limit":null}],"plan":{"key":"FREE","name":"Free"}}}"#);
    let tenant = ada.tenant.unwrap();
    world
        .app()
        .tenant_dbs
        .write(tenant)
        .await
        .expect("the tenant has a database of its own");
}

async fn a_slug_is_unique(backend: Backend) {
    let world = World::start(backend).await;
    let (ada, bob) = (world.somebody(), world.somebody());
    world.create(&ada, json!({ "name": "Acme" })).await;
    assert_snapshot!(world.create(&bob, json!({ "name": "ACME" })).await, @r"
    null
    CONFLICT at createTenant: the slug `acme` is taken; choose another
    ");
    assert_snapshot!(world.create(&bob, json!({ "name": "Acme", "slug": "acme-2" })).await, @r#"{"createTenant":{"tenant":{"id":"[ten]","name":"Acme","slug":"acme-2","state":"ACTIVE"}}}"#);
}

async fn of_two_who_want_a_slug_at_once_one_wins(backend: Backend) {
    let world = World::start(backend).await;
    let people: Vec<_> = (0..6).map(|_| world.somebody()).collect();
    let tries = people
        .iter()
        .map(|person| world.create(person, json!({ "name": "Acme" })));
    let answers = join_all(tries).await;
    let won = answers
        .iter()
        .filter(|answer| answer.contains("ACTIVE"))
        .count();
    let lost = answers
        .iter()
        .filter(|answer| answer.contains("CONFLICT"))
        .count();
    assert_eq!((won, lost), (1, 5), "{answers:#?}");
    assert_eq!(world.recorded("tenant.created").await, 1);
}

async fn names_and_slugs_are_checked(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.somebody();
    let mut answers = Vec::new();
    for input in [
        json!({ "name": "  " }),
        json!({ "name": "a".repeat(101) }),
        json!({ "name": "a\u{7}b" }),
        json!({ "name": "株式会社" }),
        json!({ "name": "Acme", "slug": "Acme" }),
    ] {
        answers.push(world.create(&ada, input).await);
    }
    assert_snapshot!(answers.join("\n"), @r"
    null
    BAD_USER_INPUT at createTenant: a tenant's name has 1 to 100 characters and no control characters
    null
    BAD_USER_INPUT at createTenant: a tenant's name has 1 to 100 characters and no control characters
    null
    BAD_USER_INPUT at createTenant: a tenant's name has 1 to 100 characters and no control characters
    null
    BAD_USER_INPUT at createTenant: no slug can be made of this name; give `slug`
    null
    BAD_USER_INPUT at createTenant: `Acme` is no slug: 2 to 40 characters of a-z, 0-9 and `-`, beginning and ending with a letter or digit
    ");
}

async fn a_stranger_sees_no_tenant(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let eve = world.owner_of("Evil").await;
    let query = "query($id: ID!) { tenant(id: $id) { id } tenantBySlug(slug: \"acme\") { id }
        tenants { nodes { slug } }
        _entities(representations: [{ __typename: \"Tenant\", id: $id }]) { ... on Tenant { id } } }";
    let foreign = world
        .run(Some(&eve), query, json!({ "id": ada.tenant }))
        .await;
    assert_snapshot!(foreign, @r#"{"_entities":[null],"tenant":null,"tenantBySlug":null,"tenants":{"nodes":[{"slug":"evil"}]}}"#);
    let missing = json!({ "id": kit::id::TenantId::new() });
    assert_eq!(world.run(Some(&eve), query, missing).await, foreign);
}

async fn nobody_is_served_signed_out(backend: Backend) {
    let world = World::start(backend).await;
    let id = kit::id::TenantId::new();
    for operation in [
        "{ tenants { totalCount } }".to_owned(),
        format!("{{ tenant(id: \"{id}\") {{ id }} }}"),
        "{ tenantBySlug(slug: \"acme\") { id } }".to_owned(),
        format!("{{ _entities(representations: [{{ __typename: \"Tenant\", id: \"{id}\" }}]) {{ ... on Tenant {{ id }} }} }}"),
        "{ _entities(representations: [{ __typename: \"User\", id: \"x\" }]) { ... on User { id } } }".to_owned(),
        "{ _entities(representations: [{ __typename: \"TenantService\", id: \"x\" }]) { ... on TenantService { id } } }".to_owned(),
        "mutation { createTenant(input: { name: \"Acme\" }) { tenant { id } } }".to_owned(),
        format!("mutation {{ retryTenantProvisioning(input: {{ tenantId: \"{id}\" }}) {{ tenant {{ id }} }} }}"),
        format!("mutation {{ addTenantMember(input: {{ tenantId: \"{id}\", userId: \"x\", role: \"owner\" }}) {{ membership {{ id }} }} }}"),
        "mutation { subscribeToService(input: { serviceId: \"x\" }) { tenantService { id } } }".to_owned(),
    ] {
        let answer = world.run(None, &operation, json!({})).await;
        assert!(answer.contains("UNAUTHENTICATED"), "{operation}: {answer}");
    }
}

async fn tenants_come_in_pages(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.somebody();
    for name in ["One", "Two", "Three"] {
        world
            .create(
                &ada,
                json!({ "name": name, "slug": format!("t-{}", name.to_lowercase()) }),
            )
            .await;
    }
    let query = "query($first: Int, $after: String) { tenants(first: $first, after: $after) {
        nodes { name } pageInfo { hasNextPage endCursor } } }";
    let page = world.ask(Some(&ada), query, json!({ "first": 2 })).await;
    let page = &page["data"]["tenants"];
    assert_eq!(page["nodes"], json!([{ "name": "One" }, { "name": "Two" }]));
    assert_eq!(page["pageInfo"]["hasNextPage"], true);
    let next = json!({ "first": 2, "after": page["pageInfo"]["endCursor"] });
    let page = world.ask(Some(&ada), query, next).await;
    let page = &page["data"]["tenants"];
    assert_eq!(page["nodes"], json!([{ "name": "Three" }]));
    assert_eq!(page["pageInfo"]["hasNextPage"], false);
}

async fn a_user_creates_only_so_many(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.somebody();
    let owned_max = i32::try_from(TenantConfig::default().owned_max).unwrap();
    let mut conn = world.app().db.write().await.unwrap();
    let row = (
        tenant_creators::user_id.eq(ada.user),
        tenant_creators::tenants.eq(owned_max - 1),
    );
    let insert = diesel::insert_into(tenant_creators::table).values(row);
    on!(&mut conn, |c| insert.execute(c).await).unwrap();
    drop(conn);

    let tries =
        ["A one", "A two", "A three"].map(|name| world.create(&ada, json!({ "name": name })));
    let answers = join_all(tries).await;
    let refused = answers
        .iter()
        .filter(|answer| answer.contains("QUOTA_EXCEEDED"))
        .count();
    assert_eq!(refused, 2, "{answers:#?}");

    let administrator = Viewer {
        grants: Grants::new(["platform.*:*"]),
        ..ada
    };
    let answer = world
        .create(&administrator, json!({ "name": "A four" }))
        .await;
    assert!(
        answer.contains("ACTIVE"),
        "administrators are exempt: {answer}"
    );
}

async fn only_oneself_is_shown(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let bob = enter(&world.somebody(), ada.tenant.unwrap(), &["*:*"]);
    let query =
        "query($id: ID!) { _entities(representations: [{ __typename: \"User\", id: $id }]) {
        ... on User { currentTenant { name } memberships { id } } } }";
    let answer = world
        .run(Some(&bob), query, json!({ "id": ada.user }))
        .await;
    assert_snapshot!(answer, @r#"
    {"_entities":[{"currentTenant":null,"memberships":null}]}
    FORBIDDEN at _entities.currentTenant: this is shown to the user themselves only
    FORBIDDEN at _entities.memberships: this is shown to the user themselves only
    "#);
}
