//! Roles that a tenant defines.

use futures::future::join_all;
use kit::Viewer;
use kit::id::TenantId;
use kit::role::RoleId;
use serde_json::{Value, json};
use testkit::{Backend, on_both};

use super::{ENTITIES, Fixture, codes};

on_both![
    a_tenant_defines_changes_and_deletes_a_role,
    what_is_no_role_is_refused,
    nobody_defines_more_than_they_may,
    of_many_who_want_a_slug_one_wins,
    a_tenant_has_only_so_many_roles,
    a_role_that_is_held_stays,
    another_tenants_role_is_missing,
];

const CREATE: &str = "mutation ($input: CreateRoleInput!) { createRole(input: $input) {
    role { id slug name description builtIn permissions } tenant { roles { slug } } } }";
const UPDATE: &str = "mutation ($input: UpdateRoleInput!) { updateRole(input: $input) {
    role { slug name description permissions } } }";
const DELETE: &str = "mutation ($input: DeleteRoleInput!) { deleteRole(input: $input) {
    deletedRoleId tenant { roles { slug } } } }";

impl Fixture {
    async fn create(&self, viewer: &Viewer, slug: &str, permissions: &[&str]) -> Value {
        let input = json!({ "slug": slug, "name": "Some role", "permissions": permissions });
        self.ask(Some(viewer), CREATE, json!({ "input": input }))
            .await
    }

    /// Defines a role and returns its id.
    pub(super) async fn defined(
        &self,
        viewer: &Viewer,
        slug: &str,
        permissions: &[&str],
    ) -> RoleId {
        let answer = self.create(viewer, slug, permissions).await;
        let id = answer["data"]["createRole"]["role"]["id"].as_str();
        id.unwrap_or_else(|| panic!("no role: {answer}"))
            .parse()
            .expect("an id")
    }

    async fn update(&self, viewer: &Viewer, input: Value) -> Value {
        self.ask(Some(viewer), UPDATE, json!({ "input": input }))
            .await
    }

    async fn delete(&self, viewer: &Viewer, id: RoleId) -> Value {
        let input = json!({ "roleId": id });
        self.ask(Some(viewer), DELETE, json!({ "input": input }))
            .await
    }

    /// Somebody in a new tenant of theirs.
    pub(super) async fn member_of_new(&self, grants: &[&str]) -> Viewer {
        let tenant = TenantId::new();
        let user = self.member(tenant, "Ada").await;
        self.settle().await;
        self.viewer(user, tenant, grants)
    }
}

async fn a_tenant_defines_changes_and_deletes_a_role(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.member_of_new(&["*:*"]).await;
    let input = json!({
        "slug": "clerk", "name": " Clerk ", "description": "Pays.",
        "permissions": ["service.billing:*", "!service.billing:delete", "service.billing:*"],
    });
    let answer = fixture
        .ask(Some(&ada), CREATE, json!({ "input": input }))
        .await;
    let created = &answer["data"]["createRole"];
    let id = created["role"]["id"].clone();
    let expected = json!({
        "id": id, "slug": "clerk", "name": "Clerk", "description": "Pays.", "builtIn": false,
        "permissions": ["service.billing:*", "!service.billing:delete"],
    });
    assert_eq!(created["role"], expected, "{answer}");
    let slugs = ["owner", "admin", "member", "viewer", "clerk"].map(|slug| json!({ "slug": slug }));
    assert_eq!(created["tenant"]["roles"], json!(slugs));

    let input = json!({ "roleId": id, "name": "Cashier", "permissions": ["service.till:*"] });
    let answer = fixture.update(&ada, input).await;
    let expected = json!({
        "slug": "clerk", "name": "Cashier", "description": "Pays.",
        "permissions": ["service.till:*"],
    });
    assert_eq!(answer["data"]["updateRole"]["role"], expected, "{answer}");
    let query = "query ($id: ID!) { role(id: $id) { name } roles { slug } }";
    let answer = fixture.ask(Some(&ada), query, json!({ "id": id })).await;
    let expected = json!({ "data": { "role": { "name": "Cashier" }, "roles": slugs } });
    assert_eq!(answer, expected);

    let role = id.as_str().expect("a text").parse().expect("an id");
    let answer = fixture.delete(&ada, role).await;
    let deleted = &answer["data"]["deleteRole"];
    assert_eq!(deleted["deletedRoleId"], id, "{answer}");
    assert_eq!(deleted["tenant"]["roles"], json!(slugs[..4]));
    assert_eq!(codes(&fixture.delete(&ada, role).await), ["NOT_FOUND"]);
    for kind in ["role.created", "role.updated", "role.deleted"] {
        let recorded = fixture.test.recorded(kind).await;
        assert_eq!(recorded.len(), 1, "{kind}");
        assert_eq!(recorded[0]["role_id"], id);
    }
    // The slug is free again.
    fixture.defined(&ada, "clerk", &["user:read"]).await;
}

