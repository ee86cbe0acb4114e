//! Programs that sign in by API keys, over HTTP and web sockets.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::{Backend, Client, Portico, on_both};

on_both![
    a_key_opens_queries_mutations_and_subscriptions,
    a_key_of_a_tenant_stays_in_the_tenant,
    a_key_of_a_tenant_has_no_part_in_the_platform,
    a_revoked_key_ends_its_subscriptions,
    a_key_of_somebody_who_left_the_tenant_stops,
    a_key_shows_no_other_tenant_of_its_user,
];

const CREATE: &str = "mutation ($input: CreateApiKeyInput!) {
    createApiKey(input: $input) { secret apiKey { id } }
}";
const REGISTER: &str = "mutation { registerService(input: {
    name: \"Billing\", version: \"1\", baseUrl: \"http://127.0.0.1:9\"
}) { service { id } } }";
const SERVICES: &str = "{ services { totalCount } }";
const EVENTS: &str = "subscription { events { type } }";

async fn owner(portico: &Portico) -> Client {
    let client = portico.client().register("owner@example.com").await;
    client.in_new_tenant("Acme").await
}

/// The key's id and secret.
async fn create(maker: &Client, owner: &str, scopes: &[&str]) -> (String, String) {
    let input = json!({ "name": "Sync", "owner": owner, "scopes": scopes });
    let data = maker.data(CREATE, json!({ "input": input })).await;
    let created = &data["createApiKey"];
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    (text(&created["apiKey"]["id"]), text(&created["secret"]))
}

async fn a_key_opens_queries_mutations_and_subscriptions(backend: Backend) {
    let portico = Portico::start(backend).await;
    let owner = owner(&portico).await;
    let scopes = ["service:*", "event:read"];
    let (_, secret) = create(&owner, "USER", &scopes).await;
    let program = portico.client().with_token(&secret);

    let mut events = program.subscribe(EVENTS, json!({})).await;
    program.data(REGISTER, json!({})).await;
    let event = events
        .data_where(|data| data["events"]["type"] == "service.registered")
        .await;
    assert_eq!(event["events"]["type"], "service.registered");
    let services = program.data(SERVICES, json!({})).await;
    assert_eq!(services["services"]["totalCount"], 1);
    let viewer = "{ viewer { id apiKeys { totalCount } } }";
    let answer = program.post(viewer, json!({})).await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"], "FORBIDDEN",
        "{answer}"
    );
    let input = json!({ "tenantId": "ten_01k00000000000000000000000", "userId": "user_01k00000000000000000000000", "role": "viewer" });
    let add = "mutation ($input: AddTenantMemberInput!) { addTenantMember(input: $input) { membership { id } } }";
    let code = program.code(add, json!({ "input": input })).await;
    assert_eq!(code, "FORBIDDEN", "it is in no scope");

    let body = json!({ "query": SERVICES });
    let client = portico.client();
    let by_header = [("x-api-key", secret.as_str())];
    let (status, text) = client.post_to("/graphql", &by_header, &body).await;
    assert_eq!(status, 200, "{text}");
    let bearer = format!("Bearer {secret}");
    let both = [("x-api-key", secret.as_str()), ("authorization", &bearer)];
    let (status, text) = client.post_to("/graphql", &both, &body).await;
    assert!(
        status == 401 && text.contains("not both"),
        "{status} {text}"
    );
    assert!(!portico.log().contains(&secret), "a key is logged");
}

async fn a_key_of_a_tenant_stays_in_the_tenant(backend: Backend) {
    let portico = Portico::start(backend).await;
    let owner = owner(&portico).await;
    let (_, secret) = create(&owner, "TENANT", &["*:*"]).await;
    let program = portico.client().with_token(&secret);

    program.data(REGISTER, json!({})).await;
    assert_eq!(
        program.data(SERVICES, json!({})).await,
        owner.data(SERVICES, json!({})).await
    );
    let viewer = program.data("{ viewer { id } }", json!({})).await;
    assert_eq!(viewer["viewer"], Value::Null, "it is nobody");
    let query = "{ viewer { currentTenant { id } } }";
    let tenant = owner.data(query, json!({})).await["viewer"]["currentTenant"]["id"].take();
    let by_id = "query ($id: ID!) { tenant(id: $id) { id members { totalCount } } }";
    let seen = program.data(by_id, json!({ "id": tenant })).await;
    assert_eq!(seen["tenant"]["members"]["totalCount"], 1, "{seen}");
    for operation in [
        "mutation { createTenant(input: { name: \"Mine\" }) { tenant { id } } }",
        "mutation { logout { session { id } } }",
        "mutation { setupTwoFactor { secret } }",
        "mutation { switchTenant(input: { tenantId: \"ten_01k00000000000000000000000\" }) { accessToken } }",
        "mutation { createApiKey(input: { name: \"x\", owner: TENANT, scopes: [\"a:b\"] }) { secret } }",
    ] {
        assert_eq!(
            program.code(operation, json!({})).await,
            "FORBIDDEN",
            "{operation}"
        );
    }
}

