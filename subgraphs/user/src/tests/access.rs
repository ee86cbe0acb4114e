//! Why somebody may do something.

use kit::Viewer;
use kit::id::{TenantId, UserId};
use serde_json::{Value, json};
use testkit::{Backend, on_both};

use super::{Fixture, MemberRemoved, codes};

on_both![
    an_explanation_names_what_decides,
    one_may_ask_about_oneself_and_with_permission_about_others,
];

const EXPLAIN: &str = "query ($userId: ID!, $permission: String!) {
    explainAccess(userId: $userId, permission: $permission) {
        allowed outcome permission user { name }
        decidedBy { effect pattern role { slug } } reasons { effect pattern role { slug } } } }";

async fn explain(fixture: &Fixture, viewer: &Viewer, user: UserId, permission: &str) -> Value {
    let variables = json!({ "userId": user, "permission": permission });
    fixture.ask(Some(viewer), EXPLAIN, variables).await
}

async fn an_explanation_names_what_decides(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tenant = TenantId::new();
    let ada = fixture.member(tenant, "Ada").await;
    let bob = fixture.member(tenant, "Bob").await;
    let ada = fixture.viewer(ada, tenant, &["*:*", "!platform:*", "!platform.*:*"]);
    let careful = fixture.defined(&ada, "careful", &["!service.pay:*"]).await;
    let [_, _, member, viewer] = kit::role::BUILT_IN.map(|role| role.id);
    fixture.place(tenant, bob, &[member, viewer, careful]).await;

    let grant = |slug: &str| json!({ "effect": "GRANT", "pattern": "service.*:read", "role": { "slug": slug } });
    let deny =
        json!({ "effect": "DENY", "pattern": "!service.pay:*", "role": { "slug": "careful" } });
    for (permission, allowed, outcome, reasons) in [
        (
            "service.pay:read",
            json!(false),
            "DENIED",
            vec![deny, grant("member"), grant("viewer")],
        ),
        (
            "service.till:read",
            json!(true),
            "GRANTED",
            vec![grant("member"), grant("viewer")],
        ),
        ("tenant:delete", json!(false), "NOT_GRANTED", vec![]),
        ("platform:read", Value::Null, "PLATFORM", vec![]),
    ] {
        let answer = explain(&fixture, &ada, bob, permission).await;
        let expected = json!({
            "allowed": allowed, "outcome": outcome, "permission": permission,
            "user": { "name": "Bob" }, "decidedBy": reasons.first(), "reasons": reasons,
        });
        assert_eq!(
            answer,
            json!({ "data": { "explainAccess": expected } }),
            "{permission}"
        );
    }

    fixture
        .record(MemberRemoved {
            tenant_id: tenant,
            user_id: bob,
        })
        .await;
    let gone = explain(&fixture, &ada, bob, "service.till:read").await;
    let unknown = explain(&fixture, &ada, UserId::new(), "service.till:read").await;
    assert_eq!(
        gone["data"]["explainAccess"]["outcome"], "NOT_A_MEMBER",
        "{gone}"
    );
    assert_eq!(gone, unknown);
}

async fn one_may_ask_about_oneself_and_with_permission_about_others(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tenant = TenantId::new();
    let ada = fixture.member(tenant, "Ada").await;
    let bob = fixture.member(tenant, "Bob").await;
    let powerless = fixture.viewer(ada, tenant, &["!platform:*"]);
    let answer = explain(&fixture, &powerless, ada, "user:read").await;
    assert_eq!(answer["data"]["explainAccess"]["allowed"], true, "{answer}");
    let answer = explain(&fixture, &powerless, ada, "platform:read").await;
    assert_eq!(
        answer["data"]["explainAccess"]["allowed"], false,
        "{answer}"
    );
    assert_eq!(
        codes(&explain(&fixture, &powerless, bob, "user:read").await),
        ["FORBIDDEN"]
    );
    assert_eq!(
        codes(&explain(&fixture, &powerless, ada, "user:*").await),
        ["BAD_USER_INPUT"]
    );
    let reader = fixture.viewer(ada, tenant, &["tenant.role:read"]);
    let answer = explain(&fixture, &reader, bob, "user:read").await;
    assert_eq!(answer["data"]["explainAccess"]["allowed"], true, "{answer}");
    assert_eq!(
        answer["data"]["explainAccess"]["user"],
        Value::Null,
        "user:read is lacking"
    );
    let nowhere = Viewer {
        tenant: None,
        ..reader
    };
    assert_eq!(
        codes(&explain(&fixture, &nowhere, ada, "user:read").await),
        ["FORBIDDEN"]
    );
    let variables = json!({ "userId": ada, "permission": "user:read" });
    let answer = fixture.ask(None, EXPLAIN, variables).await;
    assert_eq!(codes(&answer), ["UNAUTHENTICATED"]);
}
