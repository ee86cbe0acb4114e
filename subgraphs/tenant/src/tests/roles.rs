//! Which roles members have, and how they lose them.

use futures::future::join_all;
use kit::Viewer;
use kit::event::Payload;
use kit::id::{TenantId, UserId};
use kit::role::RoleId;
use serde::Serialize;
use serde_json::{Value, json};
use testkit::{Backend, eventually};

use super::world::{World, enter};

testkit::on_both![
    a_member_has_several_roles,
    a_members_roles_are_replaced,
    what_cannot_be_held_is_refused,
    nobody_hands_out_more_than_they_have,
    owners_are_the_business_of_owners,
    the_last_owner_stays,
    of_owners_who_demote_each_other_one_stays,
    a_member_is_removed_or_leaves,
    only_the_current_tenants_members_are_changed,
    a_deleted_role_is_taken_back,
];

const ADD: &str = "mutation($input: AddTenantMemberInput!) { addTenantMember(input: $input) {
    membership { role { slug } roles { id slug } } } }";
pub(super) const UPDATE: &str =
    "mutation($input: UpdateTenantMemberInput!) { updateTenantMember(input: $input) {
    membership { user { id } roles { slug } } } }";
const REMOVE: &str =
    "mutation($input: RemoveTenantMemberInput!) { removeTenantMember(input: $input) {
    removedMembershipId user { id } tenant { name } } }";

#[derive(Serialize)]
struct RoleCreated {
    tenant_id: TenantId,
    role_id: RoleId,
    slug: &'static str,
    permissions: &'static [&'static str],
}

#[derive(Serialize)]
pub(super) struct RoleDeleted {
    pub(super) tenant_id: TenantId,
    pub(super) role_id: RoleId,
}

macro_rules! of_role {
    ($payload:ident, $kind:literal) => {
        impl Payload for $payload {
            const KIND: &'static str = $kind;

            fn subject(&self) -> String {
                self.role_id.to_string()
            }

            fn tenant(&self) -> Option<TenantId> {
                Some(self.tenant_id)
            }
        }
    };
}

of_role!(RoleCreated, "role.created");
of_role!(RoleDeleted, "role.deleted");

impl World {
    pub(super) async fn announced_role(
        &self,
        viewer: &Viewer,
        slug: &'static str,
        permissions: &'static [&'static str],
    ) -> RoleId {
        let role_id = RoleId::new();
        let tenant_id = viewer.tenant.unwrap();
        self.announce(RoleCreated {
            tenant_id,
            role_id,
            slug,
            permissions,
        })
        .await;
        role_id
    }

    pub(super) async fn place(
        &self,
        operation: &str,
        viewer: &Viewer,
        user: UserId,
        roles: &[&str],
    ) -> String {
        let input = json!({ "tenantId": viewer.tenant, "userId": user, "roles": roles });
        self.run(Some(viewer), operation, json!({ "input": input }))
            .await
    }

    pub(super) async fn remove(&self, viewer: &Viewer, user: UserId) -> String {
        let input = json!({ "tenantId": viewer.tenant, "userId": user });
        self.run(Some(viewer), REMOVE, json!({ "input": input }))
            .await
    }

    /// A member of the viewer's tenant, in it with these grants.
    pub(super) async fn joined(&self, viewer: &Viewer, roles: &[&str], grants: &[&str]) -> Viewer {
        let user = self.announced_user().await;
        let answer = self.place(ADD, viewer, user, roles).await;
        assert!(!answer.contains("null"), "{answer}");
        enter(
            &Viewer {
                user,
                ..self.somebody()
            },
            viewer.tenant.unwrap(),
            grants,
        )
    }

    async fn roles(&self, member: &Viewer) -> Option<usize> {
        let mut conn = self.app().db.read().await.unwrap();
        let roles = crate::roles_of(&mut conn, member.tenant.unwrap(), member.user).await;
        roles.unwrap().map(|roles| roles.len())
    }
}

pub(super) fn code(answer: &str) -> &str {
    let error = answer.lines().nth(1).unwrap_or_default();
    error.split(' ').next().unwrap_or_default()
}

async fn a_member_has_several_roles(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let clerk = world
        .announced_role(&ada, "clerk", &["service.till:*"])
        .await;
    let bob = world.announced_user().await;
    let input = json!({ "tenantId": ada.tenant, "userId": bob,
        "roles": ["clerk", "viewer", "member", "clerk"] });
    let answer = world.ask(Some(&ada), ADD, json!({ "input": input })).await;
    let membership = &answer["data"]["addTenantMember"]["membership"];
    let slugs = membership["roles"].as_array().expect("a list").iter();
    let slugs = slugs.map(|role| role["slug"].as_str().expect("a slug"));
    assert_eq!(
        slugs.collect::<Vec<_>>(),
        ["member", "viewer", "clerk"],
        "{answer}"
    );
    assert_eq!(membership["roles"][2]["id"], json!(clerk));
    assert_eq!(membership["role"]["slug"], "member");

    let added = world.test.recorded("tenant.member_added").await;
    assert_eq!(added[1]["roles"], json!(["member", "viewer", "clerk"]));
    assert_eq!(added[1]["role_ids"][2], json!(clerk));
    assert_eq!(added[1]["role"], "member");
}