async fn what_is_no_role_is_refused(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.member_of_new(&["*:*"]).await;
    for (slug, permission, code, says) in [
        ("Clerk", "user:read", "BAD_USER_INPUT", "slug"),
        ("c", "user:read", "BAD_USER_INPUT", "slug"),
        ("owner", "user:read", "CONFLICT", "taken"),
        (
            "clerk",
            "users:read",
            "BAD_USER_INPUT",
            "did you mean `user:read`?",
        ),
        (
            "clerk",
            "!tenant.role:mange",
            "BAD_USER_INPUT",
            "`tenant.role:manage`",
        ),
        ("clerk", "user.*", "BAD_USER_INPUT", "no permission"),
        ("clerk", "platform:read", "BAD_USER_INPUT", "platform"),
    ] {
        let answer = fixture.create(&ada, slug, &[permission]).await;
        assert_eq!(codes(&answer), [code], "{slug} {permission}: {answer}");
        assert!(
            answer["errors"][0]["message"].to_string().contains(says),
            "{answer}"
        );
    }
    assert_eq!(
        codes(&fixture.create(&ada, "clerk", &[]).await),
        ["BAD_USER_INPUT"]
    );
    let owner = json!({ "roleId": kit::role::OWNER.id, "name": "Emperor" });
    assert_eq!(codes(&fixture.update(&ada, owner).await), ["FORBIDDEN"]);
    assert_eq!(
        codes(&fixture.delete(&ada, kit::role::OWNER.id).await),
        ["FORBIDDEN"]
    );
    let role = fixture.defined(&ada, "clerk", &["user:read"]).await;
    assert_eq!(
        codes(&fixture.create(&ada, "clerk", &["user:read"]).await),
        ["CONFLICT"]
    );
    for wrong in [
        json!({ "name": "" }),
        json!({ "description": "x".repeat(501) }),
        json!({ "permissions": [] }),
        json!({ "permissions": ["users:read"] }),
    ] {
        let mut input = wrong.clone();
        input["roleId"] = json!(role);
        assert_eq!(
            codes(&fixture.update(&ada, input).await),
            ["BAD_USER_INPUT"],
            "{wrong}"
        );
    }
    let nobody = fixture.ask(
        None,
        CREATE,
        json!({ "input": {
        "slug": "x1", "name": "x", "permissions": ["user:read"] } }),
    );
    assert_eq!(codes(&nobody.await), ["UNAUTHENTICATED"]);
}

async fn nobody_defines_more_than_they_may(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.member_of_new(&["*:*"]).await;
    let as_one_who = |grants: &[&str]| fixture.viewer(ada.user, ada.tenant.unwrap(), grants);
    let powerless = as_one_who(&["tenant.role:read", "user:read"]);
    assert_eq!(
        codes(&fixture.create(&powerless, "a1", &["user:read"]).await),
        ["FORBIDDEN"]
    );

    let clerk = as_one_who(&["tenant.role:manage", "service.till:*"]);
    let admin = as_one_who(&["*:*", "!tenant:delete"]);
    for (viewer, permissions, code) in [
        (&clerk, &["service.till:read"][..], None),
        (&clerk, &["service.*:read"], Some("FORBIDDEN")),
        (&clerk, &["*:*"], Some("FORBIDDEN")),
        (&clerk, &["!service.*:read", "service.till:*"], None),
        (&admin, &["*:*"], Some("FORBIDDEN")),
        (&admin, &["tenant:*"], Some("FORBIDDEN")),
        (&admin, &["*:*", "!tenant:delete"], None),
    ] {
        let slug = format!("r-{}", fixture.test.recorded("role.created").await.len());
        let answer = fixture.create(viewer, &slug, permissions).await;
        assert_eq!(
            codes(&answer),
            Vec::from_iter(code),
            "{permissions:?}: {answer}"
        );
    }

    let role = fixture
        .defined(&ada, "payroll", &["service.*:read", "!service.pay:read"])
        .await;
    for (permissions, code) in [
        // Lifts a denial of what the clerk does not have.
        (vec!["service.*:read"], Some("FORBIDDEN")),
        // Grants what the clerk does not have.
        (vec!["service.*:*", "!service.pay:read"], Some("FORBIDDEN")),
        // Less than before.
        (vec!["service.till:read", "!service.pay:read"], None),
    ] {
        let input = json!({ "roleId": role, "permissions": permissions });
        let answer = fixture.update(&clerk, input).await;
        assert_eq!(
            codes(&answer),
            Vec::from_iter(code),
            "{permissions:?}: {answer}"
        );
    }
}

