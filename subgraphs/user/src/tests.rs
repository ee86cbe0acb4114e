//! Feature tests of this subgraph alone: GraphQL in, answers out, on both databases.

use async_graphql::{EmptyMutation, EmptySubscription, Request, Schema, Variables};
use kit::event::{self, Payload};
use kit::id::{TenantId, UserId};
use kit::viewer::Revealed;
use kit::{Viewer, on};
use serde_json::{Value, json};
use testkit::{Backend, TestApp, on_both};

use crate::Query;
use crate::event::{MemberAdded, UserRegistered};

on_both![
    signed_out_nobody_is_shown,
    one_sees_oneself_at_once_after_registering,
    the_request_that_signs_somebody_in_shows_them,
    others_are_seen_in_the_same_tenant_with_permission,
    the_list_has_the_tenants_people_only,
    the_list_is_paged,
    a_tenant_lists_its_roles_to_its_members,
    roles_resolve_by_id_and_by_slug,
    a_role_change_is_taken_over,
];

/// The subgraph on a fresh database, with its handlers running.
struct Fixture {
    test: TestApp,
    schema: Schema<Query, EmptyMutation, EmptySubscription>,
}

impl Fixture {
    async fn start(backend: Backend) -> Self {
        let mut test = TestApp::start(backend).await;
        test.deliver(crate::handlers(&test.app));
        let schema = crate::schema(test.app.clone());
        Self { test, schema }
    }

    async fn ask(&self, viewer: Option<&Viewer>, query: &str, variables: Value) -> Value {
        let attach = crate::attach;
        self.test
            .ask(&self.schema, attach, viewer, query, variables)
            .await
    }

    async fn record<P: Payload>(&self, payload: P) {
        let app = &self.test.app;
        let mut conn = app.db.write().await.expect("connects");
        let recorded = event::record(&mut conn, &app.clock, &payload).await;
        recorded.expect("recorded");
    }

    async fn registered(&self, name: &str) -> UserId {
        let user_id = UserId::new();
        self.record(UserRegistered {
            user_id,
            name: name.to_owned(),
            email: format!("{}@example.com", name.to_lowercase()),
        })
        .await;
        user_id
    }

    async fn member(&self, tenant_id: TenantId, name: &str) -> UserId {
        let user_id = self.registered(name).await;
        self.join(tenant_id, user_id, "member").await;
        user_id
    }

    async fn join(&self, tenant_id: TenantId, user_id: UserId, role: &str) {
        self.record(MemberAdded {
            tenant_id,
            user_id,
            role: role.to_owned(),
        })
        .await;
    }

    fn viewer(&self, user: UserId, tenant: TenantId, grants: &[&str]) -> Viewer {
        Viewer {
            user,
            ..self.test.viewer_in(tenant, grants)
        }
    }

    /// Waits until the handlers have seen everything.
    async fn settle(&self) {
        let app = &self.test.app;
        for handler in crate::handlers(app) {
            let caught_up = app.events.caught_up(&app.db, handler.name()).await;
            caught_up.expect("readable");
        }
    }
}

const ENTITIES: &str = "query ($any: [_Any!]!) { _entities(representations: $any) {
    ... on User { name email }
    ... on Role { id slug }
    ... on Tenant { id roles { slug } }
} }";

fn codes(answer: &Value) -> Vec<&str> {
    let errors = answer["errors"].as_array().map(Vec::as_slice);
    let codes = errors
        .unwrap_or_default()
        .iter()
        .map(|error| &error["code"]);
    codes.filter_map(Value::as_str).collect()
}

fn names(connection: &Value) -> Vec<&str> {
    let nodes = connection["nodes"].as_array().expect("a list").iter();
    nodes.filter_map(|node| node["name"].as_str()).collect()
}

async fn signed_out_nobody_is_shown(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let user = fixture.registered("Ada").await;
    for query in [
        "{ viewer { id } }",
        "query ($id: ID!) { user(id: $id) { id } }",
        "{ users { nodes { id } } }",
        "{ roles { id } }",
    ] {
        let answer = fixture.ask(None, query, json!({ "id": user })).await;
        assert_eq!(codes(&answer), ["UNAUTHENTICATED"], "{query}");
    }
    let any = json!([
        { "__typename": "User", "id": user },
        { "__typename": "Role", "slug": "owner" },
        { "__typename": "Tenant", "id": TenantId::new() },
    ]);
    let answer = fixture.ask(None, ENTITIES, json!({ "any": any })).await;
    assert_eq!(
        answer,
        json!({ "data": { "_entities": [null, null, null] } })
    );
}

