use kit::Viewer;
use kit::id::{ApiKeyId, TenantId};
use kit::permission::Grants;
use kit::viewer::Credential;
use serde_json::{Value, json};
use testkit::{Backend, on_both};

use super::Fixture;
use crate::{AuthError, Authenticated};

on_both![
    a_users_key_speaks_for_the_user_where_it_was_made,
    a_tenants_key_speaks_for_itself,
    making_a_key_is_refused_with_reasons,
    foreign_keys_are_like_none,
    a_key_manages_no_keys,
    a_key_is_renamed_and_revoked,
    keys_are_listed_in_pages,
];

const CREATE: &str = "mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) {
    secret apiKey { id name scopes owner user { id } tenant { id } createdBy { id } expiresAt lastUsedAt revokedAt }
} }";
const RENAME: &str = "mutation ($id: ID!, $name: String!) {
    updateApiKey(input: { apiKeyId: $id, name: $name }) { apiKey { name } }
}";
pub(super) const REVOKE: &str = "mutation ($id: ID!) {
    revokeApiKey(input: { apiKeyId: $id }) { apiKey { revokedAt } }
}";
pub(super) const FIND: &str =
    "query ($id: ID!) { apiKey(id: $id) { id name revokedAt lastUsedAt } }";
const MANAGE: &str = "tenant.api_key:manage";

/// Somebody in a tenant, with these grants there.
pub(super) async fn member(
    fixture: &Fixture,
    email: &str,
    tenant: TenantId,
    grants: &[&str],
) -> Viewer {
    let tokens = fixture.newcomer(email).await;
    Viewer {
        tenant: Some(tenant),
        grants: Grants::new(grants),
        ..fixture.viewer(&tokens.access).await
    }
}

pub(super) async fn create(
    fixture: &Fixture,
    viewer: &Viewer,
    owner: &str,
    scopes: &[&str],
) -> Value {
    let input = json!({ "name": "Sync", "owner": owner, "scopes": scopes });
    let variables = json!({ "input": input });
    let mut answer = fixture.run(Some(viewer), CREATE, variables).await;
    match answer.is_object() {
        true => answer["createApiKey"].take(),
        false => answer,
    }
}

pub(super) async fn authenticate(
    fixture: &Fixture,
    key: &Value,
) -> Result<Authenticated, AuthError> {
    let text = key["secret"].as_str().expect("a secret");
    fixture
        .verifier
        .authenticate_key(text, &fixture.client)
        .await
}

pub(super) fn id(key: &Value) -> Value {
    json!({ "id": key["apiKey"]["id"] })
}

async fn a_users_key_speaks_for_the_user_where_it_was_made(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tenant = TenantId::new();
    let ada = member(&fixture, "ada@example.com", tenant, &["service:read"]).await;

    let key = create(&fixture, &ada, "USER", &["service.*:read", "*:*"]).await;

    let shown = &key["apiKey"];
    let secret = key["secret"].as_str().expect("a secret");
    let body = shown["id"]
        .as_str()
        .expect("an id")
        .trim_start_matches("key_");
    assert!(secret.starts_with(&format!("ptk_{body}_")), "{key}");
    assert_eq!(shown["owner"], "USER");
    assert_eq!(shown["user"]["id"], ada.user.to_string());
    assert_eq!(shown["tenant"]["id"], tenant.to_string());
    let who = authenticate(&fixture, &key).await.expect("valid");
    assert_eq!((who.user, who.tenant), (ada.user, Some(tenant)));
    assert!(matches!(who.credential, Credential::UserKey(_)));
    let scopes = vec!["service.*:read".to_owned(), "*:*".to_owned()];
    assert_eq!((who.scopes, who.own_grants), (Some(scopes), None));
    let left = who.expires_at - fixture.test.app.clock.now();
    assert_eq!(left.num_days(), 364, "a year, less a moment");
    assert_eq!(fixture.activities().await[2..], ["create_api_key"]);
}

async fn a_tenants_key_speaks_for_itself(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tenant = TenantId::new();
    let grants = ["*:*", "!service.payroll:read", "platform:*", "platform.*:*"];
    let ada = member(&fixture, "ada@example.com", tenant, &grants).await;

    let key = create(&fixture, &ada, "TENANT", &["*:*"]).await;

    assert_eq!(key["apiKey"]["user"], Value::Null, "{key}");
    assert_eq!(key["apiKey"]["createdBy"]["id"], ada.user.to_string());
    let who = authenticate(&fixture, &key).await.expect("valid");
    assert_ne!(who.user, ada.user);
    assert_eq!(who.tenant, Some(tenant));
    assert!(matches!(who.credential, Credential::TenantKey(_)));
    let held = Grants::new(who.own_grants.expect("grants of its own"));
    assert!(held.allow("service.billing:read"));
    assert!(
        !held.allow("service.payroll:read"),
        "its maker was denied it"
    );
    assert!(ada.allows("platform.account:create"));
    for permission in ["platform:read", "platform.account:create"] {
        assert!(!held.allow(permission), "{permission}");
    }
}

