//! Accepting an invitation, and when it is not good any more.

use chrono::TimeDelta;
use futures::future::join_all;
use insta::assert_snapshot;
use kit::Viewer;
use kit::id::{ApiKeyId, UserId};
use kit::viewer::Credential;
use serde_json::json;
use testkit::{Backend, eventually};

use super::roles::{RoleDeleted, UPDATE, code};
use super::world::{UserDeactivated, UserDeleted, World, enter};
use crate::ids::MembershipId;
use crate::store::{HeldRole, Membership, members};

testkit::on_both![
    whoever_has_the_letter_joins,
    an_invitation_is_good_for_one_use,
    what_is_not_good_is_refused_alike,
    a_new_letter_voids_the_old_one,
    an_invitation_ends_with_its_inviters_power,
    an_invitation_ends_with_its_role,
    whoever_sends_it_again_answers_for_it,
    a_member_needs_no_invitation,
    a_full_tenant_takes_nobody,
    no_api_key_accepts,
    an_invitation_ends_with_its_inviters_account,
    whoever_is_gone_leaves_no_address,
];

const ACCEPT: &str = "mutation($input: AcceptInvitationInput!) { acceptInvitation(input: $input) {
    membership { user { id } roles { slug } tenant { name } } } }";
const OFFER: &str = "query($token: String!) { invitation(token: $token) {
    tenantName tenantSlug roles email } }";
const REFUSED: &str = "null\nBAD_USER_INPUT at acceptInvitation: this invitation is not good, or not any more; ask for a new one";

impl World {
    async fn accept(&self, viewer: &Viewer, token: &str) -> String {
        let input = json!({ "input": { "token": token } });
        self.run(Some(viewer), ACCEPT, input).await
    }

    async fn offer(&self, token: &str) -> String {
        self.run(None, OFFER, json!({ "token": token })).await
    }