async fn one_sees_oneself_at_once_after_registering(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let user = fixture.registered("Ada").await;
    let viewer = Viewer {
        tenant: None,
        ..fixture.viewer(user, TenantId::new(), &[])
    };
    let query = "{ viewer { id name email createdAt } }";

    let answer = fixture.ask(Some(&viewer), query, json!({})).await;

    let shown = &answer["data"]["viewer"];
    assert_eq!(shown["id"], json!(user), "{answer}");
    assert_eq!(shown["name"], "Ada");
    assert_eq!(shown["email"], "ada@example.com");
    assert!(shown["createdAt"].is_string());
}

async fn the_request_that_signs_somebody_in_shows_them(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.registered("Ada").await;
    let bob = fixture.registered("Bob").await;
    let revealed = Revealed::default();
    revealed.add(ada);

    let any = [ada, bob].map(|id| json!({ "__typename": "User", "id": id }));
    let request = Request::new(ENTITIES)
        .variables(Variables::from_json(json!({ "any": any })))
        .data(revealed);
    let response = fixture.schema.execute(request).await;

    let answer = response.data.into_json().expect("an answer is JSON");
    let ada = json!({ "name": "Ada", "email": "ada@example.com" });
    assert_eq!(answer, json!({ "_entities": [ada, null] }));
}

async fn others_are_seen_in_the_same_tenant_with_permission(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let (ours, theirs) = (TenantId::new(), TenantId::new());
    let ada = fixture.member(ours, "Ada").await;
    let bob = fixture.member(ours, "Bob").await;
    let eve = fixture.member(theirs, "Eve").await;
    // Eve is in a tenant of Ada's too, but not in the one that Ada works in.
    fixture.join(theirs, ada, "owner").await;
    fixture.settle().await;

    let query = "query ($id: ID!) { user(id: $id) { name email } }";
    let may = fixture.viewer(ada, ours, &["user:read"]);
    let may_not = fixture.viewer(ada, ours, &["service:read"]);
    let shown = |name: &str| json!({ "name": name, "email": format!("{}@example.com", name.to_lowercase()) });
    for (viewer, id, expected) in [
        (&may, ada.to_string(), shown("Ada")),
        (&may, bob.to_string(), shown("Bob")),
        (&may, eve.to_string(), Value::Null),
        (&may, UserId::new().to_string(), Value::Null),
        (&may_not, ada.to_string(), shown("Ada")),
        (&may_not, bob.to_string(), Value::Null),
    ] {
        let answer = fixture.ask(Some(viewer), query, json!({ "id": id })).await;
        assert_eq!(answer, json!({ "data": { "user": expected } }), "{id}");
    }
    let answer = fixture.ask(Some(&may), query, json!({ "id": "ada" })).await;
    assert_eq!(codes(&answer), ["BAD_USER_INPUT"]);

    let any = [ada, bob, eve].map(|id| json!({ "__typename": "User", "id": id }));
    let answer = fixture
        .ask(Some(&may), ENTITIES, json!({ "any": any }))
        .await;
    let expected = json!({ "_entities": [shown("Ada"), shown("Bob"), null] });
    assert_eq!(answer, json!({ "data": expected }));
}

async fn the_list_has_the_tenants_people_only(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ours = TenantId::new();
    let ada = fixture.member(ours, "Ada").await;
    fixture.member(ours, "Bob").await;
    fixture.member(TenantId::new(), "Eve").await;
    fixture.settle().await;
    let query = "{ users { totalCount nodes { name } } }";

    let viewer = fixture.viewer(ada, ours, &["user:read"]);
    let answer = fixture.ask(Some(&viewer), query, json!({})).await;
    let users = &answer["data"]["users"];
    assert_eq!(
        (names(users), &users["totalCount"]),
        (vec!["Ada", "Bob"], &json!(2))
    );

    let viewer = fixture.viewer(ada, ours, &["service:read"]);
    let answer = fixture.ask(Some(&viewer), query, json!({})).await;
    assert_eq!(codes(&answer), ["FORBIDDEN"]);
    let viewer = Viewer {
        tenant: None,
        ..fixture.viewer(ada, ours, &["user:read"])
    };
    let answer = fixture.ask(Some(&viewer), query, json!({})).await;
    assert_eq!(codes(&answer), ["FORBIDDEN"]);
}

