//! Who belongs to a tenant.

use chrono::TimeDelta;
use futures::future::join_all;
use insta::assert_snapshot;
use kit::Viewer;
use kit::id::{ApiKeyId, TenantId, UserId};
use kit::role::BuiltIn;
use kit::viewer::Credential;
use serde_json::json;
use testkit::Backend;

use super::world::{UserDeleted, World, enter};
use crate::ids::MembershipId;
use crate::store::{HeldRole, Membership, members};

testkit::on_both![
    a_member_is_added_in_a_role,
    what_cannot_be_added_is_refused,
    of_two_who_add_a_user_at_once_one_wins,
    only_an_owner_adds_an_owner,
    only_the_current_tenant_takes_members,
    members_are_shown_to_whoever_may_read_them,
    a_tenant_has_only_so_many_members,
    owners_are_changed_after_a_fresh_proof,
    whoever_is_gone_is_out_of_every_tenant,
    memberships_can_be_taken_along,
];

const ADD: &str = "mutation($tenantId: ID!, $userId: ID!, $role: String!) {
    addTenantMember(input: { tenantId: $tenantId, userId: $userId, role: $role }) {
        membership { role { slug } user { id } tenant { name } } } }";
const MEMBERS: &str = "query($id: ID!) { tenant(id: $id) {
    members { totalCount nodes { role { slug } } } } }";

async fn add(world: &World, viewer: &Viewer, user: UserId, role: &str) -> String {
    let tenant = viewer.tenant.unwrap();
    let input = json!({ "tenantId": tenant, "userId": user, "role": role });
    world.run(Some(viewer), ADD, input).await
}

async fn role_of(world: &World, tenant: TenantId, user: UserId) -> Option<&'static str> {
    let mut conn = world.app().db.read().await.unwrap();
    let roles = crate::roles_of(&mut conn, tenant, user).await.unwrap()?;
    let first = roles.first().and_then(|&id| BuiltIn::find(id));
    first.map(|role| role.slug)
}