    /// Nobody joins with this token, and nobody is told why.
    async fn assert_bad(&self, token: &str) {
        assert_eq!(self.accept(&self.somebody(), token).await, REFUSED);
        assert_eq!(self.offer(token).await, r#"{"invitation":null}"#);
    }
}

async fn whoever_has_the_letter_joins(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let invited = world
        .invited(&ada, "kim@example.com", &["viewer", "admin"])
        .await;
    assert_snapshot!(world.offer(&invited.token).await, @r#"{"invitation":{"email":"kim@example.com","roles":["admin","viewer"],"tenantName":"Acme","tenantSlug":"acme"}}"#);
    assert_snapshot!(world.run(None, ACCEPT, json!({ "input": { "token": invited.token } })).await, @r"
    null
    UNAUTHENTICATED at acceptInvitation: sign in first: send `Authorization: Bearer <access token>`
    ");

    let kim = world.somebody();
    assert_snapshot!(world.accept(&kim, &invited.token).await, @r#"{"acceptInvitation":{"membership":{"roles":[{"slug":"admin"},{"slug":"viewer"}],"tenant":{"name":"Acme"},"user":{"id":"[user]"}}}}"#);
    let added = world.test.recorded("tenant.member_added").await;
    assert_eq!(added[1]["user_id"], json!(kim.user));
    assert_eq!(added[1]["roles"], json!(["admin", "viewer"]));
    let list = "query($id: ID!) { tenant(id: $id) {
        invitations(filter: { state: ACCEPTED }) { nodes { acceptedBy { id } } } } }";
    let shown = world
        .ask(Some(&ada), list, json!({ "id": ada.tenant }))
        .await;
    let nodes = &shown["data"]["tenant"]["invitations"]["nodes"];
    assert_eq!(nodes[0]["acceptedBy"]["id"], json!(kim.user), "{shown}");

    world.assert_bad(&invited.token).await;
    for answer in [
        world.revoke(&ada, &invited.id).await,
        world.resend(&ada, &invited.id).await,
    ] {
        assert_eq!(code(&answer), "CONFLICT", "{answer}");
    }
}

async fn an_invitation_is_good_for_one_use(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let invited = world.invited(&ada, "kim@example.com", &["viewer"]).await;
    let people: Vec<_> = (0..50).map(|_| world.somebody()).collect();
    let accepting = people.iter().map(|one| world.accept(one, &invited.token));
    let answers = join_all(accepting).await;
    let refused = answers.iter().filter(|answer| *answer == REFUSED).count();
    assert_eq!(refused, 49, "{answers:#?}");
    assert_eq!(world.recorded("tenant.member_added").await, 2);
}

async fn what_is_not_good_is_refused_alike(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    world.assert_bad("pti_unknown").await;
    world.assert_bad("").await;
    let revoked = world.invited(&ada, "lee@example.com", &["viewer"]).await;
    world.revoke(&ada, &revoked.id).await;
    world.assert_bad(&revoked.token).await;

    let expired = world.invited(&ada, "kim@example.com", &["viewer"]).await;
    world
        .app()
        .clock
        .advance(TimeDelta::days(7) - TimeDelta::minutes(5));
    assert!(world.offer(&expired.token).await.contains("Acme"));
    world.app().clock.advance(TimeDelta::minutes(5));
    world.assert_bad(&expired.token).await;
    world.resend(&ada, &expired.id).await;
    world.assert_bad(&expired.token).await;
    let joined = world.accept(&world.somebody(), &world.token().await).await;
    assert!(joined.contains("Acme"), "{joined}");
}

async fn a_new_letter_voids_the_old_one(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let invited = world.invited(&ada, "kim@example.com", &["viewer"]).await;
    world.app().clock.advance(TimeDelta::days(6));
    let resent = world.resend(&ada, &invited.id).await;
    assert_snapshot!(resent, @r#"{"resendInvitation":{"invitation":{"invitedBy":{"id":"[user]"},"state":"PENDING"}}}"#);
    let token = world.token().await;
    assert_ne!(token, invited.token);
    world.assert_bad(&invited.token).await;
    world.app().clock.advance(TimeDelta::days(6));
    let joined = world.accept(&world.somebody(), &token).await;
    assert!(joined.contains("Acme"), "{joined}");
}

async fn an_invitation_ends_with_its_inviters_power(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let everything = &["*:*", "!tenant:delete", "!tenant:transfer"];
    let bob = world.joined(&ada, &["admin"], everything).await;
    let first = world.invited(&bob, "kim@example.com", &["admin"]).await;
    let second = world.invited(&bob, "lee@example.com", &["viewer"]).await;
    assert!(world.offer(&first.token).await.contains("Acme"));

    world.place(UPDATE, &ada, bob.user, &["member"]).await;
    world.assert_bad(&first.token).await;
    // One who manages members and no more can still make a viewer.
    world
        .announced_role(&ada, "host", &["tenant.member:manage"])
        .await;
    let places = &["viewer", "host"];
    world.place(UPDATE, &ada, bob.user, places).await;
    world.assert_bad(&first.token).await;
    assert!(world.offer(&second.token).await.contains("Acme"));

    world.remove(&ada, bob.user).await;
    world.assert_bad(&first.token).await;
    world.assert_bad(&second.token).await;

    // So does that of an owner who is none any more.
    let zoe = world.joined(&ada, &["owner"], &["*:*"]).await;
    let third = world.invited(&zoe, "pat@example.com", &["owner"]).await;
    world.place(UPDATE, &ada, zoe.user, &["admin"]).await;
    world.assert_bad(&third.token).await;
}

async fn an_invitation_ends_with_its_role(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let role_id = world
        .announced_role(&ada, "clerk", &["service.till:*"])
        .await;
    let invited = world
        .invited(&ada, "kim@example.com", &["viewer", "clerk"])
        .await;
    assert!(world.offer(&invited.token).await.contains("clerk"));
    let tenant_id = ada.tenant.unwrap();
    world.announce(RoleDeleted { tenant_id, role_id }).await;
    assert_eq!(
        world.accept(&world.somebody(), &invited.token).await,
        REFUSED
    );
    eventually("the role is gone", async || {
        let offer = world.offer(&invited.token).await;
        (offer == r#"{"invitation":null}"#).then_some(())
    })
    .await;
    assert_snapshot!(world.resend(&ada, &invited.id).await, @r"
    null
    CONFLICT at resendInvitation: a role of this invitation was deleted; revoke it, and invite anew
    ");
}

async fn whoever_sends_it_again_answers_for_it(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let invited = world.invited(&ada, "kim@example.com", &["admin"]).await;
    let host = enter(&ada, ada.tenant.unwrap(), &["tenant.member:manage"]);
    let answer = world.resend(&host, &invited.id).await;
    assert_eq!(code(&answer), "FORBIDDEN", "{answer}");
    assert!(world.offer(&invited.token).await.contains("Acme"));

    let bob = world.joined(&ada, &["owner"], &["*:*"]).await;
    world.resend(&bob, &invited.id).await;
    let token = world.token().await;
    world.remove(&bob, ada.user).await;
    let joined = world.accept(&world.somebody(), &token).await;
    assert!(joined.contains("admin"), "{joined}");
}

async fn a_member_needs_no_invitation(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let bob = world.joined(&ada, &["viewer"], &[]).await;
    let invited = world.invited(&ada, "kim@example.com", &["admin"]).await;
    assert_snapshot!(world.accept(&bob, &invited.token).await, @r"
    null
    CONFLICT at acceptInvitation: you are a member of this tenant already; the invitation stays good for somebody else
    ");
    let joined = world.accept(&world.somebody(), &invited.token).await;
    assert!(joined.contains("Acme"), "{joined}");
}

async fn a_full_tenant_takes_nobody(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let invited = world.invited(&ada, "kim@example.com", &["viewer"]).await;
    let mut added = Vec::new();
    let mut conn = world.app().db.write().await.unwrap();
    for _ in 0..99 {
        let member = Membership {
            id: MembershipId::new(),
            tenant_id: ada.tenant.unwrap(),
            user_id: UserId::new(),
            roles: vec![HeldRole::owner()],
            joined_at: world.app().clock.now_utc(),
        };
        assert!(members::insert(&mut conn, &member).await.unwrap());
        added.push(member.user_id);
    }
    drop(conn);
    let kim = world.somebody();
    let answer = world.accept(&kim, &invited.token).await;
    assert_eq!(code(&answer), "QUOTA_EXCEEDED", "{answer}");
    world.remove(&ada, added[0]).await;
    let joined = world.accept(&kim, &invited.token).await;
    assert!(joined.contains("Acme"), "{joined}");
}

async fn no_api_key_accepts(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let invited = world.invited(&ada, "kim@example.com", &["viewer"]).await;
    let key = Viewer {
        credential: Credential::UserKey(ApiKeyId::new()),
        ..world.somebody()
    };
    let answer = world.accept(&key, &invited.token).await;
    assert_eq!(code(&answer), "FORBIDDEN", "{answer}");
    assert!(world.offer(&invited.token).await.contains("Acme"));
}

async fn an_invitation_ends_with_its_inviters_account(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let invited = world.invited(&ada, "kim@example.com", &["viewer"]).await;
    world.announce(UserDeactivated { user_id: ada.user }).await;
    eventually("the invitation is revoked", async || {
        let offer = world.offer(&invited.token).await;
        (offer == r#"{"invitation":null}"#).then_some(())
    })
    .await;
    world.assert_bad(&invited.token).await;
}

async fn whoever_is_gone_leaves_no_address(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let invited = world.invited(&ada, "kim@example.com", &["viewer"]).await;
    let kim = world.somebody();
    world.accept(&kim, &invited.token).await;
    world.announce(UserDeleted { user_id: kim.user }).await;
    let query = "query($any: [_Any!]!) { _entities(representations: $any) {
        ... on Invitation { email } } }";
    let any = json!([{ "__typename": "Invitation", "id": invited.id }]);
    eventually("the address is forgotten", async || {
        let shown = world.ask(Some(&ada), query, json!({ "any": any })).await;
        (shown["data"]["_entities"][0]["email"] == "deleted@portico.invalid").then_some(())
    })
    .await;
    let kim = enter(&kim, ada.tenant.unwrap(), &["tenant.member:read"]);
    let hidden = world.ask(Some(&kim), query, json!({ "any": any })).await;
    assert!(hidden["data"]["_entities"][0].is_null(), "{hidden}");
}