async fn of_many_who_want_a_slug_one_wins(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.member_of_new(&["*:*"]).await;
    let tries = (0..50).map(|_| fixture.create(&ada, "clerk", &["user:read"]));
    let answers = join_all(tries).await;
    let lost = answers
        .iter()
        .filter(|it| codes(it) == ["CONFLICT"])
        .count();
    assert_eq!(lost, 49, "{answers:#?}");
    assert_eq!(fixture.test.recorded("role.created").await.len(), 1);
}

async fn a_tenant_has_only_so_many_roles(backend: Backend) {
    use diesel::prelude::*;
    use diesel_async::RunQueryDsl;

    use crate::tables::user_role_counts as counts;

    let fixture = Fixture::start(backend).await;
    let ada = fixture.member_of_new(&["*:*"]).await;
    let row = (
        counts::tenant_id.eq(ada.tenant.unwrap()),
        counts::roles.eq(98),
    );
    let mut conn = fixture.test.app.db.write().await.expect("connects");
    let insert = diesel::insert_into(counts::table).values(row);
    kit::on!(&mut conn, |c| insert.execute(c).await).expect("written");
    drop(conn);

    let slugs = (0..6).map(|n| format!("role-{n}")).collect::<Vec<_>>();
    let tries = slugs
        .iter()
        .map(|slug| fixture.create(&ada, slug, &["user:read"]));
    let answers = join_all(tries).await;
    let refused = answers
        .iter()
        .filter(|it| codes(it) == ["QUOTA_EXCEEDED"])
        .count();
    assert_eq!(refused, 4, "{answers:#?}");
}

async fn a_role_that_is_held_stays(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.member_of_new(&["*:*"]).await;
    let tenant = ada.tenant.unwrap();
    let role = fixture.defined(&ada, "clerk", &["user:read"]).await;
    for name in ["Bob", "Cid"] {
        let member = fixture.member(tenant, name).await;
        // Deleting waits until this is known.
        fixture.place(tenant, member, &[role]).await;
    }
    let answer = fixture.delete(&ada, role).await;
    assert_eq!(codes(&answer), ["CONFLICT"]);
    assert!(
        answer["errors"][0]["message"]
            .to_string()
            .contains("2 members"),
        "{answer}"
    );
}

async fn another_tenants_role_is_missing(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.member_of_new(&["*:*"]).await;
    let eve = fixture.member_of_new(&["*:*"]).await;
    let (theirs, missing) = (
        fixture.defined(&ada, "clerk", &["user:read"]).await,
        RoleId::new(),
    );
    let query = "query ($id: ID!) { role(id: $id) { slug } roles { slug } }";
    let mut answers = Vec::new();
    for id in [theirs, missing] {
        let update = json!({ "roleId": id, "name": "Mine" });
        let any =
            json!([{ "__typename": "Role", "id": id }, { "__typename": "Role", "slug": "clerk" }]);
        let answer = [
            fixture.ask(Some(&eve), query, json!({ "id": id })).await,
            fixture.update(&eve, update).await,
            fixture.delete(&eve, id).await,
            fixture
                .ask(Some(&eve), ENTITIES, json!({ "any": any }))
                .await,
        ];
        let answer = json!(answer).to_string().replace(&id.to_string(), "it");
        answers.push(serde_json::from_str::<Value>(&answer).expect("JSON"));
    }
    assert_eq!(answers[0], answers[1]);
    let shown = answers[0].to_string();
    assert!(shown.contains("NOT_FOUND"), "{shown}");
    assert!(!shown.contains("clerk"), "{shown}");

    // Whoever belongs to both tenants sees the role from the other one, too.
    fixture.join(ada.tenant.unwrap(), eve.user, "viewer").await;
    fixture.settle().await;
    let answer = fixture
        .ask(Some(&eve), query, json!({ "id": theirs }))
        .await;
    assert_eq!(answer["data"]["role"]["slug"], "clerk", "{answer}");
    assert_eq!(codes(&fixture.delete(&eve, theirs).await), ["NOT_FOUND"]);
    // Each tenant has its own slugs.
    fixture.defined(&eve, "clerk", &["user:read"]).await;
}
