//! Accounts that administrators make, close and open, and people who go: through the real binary.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Backend, Client, PASSWORD, Portico, eventually, on_both};

use crate::letters::letter_to;
use crate::tour::operation;

on_both![
    an_administrator_makes_closes_and_opens_an_account,
    whoever_goes_is_gone_everywhere,
];

const CREATE: &str = "mutation ($input: CreateUserInput!) {
    createUser(input: $input) { user { id name locale deactivatedAt } } }";
const DEACTIVATE: &str = "mutation ($input: DeactivateUserInput!) {
    deactivateUser(input: $input) { user { id email } } }";
const REACTIVATE: &str = "mutation ($input: ReactivateUserInput!) {
    reactivateUser(input: $input) { user { id } } }";
const DELETE: &str =
    "mutation ($input: DeleteUserInput!) { deleteUser(input: $input) { deletedUserId } }";
const EXPORT: &str = "mutation { exportMyData { data {
    userId account sessions activity profile memberships } } }";
const FIND: &str = "query ($search: String) {
    users(filter: { everywhere: true, search: $search }) { nodes { id deactivatedAt } } }";
const EVENTS: &str = "subscription { events { type } }";
const MEMBERS: &str = "query ($id: ID!) { tenant(id: $id) { members { totalCount } } }";
const CODE: &str = "UNAUTHENTICATED";

/// What was revoked stops within this time, open subscriptions included.
const REVOKED_WITHIN: Duration = Duration::from_secs(5);

async fn login_code(client: &Client, email: &str, password: &str) -> String {
    let input = json!({ "input": { "email": email, "password": password } });
    client.code(&operation("SignIn"), input).await
}

async fn an_administrator_makes_closes_and_opens_an_account(backend: Backend) {
    let settings = [("PORTICO_AUTH_REGISTRATION", "closed")];
    let portico = Portico::start_with(backend, &settings).await;
    let (client, data_dir) = (portico.client(), portico.database().dir());
    let administrator = portico.signed_in_administrator().await;
    let input = json!({ "name": "Kim", "email": "kim@example.com", "locale": "id-ID" });

    let created = administrator.data(CREATE, json!({ "input": input })).await;

    let user = &created["createUser"]["user"];
    assert_eq!(user["name"], "Kim", "{created}");
    assert_eq!(user["locale"], "id-ID");
    let letter = letter_to(data_dir, "kim@example.com").await;
    let input =
        json!({ "email": "kim@example.com", "code": letter.code(), "newPassword": PASSWORD });
    let reset =
        "mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { user { id } } }";
    client.data(reset, json!({ "input": input })).await;
    let kim = client.login("kim@example.com", PASSWORD).await;
    let kim = kim.in_new_tenant("Acme").await;
    let mut events = kim.subscribe(EVENTS, json!({})).await;

    let input = json!({ "input": { "userId": user["id"] } });
    let closed = administrator.data(DEACTIVATE, input.clone()).await;
    assert_eq!(closed["deactivateUser"]["user"]["email"], "kim@example.com");
    assert_eq!(kim.code("{ viewer { id } }", json!({})).await, CODE);
    let ended = tokio::time::timeout(REVOKED_WITHIN, events.end()).await;
    assert!(ended.is_ok(), "the subscription goes on");
    assert_eq!(
        login_code(client, "kim@example.com", PASSWORD).await,
        "FORBIDDEN"
    );
    eventually("the list shows it", async || {
        let found = administrator.data(FIND, json!({ "search": "kim@" })).await;
        found["users"]["nodes"][0]["deactivatedAt"]
            .as_str()
            .map(drop)
    })
    .await;

    administrator.data(REACTIVATE, input).await;
    client.login("kim@example.com", PASSWORD).await;
    let log = portico.log();
    assert!(!log.contains("kim@example.com"), "an address is logged");
}

async fn whoever_goes_is_gone_everywhere(backend: Backend) {
    let portico = Portico::start(backend).await;
    let client = portico.client();
    let owner = client.register("owner@example.com").await;
    let tenant = owner.create_tenant("Acme").await;
    let owner = owner.switch_tenant(&tenant).await;
    let kim = client.register("kim@example.com").await;
    let id = kim.data("{ viewer { id } }", json!({})).await["viewer"]["id"].take();
    let add = "mutation ($input: AddTenantMemberInput!) {
        addTenantMember(input: $input) { membership { id } } }";
    let input = json!({ "tenantId": tenant, "userId": id, "roles": ["admin"] });
    owner.data(add, json!({ "input": input })).await;
    let kim = kim.switch_tenant(&tenant).await;

    let taken = kim.data(EXPORT, json!({})).await;
    let data = &taken["exportMyData"]["data"];
    assert_eq!(data["userId"], id);
    assert_eq!(data["account"]["email"], "kim@example.com");
    assert_eq!(data["profile"]["email"], "kim@example.com");
    assert_eq!(data["memberships"][0]["tenantId"], json!(tenant), "{taken}");
    let input = |id: &Value| json!({ "input": { "userId": id } });
    let own = owner.data("{ viewer { id } }", json!({})).await["viewer"]["id"].take();
    assert_eq!(
        owner.code(DELETE, input(&own)).await,
        "CONFLICT",
        "others are left"
    );

    let mut events = kim.subscribe(EVENTS, json!({})).await;
    let gone = kim.data(DELETE, input(&id)).await;

    assert_eq!(gone["deleteUser"]["deletedUserId"], id);
    assert_eq!(kim.code("{ viewer { id } }", json!({})).await, CODE);
    assert_eq!(login_code(client, "kim@example.com", PASSWORD).await, CODE);
    let ended = tokio::time::timeout(REVOKED_WITHIN, events.end()).await;
    assert!(ended.is_ok(), "the subscription goes on");
    eventually("the member is out", async || {
        let members = owner.data(MEMBERS, json!({ "id": tenant })).await;
        (members["tenant"]["members"]["totalCount"] == 1).then_some(())
    })
    .await;
    eventually("the profile is gone", async || {
        let user = "query ($id: ID!) { user(id: $id) { name } }";
        let shown = owner.data(user, json!({ "id": id })).await;
        shown["user"].is_null().then_some(())
    })
    .await;
    owner.data(DELETE, input(&own)).await;
    client.register("kim@example.com").await;
}
