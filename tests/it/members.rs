//! What becomes of members whose roles change or who are taken out: through the real binary.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Backend, Client, Portico, eventually, on_both};

on_both![
    a_removed_member_is_out_in_the_next_request,
    a_changed_role_counts_in_the_next_request,
];

const ADD: &str = "mutation ($input: AddTenantMemberInput!) { addTenantMember(input: $input) {
    membership { roles { name slug } } } }";
const UPDATE: &str =
    "mutation ($input: UpdateTenantMemberInput!) { updateTenantMember(input: $input) {
    membership { roles { name } } } }";
const REMOVE: &str =
    "mutation ($input: RemoveTenantMemberInput!) { removeTenantMember(input: $input) {
    removedMembershipId } }";
const CREATE_ROLE: &str =
    "mutation ($input: CreateRoleInput!) { createRole(input: $input) { role { id } } }";
const UPDATE_ROLE: &str =
    "mutation ($input: UpdateRoleInput!) { updateRole(input: $input) { role { id } } }";
const SWITCH: &str =
    "mutation ($input: SwitchTenantInput!) { switchTenant(input: $input) { accessToken } }";
const EVENTS: &str = "subscription { events { type } }";
const PEOPLE: &str = "{ users { totalCount } }";

/// What was taken away stops within this time on an open socket.
const NEXT_CHECK: Duration = Duration::from_secs(5);

struct Acme {
    owner: Client,
    kim: Client,
    /// The tenant and Kim.
    place: Value,
}

async fn acme(portico: &Portico, roles: &[&str]) -> Acme {
    let client = portico.client();
    let owner = client.register("owner@example.com").await;
    let tenant = owner.create_tenant("Acme").await;
    let owner = owner.switch_tenant(&tenant).await;
    let create =
        json!({ "slug": "reader", "name": "Reader", "permissions": ["event:read", "user:read"] });
    owner.data(CREATE_ROLE, json!({ "input": create })).await;
    let kim = client.register("kim@example.com").await;
    let user = kim.data("{ viewer { id } }", json!({})).await["viewer"]["id"].take();
    let place = json!({ "tenantId": tenant, "userId": user });
    let input = with(&place, "roles", json!(roles));
    let added = owner.data(ADD, json!({ "input": input })).await;
    let shown = added["addTenantMember"]["membership"]["roles"].as_array();
    assert_eq!(shown.map(Vec::len), Some(roles.len()), "{added}");
    let kim = kim.switch_tenant(&tenant).await;
    Acme { owner, kim, place }
}

fn with(place: &Value, field: &str, value: Value) -> Value {
    let mut input = place.clone();
    input[field] = value;
    input
}

async fn a_removed_member_is_out_in_the_next_request(backend: Backend) {
    let portico = Portico::start(backend).await;
    let Acme { owner, kim, place } = acme(&portico, &["viewer", "reader"]).await;
    let people = kim.data(PEOPLE, json!({})).await;
    assert_eq!(people["users"]["totalCount"], 2);
    let mut events = kim.subscribe(EVENTS, json!({})).await;

    owner.data(REMOVE, json!({ "input": place })).await;

    assert_eq!(kim.code(PEOPLE, json!({})).await, "FORBIDDEN");
    let query = "{ viewer { id currentTenant { id } memberships { id } } tenants { totalCount } }";
    let shown = kim.data(query, json!({})).await;
    assert_eq!(
        shown["viewer"]["id"], place["userId"],
        "the token works without a tenant"
    );
    assert_eq!(shown["viewer"]["currentTenant"], Value::Null);
    assert_eq!(shown["viewer"]["memberships"], json!([]));
    assert_eq!(shown["tenants"]["totalCount"], 0);
    let input = json!({ "tenantId": place["tenantId"] });
    assert_eq!(
        kim.code(SWITCH, json!({ "input": input })).await,
        "NOT_FOUND"
    );
    let ended = tokio::time::timeout(NEXT_CHECK, events.end()).await;
    assert_eq!(ended.expect("at the next check"), Some(4205));
    eventually("the owner is alone", async || {
        let people = owner.data(PEOPLE, json!({})).await;
        (people["users"]["totalCount"] == 1).then_some(())
    })
    .await;
}

async fn a_changed_role_counts_in_the_next_request(backend: Backend) {
    let portico = Portico::start(backend).await;
    let Acme { owner, kim, place } = acme(&portico, &["reader"]).await;
    let query = "{ roles { id slug } }";
    let roles = owner.data(query, json!({})).await;
    let reader = roles["roles"][4]["id"].clone();
    kim.data(PEOPLE, json!({})).await;

    let deny = json!({ "roleId": reader, "permissions": ["event:read", "!user:read"] });
    owner.data(UPDATE_ROLE, json!({ "input": deny })).await;
    assert_eq!(kim.code(PEOPLE, json!({})).await, "FORBIDDEN");
    let input = with(&place, "roles", json!(["member", "reader"]));
    owner.data(UPDATE, json!({ "input": input })).await;
    assert_eq!(
        kim.code(PEOPLE, json!({})).await,
        "FORBIDDEN",
        "a denial wins"
    );
    let explain = "query ($id: ID!) { explainAccess(userId: $id, permission: \"user:read\") {
        outcome decidedBy { pattern role { slug } } } }";
    let why = owner.data(explain, json!({ "id": place["userId"] })).await;
    let decided = json!({ "pattern": "!user:read", "role": { "slug": "reader" } });
    assert_eq!(why["explainAccess"]["outcome"], "DENIED");
    assert_eq!(why["explainAccess"]["decidedBy"], decided);

    let mut events = kim.subscribe(EVENTS, json!({})).await;
    let input = with(&place, "roles", json!(["member"]));
    owner.data(UPDATE, json!({ "input": input })).await;
    kim.data(PEOPLE, json!({})).await;
    let ended = tokio::time::timeout(NEXT_CHECK, events.end()).await;
    assert_eq!(ended.expect("at the next check"), Some(4205));
}
