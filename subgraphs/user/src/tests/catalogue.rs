//! What there is to grant, and what roles grant of it.

use kit::id::TenantId;
use kit::role::RoleId;
use serde_json::{Value, json};
use testkit::{Backend, on_both};

use super::{Fixture, codes};

on_both![what_a_role_grants_is_looked_up, permissions_are_listed];

async fn what_a_role_grants_is_looked_up(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.member_of_new(&["*:*"]).await;
    let tenant = ada.tenant.unwrap();
    let role = fixture
        .defined(&ada, "clerk", &["service.till:*", "!service.till:drop"])
        .await;
    let viewer = kit::role::BuiltIn::find_by_slug("viewer").expect("built in");
    let mut conn = fixture.test.app.db.read().await.expect("connects");
    let ids = [viewer.id, role, RoleId::new()];
    let grants = crate::grants_of_roles(&mut conn, tenant, &ids)
        .await
        .expect("readable");
    let expected = [
        viewer.permissions,
        &["service.till:*", "!service.till:drop"],
    ]
    .concat();
    assert_eq!(grants, expected);
    let elsewhere = crate::grants_of_roles(&mut conn, TenantId::new(), &[role]).await;
    assert_eq!(elsewhere.expect("readable"), Vec::<String>::new());
}

async fn permissions_are_listed(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.test.viewer(&[]);
    let query =
        "query ($filter: PermissionFilter) { permissions(filter: $filter) { name subgraph } }";
    let listed = async |filter: Value| {
        let answer = fixture
            .ask(Some(&ada), query, json!({ "filter": filter }))
            .await;
        let found = answer["data"]["permissions"]
            .as_array()
            .cloned()
            .expect("a list");
        let names = found
            .iter()
            .map(|it| it["name"].as_str().expect("a name").to_owned());
        names.collect::<Vec<_>>()
    };
    let all = listed(Value::Null).await;
    assert!(
        all.is_sorted() && all.contains(&"tenant.role:manage".to_owned()),
        "{all:?}"
    );
    assert_eq!(
        listed(json!({ "subgraph": "tenant" })).await,
        ["tenant:delete"]
    );
    assert_eq!(
        listed(json!({ "search": "ADDRESSES" })).await,
        ["user:read"]
    );
    let entities = "query ($any: [_Any!]!) { _entities(representations: $any) {
        ... on Permission { name description group subgraph } } }";
    let any = ["user:read", "user:eat"].map(|it| json!({ "__typename": "Permission", "name": it }));
    let answer = fixture
        .ask(Some(&ada), entities, json!({ "any": any }))
        .await;
    let found = &answer["data"]["_entities"];
    assert_eq!(
        (&found[0]["subgraph"], &found[1]),
        (&json!("user"), &Value::Null),
        "{answer}"
    );
    assert_eq!(
        codes(&fixture.ask(None, query, json!({})).await),
        ["UNAUTHENTICATED"]
    );
}
