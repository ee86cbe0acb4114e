use kit::id::TenantId;
use kit::viewer::{Credential, Revealed};
use serde_json::{Value, json};
use testkit::{Backend, on_both};

use super::{Fixture, PASSWORD, Tokens};
use crate::AuthError;

on_both![
    signing_in_opens_a_session,
    the_request_that_signs_in_may_show_the_user,
    unknown_account_and_wrong_password_look_alike,
    signing_out_ends_access_and_refresh,
    a_session_lasts_no_longer_than_it_may,
    a_member_switches_to_a_tenant_and_comes_back_there,
    a_foreign_tenant_is_like_none,
    only_ones_own_session_resolves,
    signed_out_nothing_of_a_session_can_be_had,
    what_has_had_its_time_is_removed,
];

const SWITCH: &str = "mutation ($id: ID!) {
    switchTenant(input: { tenantId: $id }) {
        accessToken tenant { id } session { tenant { id } }
    }
}";
const ENTITY: &str = "query ($any: [_Any!]!) {
    _entities(representations: $any) { ... on Session { id user { id } endedAt } }
}";

async fn signing_in_opens_a_session(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let registered = fixture.register("ada@example.com").await;

    let answer = fixture.try_login(" ADA@example.com", PASSWORD).await;

    let payload = &answer["login"];
    assert_eq!(payload["user"], registered["register"]["user"]);
    assert_eq!(payload["session"]["tenant"], Value::Null);
    let who = fixture
        .verifier
        .authenticate(&Tokens::of(payload).access)
        .await;
    let who = who.expect("the token is valid");
    assert_eq!(payload["user"]["id"], who.user.to_string());
    assert!(
        matches!(who.credential, Credential::Session { id, .. } if payload["session"]["id"] == id.to_string())
    );
    assert_eq!(who.tenant, None);
    let left = who.expires_at - fixture.test.app.clock.now();
    assert!((890..=900).contains(&left.num_seconds()), "{left}");
    assert_eq!(fixture.activities().await, ["register", "login"]);
}

async fn the_request_that_signs_in_may_show_the_user(backend: Backend) {
    let mut fixture = Fixture::start(backend).await;
    let tokens = fixture.newcomer("ada@example.com").await;
    let user = fixture.viewer(&tokens.access).await.user;
    fixture.revealed = Revealed::default();

    fixture
        .try_login("ada@example.com", "another-Tractor-7")
        .await;
    fixture.refresh(&tokens.refresh).await;
    assert!(!fixture.revealed.contains(user));
    fixture.login("ada@example.com").await;
    assert!(fixture.revealed.contains(user));
}

async fn unknown_account_and_wrong_password_look_alike(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    fixture.register("ada@example.com").await;

    let wrong = fixture
        .try_login("ada@example.com", "another-Tractor-7")
        .await;
    let unknown = fixture
        .try_login("bob@example.com", "another-Tractor-7")
        .await;

    assert_eq!(wrong, "UNAUTHENTICATED: wrong e-mail address or password");
    assert_eq!(wrong, unknown);
    assert_eq!(
        fixture.activities().await,
        [
            "register",
            "login: wrong_password",
            "login: unknown_account"
        ]
    );
}

async fn signing_out_ends_access_and_refresh(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tokens = fixture.newcomer("ada@example.com").await;
    let other = fixture.login("ada@example.com").await;
    let viewer = fixture.viewer(&tokens.access).await;

    let logout = "mutation { logout { session { id endedAt } } }";
    let answer = fixture.run(Some(&viewer), logout, json!({})).await;

    let session = &answer["logout"]["session"];
    assert_eq!(
        session["id"],
        viewer.session().expect("a session").to_string()
    );
    assert!(session["endedAt"].is_string(), "{answer}");
    let refusal = fixture.refusal(&tokens.access).await;
    assert!(matches!(refusal, AuthError::SessionEnded), "{refusal:?}");
    assert_eq!(
        fixture.refresh(&tokens.refresh).await,
        "UNAUTHENTICATED: this session has ended; sign in with `login`"
    );
    fixture.viewer(&other.access).await;
    let again = fixture.run(Some(&viewer), logout, json!({})).await;
    assert_eq!(
        again,
        "UNAUTHENTICATED: this session has ended; sign in with `login`"
    );
}

async fn a_session_lasts_no_longer_than_it_may(backend: Backend) {
    let config = crate::AuthConfig {
        session_ttl_s: std::num::NonZeroU32::new(100).expect("not zero"),
        ..super::config()
    };
    let fixture = Fixture::start_with(backend, config).await;
    let tokens = fixture.newcomer("ada@example.com").await;
    fixture.advance(60);
    let tokens = Tokens::of(&fixture.refresh(&tokens.refresh).await["refreshSession"]);
    let who = fixture.verifier.authenticate(&tokens.access).await;
    let left = who.expect("valid").expires_at - fixture.test.app.clock.now();
    assert!(left.num_seconds() <= 40, "{left}");

    fixture.advance(41);

    assert_eq!(
        fixture.refresh(&tokens.refresh).await,
        "UNAUTHENTICATED: this session has ended; sign in with `login`"
    );
}