async fn making_a_key_is_refused_with_reasons(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tenant = TenantId::new();
    let ada = member(
        &fixture,
        "ada@example.com",
        tenant,
        &[MANAGE, "service.*:read"],
    )
    .await;
    let bob = member(&fixture, "bob@example.com", tenant, &["service.*:read"]).await;
    let nowhere = Viewer {
        tenant: None,
        ..ada.clone()
    };

    for (viewer, owner, scopes, expected) in [
        (
            &ada,
            "TENANT",
            &["service:read"][..],
            "FORBIDDEN at /scopes: you cannot give the scope",
        ),
        (
            &ada,
            "USER",
            &[],
            "BAD_USER_INPUT at /scopes: a key has 1 to 50 scopes",
        ),
        (
            &ada,
            "USER",
            &["serv*:read"],
            "BAD_USER_INPUT at /scopes: `serv*:read` is no scope",
        ),
        (
            &bob,
            "TENANT",
            &["service.*:read"],
            "FORBIDDEN: this needs the permission `tenant.api_key:manage`",
        ),
        (
            &nowhere,
            "TENANT",
            &["service.*:read"],
            "FORBIDDEN: this session has no current tenant",
        ),
    ] {
        let answer = create(&fixture, viewer, owner, scopes).await;
        let text = answer.as_str().expect("a refusal");
        assert!(text.starts_with(expected), "{text}");
    }
    for (field, value, expected) in [
        ("name", json!(" "), "BAD_USER_INPUT at /name"),
        (
            "expiresAt",
            json!("2001-01-01T00:00:00Z"),
            "BAD_USER_INPUT at /expiresAt",
        ),
        (
            "expiresAt",
            json!("2101-01-01T00:00:00Z"),
            "BAD_USER_INPUT at /expiresAt",
        ),
    ] {
        let mut input = json!({ "name": "Sync", "owner": "USER", "scopes": ["a:b"] });
        input[field] = value;
        let answer = fixture
            .run(Some(&ada), CREATE, json!({ "input": input }))
            .await;
        let text = answer.as_str().expect("a refusal");
        assert!(text.starts_with(expected), "{text}");
    }
    fixture.advance(10 * 60 + 1);
    let answer = create(&fixture, &ada, "USER", &["a:b"]).await;
    let text = answer.as_str().expect("a refusal");
    assert!(text.starts_with("REAUTHENTICATION_REQUIRED"), "{text}");
    let answer = fixture
        .run(None, FIND, json!({ "id": ApiKeyId::new() }))
        .await;
    let text = answer.as_str().expect("a refusal");
    assert!(text.starts_with("UNAUTHENTICATED"), "{text}");
    let activities = fixture.activities().await;
    let denied = activities
        .iter()
        .filter(|it| *it == "create_api_key: denied");
    assert!(denied.count() >= 2, "{activities:?}");
}

async fn foreign_keys_are_like_none(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let (here, there) = (TenantId::new(), TenantId::new());
    let ada = member(&fixture, "ada@example.com", here, &["*:*"]).await;
    let own = create(&fixture, &ada, "USER", &["a:b"]).await;
    let of_tenant = create(&fixture, &ada, "TENANT", &["a:b"]).await;
    let elsewhere = member(&fixture, "bob@example.com", there, &["*:*"]).await;
    let powerless = member(&fixture, "eve@example.com", here, &["service:read"]).await;
    let colleague = member(&fixture, "joe@example.com", here, &[MANAGE]).await;

    let unknown = ApiKeyId::new().to_string();
    for (viewer, key) in [
        (&elsewhere, &own),
        (&elsewhere, &of_tenant),
        (&powerless, &of_tenant),
        (&colleague, &own),
        (&ada, &json!({ "apiKey": { "id": unknown } })),
    ] {
        let found = fixture.run(Some(viewer), FIND, id(key)).await;
        assert_eq!(found, json!({ "apiKey": null }));
        let mut variables = id(key);
        let shown = variables["id"].as_str().expect("an id").to_owned();
        let expected = format!("NOT_FOUND at /apiKeyId: API key {shown} does not exist");
        let revoked = fixture.run(Some(viewer), REVOKE, variables.clone()).await;
        assert_eq!(revoked, Value::String(expected.clone()));
        variables["name"] = json!("Mine");
        let renamed = fixture.run(Some(viewer), RENAME, variables).await;
        assert_eq!(renamed, Value::String(expected));
    }
    let found = fixture.run(Some(&colleague), FIND, id(&of_tenant)).await;
    assert_eq!(found["apiKey"]["id"], of_tenant["apiKey"]["id"]);
    let left = Viewer {
        tenant: Some(there),
        ..ada
    };
    let found = fixture.run(Some(&left), FIND, id(&of_tenant)).await;
    assert_eq!(
        found,
        json!({ "apiKey": null }),
        "it is not of the current tenant"
    );
}