async fn a_member_is_added_in_a_role(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    // The registration is announced but perhaps not handled yet: adding waits for it.
    let bob = world.announced_user().await;
    assert_snapshot!(add(&world, &ada, bob, "viewer").await, @r#"{"addTenantMember":{"membership":{"role":{"slug":"viewer"},"tenant":{"name":"Acme"},"user":{"id":"[user]"}}}}"#);
    assert_eq!(
        role_of(&world, ada.tenant.unwrap(), bob).await,
        Some("viewer")
    );
    assert_eq!(world.recorded("tenant.member_added").await, 2);
}

async fn what_cannot_be_added_is_refused(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let bob = world.announced_user().await;
    let powerless = enter(&ada, ada.tenant.unwrap(), &["tenant.member:read"]);
    let answers = [
        add(&world, &ada, UserId::new(), "viewer").await,
        add(&world, &ada, bob, "emperor").await,
        add(&world, &powerless, bob, "viewer").await,
        add(&world, &ada, bob, "viewer").await,
        add(&world, &ada, bob, "admin").await,
    ];
    assert_snapshot!(answers.join("\n"), @r#"
    null
    NOT_FOUND at addTenantMember: user [user] does not exist
    null
    BAD_USER_INPUT at addTenantMember: there is no role `emperor`; `roles` lists them
    null
    FORBIDDEN at addTenantMember: this needs the permission `tenant.member:manage`, which none of your roles grants
    {"addTenantMember":{"membership":{"role":{"slug":"viewer"},"tenant":{"name":"Acme"},"user":{"id":"[user]"}}}}
    null
    CONFLICT at addTenantMember: user [user] is a member already
    "#);
}

async fn of_two_who_add_a_user_at_once_one_wins(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let bob = world.announced_user().await;
    let answers = join_all((0..6).map(|_| add(&world, &ada, bob, "member"))).await;
    let lost = answers
        .iter()
        .filter(|answer| answer.contains("CONFLICT"))
        .count();
    assert_eq!(lost, 5, "{answers:#?}");
    assert_eq!(world.recorded("tenant.member_added").await, 2);
}

async fn only_an_owner_adds_an_owner(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let tenant = ada.tenant.unwrap();
    let bob = world.announced_user().await;
    add(&world, &ada, bob, "admin").await;
    let bob = enter(
        &Viewer {
            user: bob,
            ..world.somebody()
        },
        tenant,
        &["tenant.*:manage", "service.*:*"],
    );
    let accomplice = world.announced_user().await;
    assert_snapshot!(add(&world, &bob, accomplice, "owner").await, @r"
    null
    FORBIDDEN at addTenantMember: only an owner can add, change or remove an owner
    ");
    assert_eq!(role_of(&world, tenant, accomplice).await, None);
    add(&world, &ada, accomplice, "owner").await;
    assert_eq!(role_of(&world, tenant, accomplice).await, Some("owner"));
}

async fn only_the_current_tenant_takes_members(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let eve = world.owner_of("Evil").await;
    let user = world.announced_user().await;
    for tenant in [ada.tenant.unwrap(), TenantId::new()] {
        let input = json!({ "tenantId": tenant, "userId": user, "role": "member" });
        let answer = world.run(Some(&eve), ADD, input).await;
        assert_eq!(
            answer,
            "null\nNOT_FOUND at addTenantMember: tenant [ten] does not exist or is not your current tenant"
        );
    }
    assert_eq!(role_of(&world, ada.tenant.unwrap(), user).await, None);
}

async fn members_are_shown_to_whoever_may_read_them(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let tenant = ada.tenant.unwrap();
    let bob = world.announced_user().await;
    add(&world, &ada, bob, "viewer").await;
    let id = json!({ "id": tenant });
    assert_snapshot!(world.run(Some(&ada), MEMBERS, id.clone()).await, @r#"{"tenant":{"members":{"nodes":[{"role":{"slug":"owner"}},{"role":{"slug":"viewer"}}],"totalCount":2}}}"#);

    let bob = enter(
        &Viewer {
            user: bob,
            ..world.somebody()
        },
        tenant,
        &["service.*:read"],
    );
    assert_snapshot!(world.run(Some(&bob), MEMBERS, id.clone()).await, @r#"
    {"tenant":{"members":null}}
    FORBIDDEN at tenant.members: this needs the permission `tenant.member:read`, which none of your roles grants
    "#);
    let elsewhere = enter(&ada, TenantId::new(), &["*:*"]);
    assert_snapshot!(world.run(Some(&elsewhere), MEMBERS, id).await, @r#"
    {"tenant":{"members":null}}
    FORBIDDEN at tenant.members: this is shown in the tenant itself; make [ten] the current one with `switchTenant`
    "#);
}

async fn a_tenant_has_only_so_many_members(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let mut conn = world.app().db.write().await.unwrap();
    for _ in 0..98 {
        let member = Membership {
            id: MembershipId::new(),
            tenant_id: ada.tenant.unwrap(),
            user_id: UserId::new(),
            roles: vec![HeldRole::owner()],
            joined_at: world.app().clock.now_utc(),
        };
        assert!(members::insert(&mut conn, &member).await.unwrap());
    }
    drop(conn);

    let (bob, eve) = (world.announced_user().await, world.announced_user().await);
    let answers = join_all([bob, eve].map(|user| add(&world, &ada, user, "member"))).await;
    let refused = answers
        .iter()
        .filter(|answer| answer.contains("QUOTA_EXCEEDED"))
        .count();
    assert_eq!(refused, 1, "{answers:#?}");
}

async fn whoever_is_gone_is_out_of_every_tenant(backend: Backend) {
    let world = World::start(backend).await;
    let (ada, cleo) = (world.owner_of("Acme").await, world.owner_of("Globex").await);
    let bob = world.announced_user().await;
    add(&world, &ada, bob, "admin").await;
    add(&world, &cleo, bob, "viewer").await;

    world.announce(UserDeleted { user_id: bob }).await;

    let app = world.app();
    app.events
        .caught_up(&app.db, crate::projections::USERS)
        .await
        .unwrap();
    for owner in [&ada, &cleo] {
        assert_eq!(role_of(&world, owner.tenant.unwrap(), bob).await, None);
    }
    assert_eq!(world.recorded("tenant.member_removed").await, 2);
    let again = add(&world, &ada, bob, "viewer").await;
    assert!(again.contains("NOT_FOUND"), "{again}");
}

async fn memberships_can_be_taken_along(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let query = "query ($any: [_Any!]!) { _entities(representations: $any) {
        ... on PersonalData { memberships } } }";
    let any = [ada.user, UserId::new()];
    let any = any.map(|id| json!({ "__typename": "PersonalData", "userId": id }));

    let answer = world.ask(Some(&ada), query, json!({ "any": any })).await;

    let entities = &answer["data"]["_entities"];
    let membership = &entities[0]["memberships"][0];
    assert_eq!(membership["tenantId"], json!(ada.tenant), "{answer}");
    assert_eq!(membership["roles"], json!(["owner"]));
    assert!(entities[1].is_null(), "another's data is not there");
}

async fn owners_are_changed_after_a_fresh_proof(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let (bob, cleo) = (world.announced_user().await, world.announced_user().await);
    add(&world, &ada, bob, "owner").await;
    let remove = "mutation($input: RemoveTenantMemberInput!) { removeTenantMember(input: $input) {
        removedMembershipId } }";
    let input = json!({ "input": { "tenantId": ada.tenant, "userId": bob } });
    let key = Viewer {
        credential: Credential::UserKey(ApiKeyId::new()),
        ..ada.clone()
    };
    let by_key = world.run(Some(&key), remove, input.clone()).await;
    assert!(by_key.contains("FORBIDDEN"), "{by_key}");

    world.app().clock.advance(TimeDelta::minutes(11));
    for late in [
        add(&world, &ada, cleo, "owner").await,
        world.run(Some(&ada), remove, input).await,
    ] {
        assert!(late.contains("REAUTHENTICATION_REQUIRED"), "{late}");
    }
    let added = add(&world, &ada, cleo, "viewer").await;
    assert!(added.contains("viewer"), "{added}");
    let leave = json!({ "input": { "tenantId": ada.tenant, "userId": ada.user } });
    let left = world.run(Some(&ada), remove, leave).await;
    assert!(left.contains("removedMembershipId"), "{left}");
}