async fn the_list_is_paged(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tenant = TenantId::new();
    let ada = fixture.member(tenant, "Ada").await;
    for name in ["Bob", "Cid", "Dan", "Eva"] {
        fixture.member(tenant, name).await;
    }
    fixture.settle().await;
    let viewer = fixture.viewer(ada, tenant, &["user:read"]);
    let query = "query ($first: Int, $after: String, $last: Int) {
        users(first: $first, after: $after, last: $last) {
            nodes { name } pageInfo { hasNextPage hasPreviousPage endCursor }
        }
    }";

    let mut after = Value::Null;
    for (expected, more) in [
        (vec!["Ada", "Bob"], true),
        (vec!["Cid", "Dan"], true),
        (vec!["Eva"], false),
    ] {
        let variables = json!({ "first": 2, "after": after });
        let answer = fixture.ask(Some(&viewer), query, variables).await;
        let users = &answer["data"]["users"];
        assert_eq!(names(users), expected, "{answer}");
        assert_eq!(users["pageInfo"]["hasNextPage"], more);
        after = users["pageInfo"]["endCursor"].clone();
    }
    let answer = fixture
        .ask(Some(&viewer), query, json!({ "last": 2 }))
        .await;
    assert_eq!(names(&answer["data"]["users"]), ["Dan", "Eva"]);
    for wrong in [
        json!({ "first": 0 }),
        json!({ "first": 101 }),
        json!({ "after": "x" }),
    ] {
        let answer = fixture.ask(Some(&viewer), query, wrong.clone()).await;
        assert_eq!(codes(&answer), ["BAD_USER_INPUT"], "{wrong}");
    }
}

async fn a_tenant_lists_its_roles_to_its_members(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let (current, another, foreign) = (TenantId::new(), TenantId::new(), TenantId::new());
    let ada = fixture.member(current, "Ada").await;
    fixture.join(another, ada, "viewer").await;
    let viewer = fixture.viewer(ada, current, &[]);

    let any = [current, another, foreign].map(|id| json!({ "__typename": "Tenant", "id": id }));
    let answer = fixture
        .ask(Some(&viewer), ENTITIES, json!({ "any": any }))
        .await;

    let roles = ["owner", "admin", "member", "viewer"].map(|slug| json!({ "slug": slug }));
    let shown = |id: TenantId| json!({ "id": id, "roles": roles });
    let expected = json!({ "_entities": [shown(current), shown(another), null] });
    assert_eq!(answer, json!({ "data": expected }));
}

async fn roles_resolve_by_id_and_by_slug(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let viewer = fixture.test.viewer(&[]);
    let query = "{ roles { id slug builtIn permissions } }";
    let answer = fixture.ask(Some(&viewer), query, json!({})).await;
    let owner = &answer["data"]["roles"][0];
    assert_eq!(
        (&owner["slug"], &owner["permissions"]),
        (&json!("owner"), &json!(["*:*"]))
    );
    assert_eq!(owner["builtIn"], true);

    let any = json!([
        { "__typename": "Role", "id": owner["id"] },
        { "__typename": "Role", "slug": "owner" },
        { "__typename": "Role", "slug": "emperor" },
    ]);
    let answer = fixture
        .ask(Some(&viewer), ENTITIES, json!({ "any": any }))
        .await;
    let owner = json!({ "id": owner["id"], "slug": "owner" });
    let expected = json!({ "_entities": [owner, owner, null] });
    assert_eq!(answer, json!({ "data": expected }));
}

async fn a_role_change_is_taken_over(backend: Backend) {
    use diesel::prelude::*;
    use diesel_async::RunQueryDsl;

    use crate::tables::user_tenants as rows;

    let fixture = Fixture::start(backend).await;
    let tenant = TenantId::new();
    let ada = fixture.member(tenant, "Ada").await;
    fixture.join(tenant, ada, "admin").await;
    fixture.settle().await;

    let mut conn = fixture.test.app.db.read().await.expect("connects");
    let roles: Vec<String> = on!(&mut conn, |c| {
        rows::table.select(rows::role).load(c).await
    })
    .expect("readable");
    assert_eq!(roles, ["admin"]);
}
