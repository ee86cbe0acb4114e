use futures::future::join_all;
use kit::Viewer;
use kit::id::TenantId;
use kit::permission::Grants;
use serde_json::{Value, json};
use testkit::{Backend, on_both};

use super::Fixture;

on_both![
    a_token_of_ones_own_is_explained,
    what_is_no_good_token_is_inactive,
    a_token_for_ones_tenant_is_explained_with_permission,
    whoever_holds_a_token_revokes_it,
    of_many_who_revoke_one_token_at_once_one_does,
    guesses_are_slowed_down,
];

const INFO: &str = "query ($token: String!) {
    tokenInfo(token: $token) { active kind user { id } tenant { id } session { id } expiresAt }
}";
const REVOKE: &str =
    "mutation ($token: String!) { revokeToken(input: { token: $token }) { revoked } }";

async fn info(fixture: &Fixture, viewer: &Viewer, token: &str) -> Value {
    let answer = fixture
        .run(Some(viewer), INFO, json!({ "token": token }))
        .await;
    answer["tokenInfo"].clone()
}

fn inactive() -> Value {
    json!({
        "active": false, "kind": null, "user": null, "tenant": null, "session": null,
        "expiresAt": null,
    })
}

async fn a_token_of_ones_own_is_explained(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tokens = fixture.newcomer("ada@example.com").await;
    let viewer = fixture.viewer(&tokens.access).await;
    for (token, kind) in [(&tokens.access, "ACCESS"), (&tokens.refresh, "REFRESH")] {
        let mut info = info(&fixture, &viewer, token).await;
        assert!(info["expiresAt"].take().is_string());
        let session = viewer.session().expect("a session");
        assert_eq!(
            info,
            json!({
                "active": true, "kind": kind, "user": { "id": viewer.user }, "tenant": null,
                "session": { "id": session }, "expiresAt": null,
            })
        );
    }
    let answer = fixture
        .run(None, INFO, json!({ "token": tokens.access }))
        .await;
    assert!(
        answer
            .as_str()
            .is_some_and(|it| it.starts_with("UNAUTHENTICATED")),
        "{answer}"
    );
}

async fn what_is_no_good_token_is_inactive(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.newcomer("ada@example.com").await;
    let bob = fixture.newcomer("bob@example.com").await;
    let viewer = fixture.viewer(&ada.access).await;
    let spent = fixture.login("ada@example.com").await;
    fixture.refresh(&spent.refresh).await;
    let ended = fixture.login("ada@example.com").await;
    fixture
        .run(None, REVOKE, json!({ "token": ended.access }))
        .await;
    for token in [
        "",
        "nonsense",
        &format!("{}x", ada.access),
        &bob.access,
        &bob.refresh,
        &spent.refresh,
        &ended.access,
        &ended.refresh,
    ] {
        assert_eq!(info(&fixture, &viewer, token).await, inactive(), "{token}");
    }
    fixture.advance(15 * 60);
    assert_eq!(info(&fixture, &viewer, &ada.access).await, inactive());
}

async fn a_token_for_ones_tenant_is_explained_with_permission(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let (tenant, other) = (TenantId::new(), TenantId::new());
    let ada = fixture.newcomer("ada@example.com").await;
    let bob = fixture.newcomer("bob@example.com").await;
    let user = fixture.viewer(&bob.access).await;
    fixture.add_member(tenant, user.user).await;
    let switch = "mutation ($id: ID!) { switchTenant(input: { tenantId: $id }) { accessToken } }";
    let answer = fixture
        .run(Some(&user), switch, json!({ "id": tenant }))
        .await;
    let token = answer["switchTenant"]["accessToken"]
        .as_str()
        .expect("a token");
    let viewer = |tenant, grants: &[&str]| {
        let ada = &ada;
        let grants = Grants::new(grants);
        let fixture = &fixture;
        async move {
            Viewer {
                tenant: Some(tenant),
                grants,
                ..fixture.viewer(&ada.access).await
            }
        }
    };

    let known = info(&fixture, &viewer(tenant, &["token:inspect"]).await, token).await;
    assert_eq!(
        (&known["active"], &known["user"]["id"], &known["session"]),
        (&json!(true), &json!(user.user), &json!(null))
    );
    for viewer in [
        viewer(tenant, &["token:read"]).await,
        viewer(other, &["*:*"]).await,
    ] {
        assert_eq!(info(&fixture, &viewer, token).await, inactive());
    }
    let viewer = viewer(tenant, &["token:inspect"]).await;
    assert_eq!(info(&fixture, &viewer, &bob.refresh).await, inactive());
}

async fn whoever_holds_a_token_revokes_it(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    for by_refresh in [false, true] {
        let email = format!("ada{by_refresh}@example.com");
        let tokens = fixture.newcomer(&email).await;
        let token = match by_refresh {
            true => &tokens.refresh,
            false => &tokens.access,
        };
        for revoked in [true, false] {
            let answer = fixture.run(None, REVOKE, json!({ "token": token })).await;
            assert_eq!(answer, json!({ "revokeToken": { "revoked": revoked } }));
        }
        fixture.refusal(&tokens.access).await;
        assert!(fixture.refresh(&tokens.refresh).await.is_string());
    }
}

async fn of_many_who_revoke_one_token_at_once_one_does(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let token = fixture.newcomer("ada@example.com").await.refresh;
    let revoke = || fixture.run(None, REVOKE, json!({ "token": token }));
    let answers = join_all((0..50).map(|_| revoke())).await;
    let revoked = answers.iter();
    let revoked = revoked.filter(|answer| answer["revokeToken"]["revoked"] == true);
    assert_eq!(revoked.count(), 1);
    let recorded = fixture.activities().await;
    let revoked = recorded.iter().filter(|entry| *entry == "revoke_token");
    assert_eq!(revoked.count(), 1);
}

async fn guesses_are_slowed_down(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let guess = || fixture.run(None, REVOKE, json!({ "token": "a guess" }));
    for _ in 0..51 {
        guess().await;
    }
    let answer = guess().await;
    let answer = answer.as_str().expect("refused");
    assert!(answer.starts_with("REQUEST_RATE_LIMITED: "), "{answer}");
}
