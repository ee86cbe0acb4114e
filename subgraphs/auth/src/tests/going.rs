//! Going with all that is known, and taking it along.

use kit::id::TenantId;
use kit::role::{BuiltIn, OWNER};
use serde_json::json;
use testkit::{Backend, on_both};

use super::people::DELETE;
use super::{Fixture, PASSWORD, api_keys};

on_both![
    whoever_goes_leaves_nothing_of_themselves,
    going_takes_a_fresh_proof,
    the_only_owner_among_others_stays,
    two_owners_do_not_go_at_once,
    ones_data_can_be_taken_along,
];

const ADA: &str = "ada@example.com";
const EXPORT: &str = "mutation { exportMyData { data { userId account sessions activity } } }";

async fn whoever_goes_leaves_nothing_of_themselves(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let enrolled = fixture.enrolled(ADA).await;
    let ada = enrolled.viewer;
    api_keys::create(&fixture, &ada, "USER", &["service:read"]).await;
    fixture.add_member(TenantId::new(), ada.user).await;

    let answer = fixture.about(&ada, DELETE, ada.user).await;

    assert_eq!(
        answer,
        json!({ "deleteUser": { "deletedUserId": ada.user } })
    );
    let id = ada.user;
    for kept in [
        format!("accounts WHERE id = '{id}'"),
        format!("account_tenants WHERE account_id = '{id}'"),
        format!("sessions WHERE account_id = '{id}'"),
        "refresh_tokens".to_owned(),
        format!("auth_tickets WHERE account_id = '{id}'"),
        format!("second_factors WHERE account_id = '{id}'"),
        format!("recovery_codes WHERE account_id = '{id}'"),
        format!("api_keys WHERE owner = '{id}'"),
        format!("api_key_owners WHERE owner = '{id}'"),
        format!("account_identities WHERE account_id = '{id}'"),
        format!(
            "auth_activities WHERE account_id = '{id}' AND (address IS NOT NULL OR agent IS NOT NULL)"
        ),
        "events WHERE data LIKE '%example.com%' OR data LIKE '%Ada%'".to_owned(),
    ] {
        assert_eq!(fixture.count(&kept).await, 0, "{kept}");
    }
    let kept = format!("auth_activities WHERE account_id = '{id}'");
    assert!(fixture.count(&kept).await > 3, "the record stays");
    let deleted = json!({ "user_id": id, "deleted_by": id });
    assert_eq!(fixture.test.recorded("user.deleted").await, [deleted]);
    let letters = fixture.letters_to(ADA).await;
    assert_eq!(
        letters.last().expect("a letter").subject,
        "Your account was deleted"
    );
    let again = fixture.about(&fixture.administrator(), DELETE, id).await;
    assert_eq!(
        again,
        format!("NOT_FOUND at /userId: user {id} does not exist")
    );
    let other = fixture.newcomers_viewer(ADA).await;
    assert_ne!(other.user, id);
}

async fn going_takes_a_fresh_proof(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.newcomers_viewer(ADA).await;
    fixture.advance(11 * 60);
    for (viewer, operation) in [(&ada, DELETE), (&ada, EXPORT)] {
        let refused = fixture.about(viewer, operation, ada.user).await;
        let text = refused.as_str().unwrap_or_default();
        assert!(text.starts_with("REAUTHENTICATION_REQUIRED"), "{refused}");
    }
    assert_eq!(fixture.entering(ADA, PASSWORD).await, "LoginSuccess");
}

async fn the_only_owner_among_others_stays(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.newcomers_viewer(ADA).await;
    let bob = fixture.newcomers_viewer("bob@example.com").await;
    let (alone, shared) = (TenantId::new(), TenantId::new());
    fixture.place(alone, ada.user, OWNER).await;
    fixture.place(shared, ada.user, OWNER).await;
    fixture.add_member(shared, bob.user).await;

    let refused = fixture.about(&ada, DELETE, ada.user).await;

    let expected = format!("CONFLICT: tenant {shared} has no other owner");
    assert!(
        refused.as_str().is_some_and(|it| it.starts_with(&expected)),
        "{refused}"
    );
    fixture.place(shared, bob.user, OWNER).await;
    let answer = fixture.about(&ada, DELETE, ada.user).await;
    assert!(answer["deleteUser"].is_object(), "{answer}");
}

async fn two_owners_do_not_go_at_once(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.newcomers_viewer(ADA).await;
    let bob = fixture.newcomers_viewer("bob@example.com").await;
    let cleo = fixture.newcomers_viewer("cleo@example.com").await;
    let tenant = TenantId::new();
    fixture.place(tenant, ada.user, OWNER).await;
    fixture.place(tenant, bob.user, OWNER).await;
    fixture
        .place(
            tenant,
            cleo.user,
            BuiltIn::find_by_slug("admin").expect("built in"),
        )
        .await;

    let (one, other) = futures::join!(
        fixture.about(&ada, DELETE, ada.user),
        fixture.about(&bob, DELETE, bob.user)
    );

    let gone = [&one, &other]
        .into_iter()
        .filter(|it| it.is_object())
        .count();
    assert_eq!(gone, 1, "{one} {other}");
}

async fn ones_data_can_be_taken_along(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let enrolled = fixture.enrolled(ADA).await;
    let ada = enrolled.viewer;
    let key = api_keys::create(&fixture, &ada, "USER", &["service:read"]).await;

    let answer = fixture.run(Some(&ada), EXPORT, json!({})).await;

    let data = &answer["exportMyData"]["data"];
    assert_eq!(data["userId"], json!(ada.user));
    assert_eq!(data["account"]["email"], ADA);
    assert_eq!(data["account"]["hasPassword"], true);
    assert!(data["account"]["twoFactorSince"].is_string(), "{data}");
    assert_eq!(data["account"]["apiKeys"][0]["id"], key["apiKey"]["id"]);
    assert_eq!(
        data["sessions"][0]["id"],
        json!(ada.session().expect("a session"))
    );
    assert_eq!(data["activity"][0]["action"], "export_data");
    let text = answer.to_string();
    for secret in [
        "argon2",
        "digest",
        "sealed",
        key["secret"].as_str().expect("a secret"),
    ] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}