async fn a_member_switches_to_a_tenant_and_comes_back_there(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tokens = fixture.newcomer("ada@example.com").await;
    let viewer = fixture.viewer(&tokens.access).await;
    let tenant = TenantId::new();
    fixture.add_member(tenant, viewer.user).await;

    let id = tenant.to_string();
    let answer = fixture
        .run(Some(&viewer), SWITCH, json!({ "id": id }))
        .await;

    let payload = &answer["switchTenant"];
    assert_eq!(payload["tenant"]["id"], id, "{answer}");
    assert_eq!(payload["session"]["tenant"]["id"], id);
    let access = payload["accessToken"].as_str().expect("a token");
    assert_eq!(fixture.viewer(access).await.tenant, Some(tenant));
    assert_eq!(fixture.viewer(&tokens.access).await.tenant, None);
    let refreshed = fixture.refresh(&tokens.refresh).await;
    assert_eq!(refreshed["refreshSession"]["session"]["tenant"]["id"], id);
    let again = fixture.try_login("ada@example.com", PASSWORD).await;
    assert_eq!(again["login"]["session"]["tenant"]["id"], id);
    let access = Tokens::of(&again["login"]).access;
    assert_eq!(fixture.viewer(&access).await.tenant, Some(tenant));
}

async fn a_foreign_tenant_is_like_none(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tokens = fixture.newcomer("ada@example.com").await;
    let viewer = fixture.viewer(&tokens.access).await;
    let bob = fixture.newcomer("bob@example.com").await;
    let foreign = TenantId::new();
    let bob = fixture.viewer(&bob.access).await.user;
    fixture.add_member(foreign, bob).await;

    for tenant in [foreign, TenantId::new()] {
        let id = tenant.to_string();
        let answer = fixture
            .run(Some(&viewer), SWITCH, json!({ "id": id }))
            .await;
        let expected = format!("NOT_FOUND at /tenantId: tenant {id} does not exist");
        assert_eq!(answer, Value::String(expected));
    }
    let answer = fixture
        .run(Some(&viewer), SWITCH, json!({ "id": "acme" }))
        .await;
    assert_eq!(
        answer,
        "BAD_USER_INPUT at /tenantId: not a valid id: expected `ten_` and 26 characters"
    );
    assert_eq!(
        fixture.activities().await[4..],
        ["switch_tenant: no_member"; 2]
    );
}

async fn only_ones_own_session_resolves(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.newcomer("ada@example.com").await;
    let ada = fixture.viewer(&ada.access).await;
    let bob = fixture.newcomer("bob@example.com").await;
    let bob = fixture.viewer(&bob.access).await;

    let any = json!([
        { "__typename": "Session", "id": ada.session().expect("a session") },
        { "__typename": "Session", "id": bob.session().expect("a session") },
        { "__typename": "Session", "id": "nonsense" },
    ]);
    let answer = fixture.run(Some(&ada), ENTITY, json!({ "any": any })).await;

    let own = json!({ "id": ada.session().expect("a session"), "user": { "id": ada.user }, "endedAt": null });
    assert_eq!(answer, json!({ "_entities": [own, null, null] }));
    let answer = fixture
        .run(Some(&bob), "{ session { id } }", json!({}))
        .await;
    assert_eq!(
        answer,
        json!({ "session": { "id": bob.session().expect("a session") } })
    );
    let answer = fixture.run(None, ENTITY, json!({ "any": any })).await;
    assert_eq!(answer, json!({ "_entities": [null, null, null] }));
}

async fn signed_out_nothing_of_a_session_can_be_had(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let refused = "UNAUTHENTICATED: sign in first: send `Authorization: Bearer <access token>`";
    for query in [
        "{ session { id } }",
        "mutation { logout { session { id } } }",
        "mutation { switchTenant(input: { tenantId: \"ten_x\" }) { accessToken } }",
    ] {
        assert_eq!(
            fixture.run(None, query, json!({})).await,
            refused,
            "{query}"
        );
    }
}

async fn what_has_had_its_time_is_removed(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    fixture.newcomer("ada@example.com").await;
    fixture
        .try_login("ada@example.com", "another-Tractor-7")
        .await;
    let app = &fixture.test.app;
    let sweep = async || {
        crate::sweep::sweep(app, &fixture.config)
            .await
            .expect("swept")
    };
    assert_eq!(sweep().await, 0);

    // Three counts of failures after an hour, the refresh token after a week, the session a month
    // after it ended, three entries of the record after 400 days.
    for (hours, removed) in [(2, 3), (7 * 24, 1), (115 * 24, 1), (300 * 24, 3)] {
        fixture.advance(hours * 3600);
        assert_eq!(sweep().await, removed, "after {hours} hours");
    }
}