async fn a_members_roles_are_replaced(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let bob = world.joined(&ada, &["viewer"], &[]).await;
    let updated = r#"{"updateTenantMember":{"membership":{"roles":[{"slug":"admin"},{"slug":"member"}],"user":{"id":"[user]"}}}}"#;
    for _ in 0..2 {
        // The second time changes nothing.
        let answer = world
            .place(UPDATE, &ada, bob.user, &["member", "admin"])
            .await;
        assert_eq!(answer, updated);
    }
    assert_eq!(world.roles(&bob).await, Some(2));
    let recorded = world.test.recorded("tenant.member_updated").await;
    assert_eq!(recorded.len(), 1);
    assert_eq!(recorded[0]["roles"], json!(["admin", "member"]));
}

async fn what_cannot_be_held_is_refused(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let eve = world.owner_of("Evil").await;
    world.announced_role(&eve, "theirs", &["user:read"]).await;
    let bob = world.joined(&ada, &["viewer"], &["*:*"]).await;
    let many = (0..11).map(|n| format!("role-{n}")).collect::<Vec<_>>();
    let many = many.iter().map(String::as_str).collect::<Vec<_>>();
    for (roles, expected) in [
        (&[][..], "BAD_USER_INPUT"),
        (&many, "BAD_USER_INPUT"),
        (&["emperor"], "BAD_USER_INPUT"),
        (&["theirs"], "BAD_USER_INPUT"),
        (&["owner", "member"], "BAD_USER_INPUT"),
    ] {
        let answer = world.place(UPDATE, &ada, bob.user, roles).await;
        assert_eq!(code(&answer), expected, "{roles:?}: {answer}");
        let answer = world.place(ADD, &ada, bob.user, roles).await;
        assert_eq!(code(&answer), expected, "{roles:?}: {answer}");
    }
    let both =
        json!({ "tenantId": ada.tenant, "userId": bob.user, "role": "admin", "roles": ["admin"] });
    let neither = json!({ "tenantId": ada.tenant, "userId": bob.user });
    for input in [both, neither] {
        let answer = world.run(Some(&ada), ADD, json!({ "input": input })).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT");
    }
    let powerless = enter(&ada, ada.tenant.unwrap(), &["tenant.member:read"]);
    for answer in [
        world.place(UPDATE, &powerless, bob.user, &["member"]).await,
        world.remove(&powerless, bob.user).await,
    ] {
        assert_eq!(code(&answer), "FORBIDDEN");
    }
}

async fn nobody_hands_out_more_than_they_have(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    world
        .announced_role(&ada, "careful", &["!service.pay:*"])
        .await;
    world.announced_role(&ada, "all", &["*:*"]).await;
    let admin = world
        .joined(
            &ada,
            &["admin"],
            &["*:*", "!tenant:delete", "!tenant:transfer"],
        )
        .await;
    let clerk = world
        .joined(
            &ada,
            &["viewer"],
            &["tenant.member:manage", "service.till:*"],
        )
        .await;
    let bob = world.joined(&ada, &["viewer"], &[]).await;
    let dan = world.joined(&ada, &["member", "careful"], &[]).await;
    for (viewer, member, roles, expected) in [
        (&clerk, &bob, &["member"][..], "FORBIDDEN"),
        (&clerk, &clerk, &["admin"], "FORBIDDEN"),
        (&clerk, &bob, &["viewer", "careful"], ""),
        // The denial would end, and the clerk may not use it either.
        (&clerk, &dan, &["member"], "FORBIDDEN"),
        (&clerk, &dan, &["careful"], ""),
        (&admin, &bob, &["all"], "FORBIDDEN"),
        (&admin, &bob, &["admin"], ""),
        (&admin, &bob, &["member"], ""),
        (&ada, &bob, &["all"], ""),
    ] {
        let answer = world.place(UPDATE, viewer, member.user, roles).await;
        assert_eq!(code(&answer), expected, "{roles:?}: {answer}");
    }
    let eve = world.announced_user().await;
    assert_eq!(
        code(&world.place(ADD, &clerk, eve, &["viewer"]).await),
        "FORBIDDEN"
    );
    assert_eq!(code(&world.place(ADD, &clerk, eve, &["careful"]).await), "");
}