async fn a_key_of_a_tenant_has_no_part_in_the_platform(backend: Backend) {
    let portico = Portico::start_with(backend, &[("PORTICO_AUTH_REGISTRATION", "closed")]).await;
    let administrator = portico.signed_in_administrator().await;
    let administrator = administrator.in_new_tenant("Head office").await;
    let (_, of_tenant) = create(&administrator, "TENANT", &["*:*", "platform.*:*"]).await;
    let (_, of_user) = create(&administrator, "USER", &["platform.*:*"]).await;
    let (_, narrow) = create(&administrator, "USER", &["service:*"]).await;

    // Who may register others gets as far as the password.
    let register = "mutation { register(input: { name: \"X\", email: \"x@example.com\", password: \"short\" }) { user { id } } }";
    for (secret, expected) in [
        (&of_tenant, "FORBIDDEN"),
        (&of_user, "BAD_USER_INPUT"),
        (&narrow, "FORBIDDEN"),
    ] {
        let program = portico.client().with_token(secret);
        assert_eq!(program.code(register, json!({})).await, expected);
    }
}

async fn a_revoked_key_ends_its_subscriptions(backend: Backend) {
    let portico = Portico::start(backend).await;
    let owner = owner(&portico).await;
    let (id, secret) = create(&owner, "TENANT", &["event:read"]).await;
    let program = portico.client().with_token(&secret);
    let mut events = program.subscribe(EVENTS, json!({})).await;

    let revoke =
        "mutation ($id: ID!) { revokeApiKey(input: { apiKeyId: $id }) { apiKey { revokedAt } } }";
    owner.data(revoke, json!({ "id": id })).await;
    let revoked = Instant::now();
    assert_eq!(events.end().await, Some(4401));
    let lasted = revoked.elapsed();
    assert!(lasted <= Duration::from_secs(5), "it lasted {lasted:?}");

    let answer = program.post(SERVICES, json!({})).await;
    let error = &answer["errors"][0];
    assert_eq!(error["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(
        error["message"],
        "this API key was revoked; make another with `createApiKey`"
    );
}

async fn a_key_of_somebody_who_left_the_tenant_stops(backend: Backend) {
    let portico = Portico::start(backend).await;
    let owner = owner(&portico).await;
    let query = "{ viewer { id currentTenant { id } } }";
    let tenant = owner.data(query, json!({})).await["viewer"]["currentTenant"]["id"].take();
    let member = portico.client().register("member@example.com").await;
    let user = member.data("{ viewer { id } }", json!({})).await["viewer"]["id"].take();
    let add = "mutation ($input: AddTenantMemberInput!) { addTenantMember(input: $input) { membership { id } } }";
    let input = json!({ "tenantId": tenant, "userId": user, "role": "member" });
    owner.data(add, json!({ "input": input })).await;
    let outside = create(&member, "USER", &["*:*"]).await.1;
    let member = member.switch_tenant(tenant.as_str().expect("an id")).await;
    let inside = create(&member, "USER", &["*:*"]).await.1;
    let client = |secret: &str| portico.client().with_token(secret);
    let mut events = client(&inside).subscribe(EVENTS, json!({})).await;
    client(&inside).data(SERVICES, json!({})).await;

    let leave = "DELETE FROM memberships WHERE role = 'member'";
    portico.database().tamper(leave).await;

    assert_eq!(
        client(&inside).code(SERVICES, json!({})).await,
        "UNAUTHENTICATED"
    );
    assert_eq!(events.end().await, Some(4401));
    let viewer = client(&outside).data("{ viewer { id } }", json!({})).await;
    assert_eq!(
        viewer["viewer"]["id"], user,
        "it was made outside of the tenant"
    );
}

async fn a_key_shows_no_other_tenant_of_its_user(backend: Backend) {
    let portico = Portico::start(backend).await;
    let owner = owner(&portico).await;
    owner.create_tenant("Globex").await;
    let (_, secret) = create(&owner, "USER", &["service:read"]).await;
    let program = portico.client().with_token(&secret);
    let query = "{ tenants { totalCount nodes { name } } tenantBySlug(slug: \"globex\") { id }
        viewer { memberships { tenant { name } } } }";

    let shown = program.data(query, json!({})).await;

    assert_eq!(
        shown["tenants"],
        json!({ "totalCount": 1, "nodes": [{ "name": "Acme" }] })
    );
    assert_eq!(shown["tenantBySlug"], Value::Null);
    let acme = json!([{ "tenant": { "name": "Acme" } }]);
    assert_eq!(shown["viewer"]["memberships"], acme);
    let both = owner.data(query, json!({})).await;
    assert_eq!(both["tenants"]["totalCount"], 2);
}
