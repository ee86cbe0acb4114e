//! Who sees whom, and which roles are known of whom.

use async_graphql::{Request, Variables};
use kit::id::{TenantId, UserId};
use kit::role::{BuiltIn, RoleId};
use kit::viewer::Revealed;
use kit::{Viewer, on};
use serde_json::{Value, json};
use testkit::{Backend, on_both};

use super::{ENTITIES, Fixture, MemberPlaced, MemberRemoved, codes, names};

on_both![
    signed_out_nobody_is_shown,
    one_sees_oneself_at_once_after_registering,
    the_request_that_signs_somebody_in_shows_them,
    others_are_seen_in_the_same_tenant_with_permission,
    the_list_has_the_tenants_people_only,
    the_list_is_paged,
    the_list_is_narrowed,
    a_tenant_lists_its_roles_to_its_members,
    roles_resolve_by_id_and_by_slug,
    a_role_change_is_taken_over,
    a_member_of_the_version_before_keeps_the_role,
];

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

async fn the_list_is_narrowed(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tenant = TenantId::new();
    let ada = fixture.member(tenant, "Ada").await;
    let bob = fixture.member(tenant, "Bob_B").await;
    fixture.member(tenant, "Bobby").await;
    fixture.join(tenant, bob, "admin").await;
    fixture.settle().await;
    let viewer = fixture.viewer(ada, tenant, &["user:read"]);
    let query =
        "query ($filter: UserFilter) { users(filter: $filter) { totalCount nodes { name } } }";
    for (filter, expected) in [
        (json!({ "search": "BOB" }), vec!["Bob_B", "Bobby"]),
        (json!({ "search": "bob_" }), vec!["Bob_B"]),
        (json!({ "search": "%" }), vec![]),
        (json!({ "search": "!" }), vec![]),
        (json!({ "search": "ada@example" }), vec!["Ada"]),
        (json!({ "search": " " }), vec!["Ada", "Bob_B", "Bobby"]),
        (json!({ "role": "admin" }), vec!["Bob_B"]),
        (json!({ "role": "member", "search": "b" }), vec!["Bobby"]),
        (json!({ "role": "owner" }), vec![]),
    ] {
        let variables = json!({ "filter": filter });
        let answer = fixture.ask(Some(&viewer), query, variables).await;
        let users = &answer["data"]["users"];
        assert_eq!(names(users), expected, "{filter}");
        assert_eq!(users["totalCount"], expected.len(), "{filter}");
    }
    for wrong in [
        json!({ "role": "emperor" }),
        json!({ "search": "x".repeat(101) }),
    ] {
        let answer = fixture
            .ask(Some(&viewer), query, json!({ "filter": wrong }))
            .await;
        assert_eq!(codes(&answer), ["BAD_USER_INPUT"], "{wrong}");
    }
}

/// The roles that are known of members, in order.
async fn held(fixture: &Fixture) -> Vec<RoleId> {
    use diesel::prelude::*;
    use diesel_async::RunQueryDsl;

    use crate::tables::user_tenant_roles as rows;

    let mut conn = fixture.test.app.db.read().await.expect("connects");
    on!(&mut conn, |c| {
        rows::table
            .select(rows::role_id)
            .order(rows::role_id.asc())
            .load(c)
            .await
    })
    .expect("readable")
}

async fn a_role_change_is_taken_over(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tenant = TenantId::new();
    let ada = fixture.member(tenant, "Ada").await;
    fixture.join(tenant, ada, "admin").await;
    fixture.settle().await;
    let [_, admin, member, _] = kit::role::BUILT_IN.map(|role| role.id);
    assert_eq!(held(&fixture).await, [admin]);

    fixture.place(tenant, ada, &[admin, member]).await;
    fixture.settle().await;
    assert_eq!(held(&fixture).await, [admin, member]);

    fixture
        .record(MemberRemoved {
            tenant_id: tenant,
            user_id: ada,
        })
        .await;
    fixture.settle().await;
    assert_eq!(held(&fixture).await, []);
}

async fn a_member_of_the_version_before_keeps_the_role(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let placed = MemberPlaced {
        tenant_id: TenantId::new(),
        user_id: UserId::new(),
        role: Some("admin"),
        role_ids: Vec::new(),
    };
    fixture.record(placed).await;
    fixture.settle().await;
    let admin = BuiltIn::find_by_slug("admin").expect("built in");
    assert_eq!(held(&fixture).await, [admin.id]);
}