async fn owners_are_the_business_of_owners(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let bob = world.joined(&ada, &["admin"], &["*:*"]).await;
    for answer in [
        world.place(UPDATE, &bob, bob.user, &["owner"]).await,
        world.place(UPDATE, &bob, ada.user, &["viewer"]).await,
        world.remove(&bob, ada.user).await,
    ] {
        assert_eq!(
            answer
                .lines()
                .nth(1)
                .and_then(|line| line.split(": ").nth(1)),
            Some("only an owner can add, change or remove an owner"),
        );
    }
    assert_eq!(
        code(&world.place(UPDATE, &ada, bob.user, &["owner"]).await),
        ""
    );
    assert_eq!(code(&world.remove(&bob, ada.user).await), "");
    assert_eq!(world.roles(&ada).await, None);
}

async fn the_last_owner_stays(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    world.joined(&ada, &["admin"], &["*:*"]).await;
    for answer in [
        world.place(UPDATE, &ada, ada.user, &["admin"]).await,
        world.remove(&ada, ada.user).await,
    ] {
        assert_eq!(code(&answer), "CONFLICT", "{answer}");
        assert!(answer.contains("last owner"), "{answer}");
    }
    assert_eq!(world.roles(&ada).await, Some(1));
    assert_eq!(world.recorded("tenant.member_removed").await, 0);
}

async fn of_owners_who_demote_each_other_one_stays(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let bob = world.joined(&ada, &["owner"], &["*:*"]).await;
    let tries = (0..50).map(async |n| {
        let (one, other) = if n % 2 == 0 {
            (&ada, &bob)
        } else {
            (&bob, &ada)
        };
        match n % 4 {
            0 | 1 => world.place(UPDATE, one, other.user, &["viewer"]).await,
            _ => world.remove(one, other.user).await,
        }
    });
    join_all(tries).await;
    let mut conn = world.app().db.read().await.unwrap();
    let owners = crate::store::members::count_owners(&mut conn, ada.tenant.unwrap()).await;
    assert_eq!(owners.unwrap(), 1);
}

async fn a_member_is_removed_or_leaves(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let bob = world.joined(&ada, &["member"], &[]).await;
    let cid = world.joined(&ada, &["member"], &[]).await;
    assert_eq!(
        world.remove(&ada, bob.user).await,
        r#"{"removeTenantMember":{"removedMembershipId":"[mem]","tenant":{"name":"Acme"},"user":{"id":"[user]"}}}"#
    );
    assert_eq!(code(&world.remove(&ada, bob.user).await), "NOT_FOUND");
    assert_eq!(
        world.remove(&cid, cid.user).await,
        r#"{"removeTenantMember":{"removedMembershipId":"[mem]","tenant":null,"user":{"id":"[user]"}}}"#,
        "everybody may leave"
    );
    for gone in [&bob, &cid] {
        assert_eq!(world.roles(gone).await, None);
        let query = "query($id: ID!) { tenants { totalCount } tenant(id: $id) { id } }";
        let answer = world
            .run(Some(gone), query, json!({ "id": gone.tenant }))
            .await;
        assert_eq!(answer, r#"{"tenant":null,"tenants":{"totalCount":0}}"#);
    }
    assert_eq!(world.recorded("tenant.member_removed").await, 2);
    // A place is free again, and the same person can come back.
    assert_eq!(
        code(&world.place(ADD, &ada, bob.user, &["viewer"]).await),
        ""
    );
    assert_eq!(world.roles(&bob).await, Some(1));
}

async fn only_the_current_tenants_members_are_changed(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let eve = world.owner_of("Evil").await;
    let bob = world.joined(&ada, &["viewer"], &[]).await;
    let mut answers = Vec::new();
    for (tenant, user) in [
        (ada.tenant.unwrap(), bob.user),
        (TenantId::new(), UserId::new()),
    ] {
        let mut answer = String::new();
        for (operation, roles) in [(UPDATE, json!(["member"])), (REMOVE, Value::Null)] {
            for tenant in [tenant, eve.tenant.unwrap()] {
                let mut input = json!({ "tenantId": tenant, "userId": user });
                if roles.is_array() {
                    input["roles"] = roles.clone();
                }
                answer += &world
                    .run(Some(&eve), operation, json!({ "input": input }))
                    .await;
            }
        }
        answers.push(answer);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].matches("NOT_FOUND").count(), 4, "{}", answers[0]);
    assert_eq!(world.roles(&bob).await, Some(1));
}

async fn a_deleted_role_is_taken_back(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let role_id = world
        .announced_role(&ada, "clerk", &["service.till:*"])
        .await;
    let bob = world.joined(&ada, &["viewer", "clerk"], &[]).await;
    let tenant_id = ada.tenant.unwrap();
    world.announce(RoleDeleted { tenant_id, role_id }).await;
    eventually("the role is taken back", async || {
        (world.roles(&bob).await == Some(1)).then_some(())
    })
    .await;
    assert_eq!(
        code(&world.place(UPDATE, &ada, bob.user, &["clerk"]).await),
        "BAD_USER_INPUT"
    );
}