async fn a_key_manages_no_keys(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = member(&fixture, "ada@example.com", TenantId::new(), &["*:*"]).await;
    let key = create(&fixture, &ada, "USER", &["*:*"]).await;
    let who = authenticate(&fixture, &key).await.expect("valid");
    let program = Viewer {
        user: who.user,
        credential: who.credential,
        tenant: who.tenant,
        grants: Grants::new(["*:*"]),
    };

    let expected = "FORBIDDEN: an API key cannot do this; sign in with `login`";
    assert_eq!(create(&fixture, &program, "USER", &["*:*"]).await, expected);
    assert_eq!(
        create(&fixture, &program, "TENANT", &["*:*"]).await,
        expected
    );
    let mut renamed = id(&key);
    renamed["name"] = json!("Mine");
    for (query, variables) in [(FIND, id(&key)), (REVOKE, id(&key)), (RENAME, renamed)] {
        let answer = fixture.run(Some(&program), query, variables).await;
        assert_eq!(answer, expected, "{query}");
    }
    let user = json!({ "any": [{ "__typename": "User", "id": program.user }] });
    let query = "query ($any: [_Any!]!) { _entities(representations: $any) {
        ... on User { apiKeys { totalCount } }
    } }";
    let answer = fixture.run(Some(&program), query, user).await;
    assert_eq!(answer, expected);
}

async fn a_key_is_renamed_and_revoked(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = member(&fixture, "ada@example.com", TenantId::new(), &["*:*"]).await;
    for owner in ["USER", "TENANT"] {
        let key = create(&fixture, &ada, owner, &["a:b"]).await;
        let mut variables = id(&key);
        variables["name"] = json!("  Nightly sync ");
        let renamed = fixture.run(Some(&ada), RENAME, variables).await;
        assert_eq!(renamed["updateApiKey"]["apiKey"]["name"], "Nightly sync");
        authenticate(&fixture, &key).await.expect("still valid");

        let revoked = fixture.run(Some(&ada), REVOKE, id(&key)).await;
        let at = &revoked["revokeApiKey"]["apiKey"]["revokedAt"];
        assert!(at.is_string(), "{revoked}");
        let refused = authenticate(&fixture, &key).await;
        assert!(
            matches!(refused, Err(AuthError::RevokedApiKey)),
            "{refused:?}"
        );
        fixture.advance(60);
        let again = fixture.run(Some(&ada), REVOKE, id(&key)).await;
        assert_eq!(again, revoked, "doing it again changes nothing");
    }
    assert_eq!(
        fixture.activities().await[2..6],
        [
            "create_api_key",
            "update_api_key",
            "revoke_api_key",
            "use_api_key: revoked_key"
        ]
    );
}

async fn keys_are_listed_in_pages(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tenant = TenantId::new();
    let ada = member(&fixture, "ada@example.com", tenant, &["*:*"]).await;
    for owner in ["USER", "USER", "USER", "TENANT"] {
        create(&fixture, &ada, owner, &["a:b"]).await;
    }
    let query = "query ($any: [_Any!]!, $first: Int, $after: String) {
        _entities(representations: $any) {
            ... on User { keys: apiKeys(first: $first, after: $after) { ...Page } }
            ... on Tenant { keys: apiKeys(first: $first, after: $after) { ...Page } }
        }
    }
    fragment Page on ApiKeyConnection { totalCount nodes { id } pageInfo { hasNextPage endCursor } }";
    let page = async |kind: &str, id: String, after: Value| {
        let any = json!([{ "__typename": kind, "id": id }]);
        let variables = json!({ "any": any, "first": 2, "after": after });
        let mut answer = fixture.run(Some(&ada), query, variables).await;
        assert!(answer.is_object(), "{answer}");
        answer["_entities"][0]["keys"].take()
    };
    let user = ada.user.to_string();
    let first = page("User", user.clone(), Value::Null).await;
    assert_eq!(
        (&first["totalCount"], &first["pageInfo"]["hasNextPage"]),
        (&json!(3), &json!(true))
    );
    let second = page("User", user, first["pageInfo"]["endCursor"].clone()).await;
    assert_eq!(second["nodes"].as_array().map(Vec::len), Some(1));
    let of_tenant = page("Tenant", tenant.to_string(), Value::Null).await;
    assert_eq!(of_tenant["totalCount"], 1);
    let foreign = TenantId::new().to_string();
    assert_eq!(page("Tenant", foreign, Value::Null).await, Value::Null);
}
