//! Inviting people by their e-mail addresses.

use chrono::TimeDelta;
use futures::future::join_all;
use insta::assert_snapshot;
use kit::Viewer;
use kit::id::{ApiKeyId, TenantId};
use kit::mail::Mail;
use kit::viewer::Credential;
use serde_json::{Value, json};
use testkit::Backend;

use super::roles::code;
use super::world::{World, enter, show};
use crate::config::{LinkConfig, TenantConfig};
use crate::sweep::sweep;

testkit::on_both![
    a_letter_brings_the_invitation,
    the_operator_chooses_the_page,
    nobody_is_invited_to_more_than_the_inviter_has,
    what_cannot_be_invited_is_refused,
    only_the_current_tenants_invitations_are_touched,
    an_address_has_one_pending_invitation,
    of_two_who_invite_an_address_at_once_one_does,
    invitations_are_listed_by_state,
    what_is_revoked_stays_revoked,
    old_ones_are_swept,
];

const INVITE: &str =
    "mutation($input: InviteTenantMemberInput!) { inviteTenantMember(input: $input) {
    invitation { id email roles { slug } state invitedBy { id } acceptedBy { id } tenant { slug } } } }";
const RESEND: &str = "mutation($input: ResendInvitationInput!) { resendInvitation(input: $input) {
    invitation { state invitedBy { id } } } }";
const REVOKE: &str = "mutation($input: RevokeInvitationInput!) { revokeInvitation(input: $input) {
    invitation { state } } }";
const LIST: &str = "query($id: ID!, $filter: InvitationFilter) { tenant(id: $id) {
    invitations(filter: $filter) { totalCount nodes { email state } } } }";

/// An invitation as its inviter knows it, and the secret that only the letter has.
pub(super) struct Invited {
    pub(super) id: String,
    pub(super) token: String,
}

impl World {
    pub(super) async fn invite(&self, viewer: &Viewer, email: &str, roles: &[&str]) -> Value {
        let input = json!({ "tenantId": viewer.tenant, "email": email, "roles": roles });
        let input = json!({ "input": input });
        self.ask(Some(viewer), INVITE, input).await
    }

    /// An invitation that must succeed.
    pub(super) async fn invited(&self, viewer: &Viewer, email: &str, roles: &[&str]) -> Invited {
        let answer = self.invite(viewer, email, roles).await;
        let id = answer["data"]["inviteTenantMember"]["invitation"]["id"].as_str();
        Invited {
            id: id.unwrap_or_else(|| panic!("{answer:#}")).to_owned(),
            token: self.token().await,
        }
    }

    pub(super) async fn resend(&self, viewer: &Viewer, id: &str) -> String {
        let input = json!({ "input": { "invitationId": id } });
        self.run(Some(viewer), RESEND, input).await
    }

    pub(super) async fn revoke(&self, viewer: &Viewer, id: &str) -> String {
        let input = json!({ "input": { "invitationId": id } });
        self.run(Some(viewer), REVOKE, input).await
    }

    /// The secret of the newest letter.
    pub(super) async fn token(&self) -> String {
        let letters = self.test.letters().await;
        token_of(letters.last().expect("a letter"))
    }

    pub(super) async fn list(&self, viewer: &Viewer, state: Option<&str>) -> String {
        let filter = json!({ "state": state });
        let variables = json!({ "id": viewer.tenant, "filter": filter });
        self.run(Some(viewer), LIST, variables).await
    }
}

fn token_of(letter: &Mail) -> String {
    let (_, query) = letter.links[0].split_once("?token=").expect("a token");
    query.split('&').next().unwrap().to_owned()
}

async fn a_letter_brings_the_invitation(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Buy now!").await;
    let answer = world
        .invite(&ada, " Kim@Example.COM ", &["viewer", "admin"])
        .await;
    assert_snapshot!(show(&answer), @r#"{"inviteTenantMember":{"invitation":{"acceptedBy":null,"email":"Kim@example.com","id":"[inv]","invitedBy":{"id":"[user]"},"roles":[{"slug":"admin"},{"slug":"viewer"}],"state":"PENDING","tenant":{"slug":"buy-now"}}}}"#);

    let letters = world.test.letters().await;
    let [letter] = &letters[..] else {
        panic!("{letters:#?}")
    };
    assert_eq!(letter.to, "Kim@example.com");
    assert_eq!(letter.subject, "You are invited to buy-now");
    assert!(
        letter.links[0].starts_with("https://portico.example/auth/invitation?token=pti_")
            && letter.links[0].ends_with("&lang=en"),
        "{letter:?}"
    );
    assert!(
        !format!("{letter:?}").contains("Buy now!"),
        "a name is any text"
    );
    let events = world.test.recorded("tenant.member_invited").await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["roles"], json!(["admin", "viewer"]));
    assert!(
        !events[0].to_string().to_lowercase().contains("kim@"),
        "{events:?}"
    );
    let secret = token_of(letter);
    assert!(!answer.to_string().contains(&secret), "{answer}");
    assert!(!events[0].to_string().contains(&secret));
}

async fn the_operator_chooses_the_page(backend: Backend) {
    let links = LinkConfig {
        invitation: Some("https://app.example/join?from=mail".parse().unwrap()),
    };
    let config = TenantConfig {
        links,
        ..TenantConfig::default()
    };
    let world = World::start_with(backend, config).await;
    let ada = world.owner_of("Acme").await;
    let input = json!({ "tenantId": ada.tenant, "email": "kim@example.com", "roles": ["viewer"],
        "locale": "id-ID" });
    let input = json!({ "input": input });
    world.ask(Some(&ada), INVITE, input).await;
    let letters = world.test.letters().await;
    let letter = &letters[0];
    assert_eq!(letter.subject, "Anda diundang ke acme");
    let page = "https://app.example/join?from=mail&token=pti_";
    assert!(
        letter.links[0].starts_with(page) && letter.links[0].ends_with("&lang=id"),
        "{letter:?}"
    );
}

async fn nobody_is_invited_to_more_than_the_inviter_has(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    world
        .announced_role(&ada, "clerk", &["service.till:*"])
        .await;
    let bob = world
        .joined(&ada, &["admin"], &["tenant.*:manage", "service:read"])
        .await;
    let mut said = Vec::new();
    for roles in [
        &["owner"][..],
        &["clerk"],
        &["emperor"],
        &[],
        &["owner", "viewer"],
    ] {
        said.push(show(&world.invite(&bob, "kim@example.com", roles).await));
    }
    assert_snapshot!(said.join("\n").replace("null\n", ""), @r"
    FORBIDDEN at inviteTenantMember: only an owner can add, change or remove an owner
    FORBIDDEN at inviteTenantMember: you cannot grant `service.till:*`: you do not have all of it yourself
    BAD_USER_INPUT at inviteTenantMember: there is no role `emperor`; `roles` lists them
    BAD_USER_INPUT at inviteTenantMember: a member has 1 to 10 roles; name them in `roles`
    BAD_USER_INPUT at inviteTenantMember: `owner` grants everything and goes with no other role; name it alone
    ");
    assert!(world.test.letters().await.is_empty());
    world.invited(&ada, "kim@example.com", &["owner"]).await;
    world.invited(&ada, "lee@example.com", &["clerk"]).await;
}

async fn what_cannot_be_invited_is_refused(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let reader = enter(&ada, ada.tenant.unwrap(), &["tenant.member:read"]);
    let key = Viewer {
        credential: Credential::TenantKey(ApiKeyId::new()),
        ..ada.clone()
    };
    let answers = [
        show(&world.invite(&ada, "kim", &["viewer"]).await),
        show(&world.invite(&reader, "kim@example.com", &["viewer"]).await),
        show(&world.invite(&key, "kim@example.com", &["viewer"]).await),
        world.list(&reader, None).await,
    ];
    assert_snapshot!(answers.join("\n").replace("null\n", ""), @r#"
    BAD_USER_INPUT at inviteTenantMember: this is no e-mail address
    FORBIDDEN at inviteTenantMember: this needs the permission `tenant.member:manage`, which none of your roles grants
    FORBIDDEN at inviteTenantMember: an invitation is in the name of a member, and a tenant's API key is none
    {"tenant":{"invitations":null}}
    FORBIDDEN at tenant.invitations: this needs the permission `tenant.member:manage`, which none of your roles grants
    "#);
}

async fn only_the_current_tenants_invitations_are_touched(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let eve = world.owner_of("Evil").await;
    let kim = world.invited(&ada, "kim@example.com", &["viewer"]).await;
    let to_acme = enter(&eve, ada.tenant.unwrap(), &["*:*"]);
    let input = json!({ "tenantId": ada.tenant, "email": "x@example.com", "roles": ["viewer"] });
    let input = json!({ "input": input });
    let missing = "inv_01k00000000000000000000000";
    let answers = [
        world.run(Some(&eve), INVITE, input).await,
        world.resend(&eve, &kim.id).await,
        world.resend(&eve, missing).await,
        world.revoke(&eve, &kim.id).await,
        world.revoke(&eve, missing).await,
        show(
            &world
                .invite(
                    &enter(&eve, TenantId::new(), &["*:*"]),
                    "x@example.com",
                    &["viewer"],
                )
                .await,
        ),
        show(&world.invite(&to_acme, "x@example.com", &["owner"]).await),
    ];
    assert_snapshot!(answers.join("\n").replace("null\n", ""), @r"
    NOT_FOUND at inviteTenantMember: tenant [ten] does not exist or is not your current tenant
    NOT_FOUND at resendInvitation: invitation [inv] does not exist
    NOT_FOUND at resendInvitation: invitation [inv] does not exist
    NOT_FOUND at revokeInvitation: invitation [inv] does not exist
    NOT_FOUND at revokeInvitation: invitation [inv] does not exist
    NOT_FOUND at inviteTenantMember: tenant [ten] does not exist or is not your current tenant
    FORBIDDEN at inviteTenantMember: only an owner can add, change or remove an owner
    ");
    assert!(world.list(&ada, Some("PENDING")).await.contains("kim@"));
    let elsewhere = enter(&ada, TenantId::new(), &["*:*"]);
    let variables = json!({ "id": ada.tenant });
    assert_snapshot!(world.run(Some(&elsewhere), LIST, variables).await, @r#"
    {"tenant":{"invitations":null}}
    FORBIDDEN at tenant.invitations: this is shown in the tenant itself; make [ten] the current one with `switchTenant`
    "#);
}

async fn an_address_has_one_pending_invitation(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let first = world.invited(&ada, "kim@example.com", &["viewer"]).await;
    let again = show(&world.invite(&ada, "KIM@example.com", &["admin"]).await);
    assert_snapshot!(again, @r"
    null
    CONFLICT at inviteTenantMember: this address has a pending invitation; `resendInvitation` sends it again
    ");
    // Another tenant does not matter, nor does one that has expired.
    let eve = world.owner_of("Evil").await;
    world.invited(&eve, "kim@example.com", &["viewer"]).await;
    world.app().clock.advance(TimeDelta::days(7));
    let second = world.invited(&ada, "kim@example.com", &["admin"]).await;
    let resent = world.resend(&ada, &first.id).await;
    assert_eq!(code(&resent), "CONFLICT", "{resent}");
    world.revoke(&ada, &second.id).await;
    let resent = world.resend(&ada, &first.id).await;
    assert!(resent.contains("PENDING"), "{resent}");
    let again = show(&world.invite(&ada, "kim@example.com", &["admin"]).await);
    assert_eq!(code(&again), "CONFLICT", "{again}");
}

async fn of_two_who_invite_an_address_at_once_one_does(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let invite = || world.invite(&ada, "kim@example.com", &["viewer"]);
    let answers = join_all((0..6).map(|_| invite())).await;
    let lost = answers
        .iter()
        .filter(|answer| code(&show(answer)) == "CONFLICT");
    assert_eq!(lost.count(), 5, "{answers:#?}");
    assert_eq!(world.test.letters().await.len(), 1);
}

async fn invitations_are_listed_by_state(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    world.invited(&ada, "old@example.com", &["viewer"]).await;
    world.app().clock.advance(TimeDelta::days(7));
    let lee = world.invited(&ada, "lee@example.com", &["viewer"]).await;
    world.revoke(&ada, &lee.id).await;
    world.invited(&ada, "kim@example.com", &["viewer"]).await;
    let mut said = Vec::new();
    for state in [
        None,
        Some("PENDING"),
        Some("EXPIRED"),
        Some("REVOKED"),
        Some("ACCEPTED"),
    ] {
        said.push(world.list(&ada, state).await);
    }
    assert_snapshot!(said.join("\n"), @r#"
    {"tenant":{"invitations":{"nodes":[{"email":"old@example.com","state":"EXPIRED"},{"email":"lee@example.com","state":"REVOKED"},{"email":"kim@example.com","state":"PENDING"}],"totalCount":3}}}
    {"tenant":{"invitations":{"nodes":[{"email":"kim@example.com","state":"PENDING"}],"totalCount":1}}}
    {"tenant":{"invitations":{"nodes":[{"email":"old@example.com","state":"EXPIRED"}],"totalCount":1}}}
    {"tenant":{"invitations":{"nodes":[{"email":"lee@example.com","state":"REVOKED"}],"totalCount":1}}}
    {"tenant":{"invitations":{"nodes":[],"totalCount":0}}}
    "#);
}

async fn what_is_revoked_stays_revoked(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    let kim = world.invited(&ada, "kim@example.com", &["viewer"]).await;
    for _ in 0..2 {
        let answer = world.revoke(&ada, &kim.id).await;
        assert_eq!(
            answer,
            r#"{"revokeInvitation":{"invitation":{"state":"REVOKED"}}}"#
        );
    }
    assert_eq!(world.recorded("tenant.invitation_revoked").await, 1);
    assert_snapshot!(world.resend(&ada, &kim.id).await, @r"
    null
    CONFLICT at resendInvitation: invitation [inv] is REVOKED
    ");
}

async fn old_ones_are_swept(backend: Backend) {
    let world = World::start(backend).await;
    let ada = world.owner_of("Acme").await;
    world.invited(&ada, "kim@example.com", &["viewer"]).await;
    world.app().clock.advance(TimeDelta::days(96));
    // The counts of letters are not kept for so long.
    assert_eq!(sweep(world.app()).await.unwrap(), 2);
    assert!(world.list(&ada, Some("EXPIRED")).await.contains("kim@"));
    world.app().clock.advance(TimeDelta::days(2));
    assert_eq!(sweep(world.app()).await.unwrap(), 1);
    assert!(world.list(&ada, None).await.contains("\"totalCount\":0"));
}
