//! What people say of themselves.

use kit::Viewer;
use kit::id::{TenantId, UserId};
use serde_json::{Value, json};
use testkit::{Backend, on_both};

use super::{Fixture, codes};

on_both![
    one_changes_and_clears_what_is_given,
    what_is_no_profile_is_refused,
    only_administrators_change_others,
];

const UPDATE: &str = "mutation ($input: UpdateUserInput!) { updateUser(input: $input) {
    user { name avatarUrl locale timeZone createdAt updatedAt } } }";

async fn update(fixture: &Fixture, viewer: &Viewer, input: Value) -> Value {
    fixture
        .ask(Some(viewer), UPDATE, json!({ "input": input }))
        .await
}

async fn one_changes_and_clears_what_is_given(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    // The registration may not be known yet: changing waits for it.
    let ada = fixture.registered("Ada").await;
    let ada = fixture.viewer(ada, TenantId::new(), &[]);
    let input = json!({
        "userId": ada.user, "name": " Ada L. ", "avatarUrl": "https://example.com/ada.png",
        "locale": "id-id", "timeZone": "asia/jakarta",
    });
    let answer = update(&fixture, &ada, input).await;
    let user = &answer["data"]["updateUser"]["user"];
    let shown =
        |user: &Value| ["name", "avatarUrl", "locale", "timeZone"].map(|field| user[field].clone());
    let picture = "https://example.com/ada.png";
    let all = [
        json!("Ada L."),
        json!(picture),
        json!("id-ID"),
        json!("Asia/Jakarta"),
    ];
    assert_eq!(shown(user), all, "{answer}");
    assert_ne!(user["createdAt"], user["updatedAt"]);

    let answer = update(&fixture, &ada, json!({ "locale": null, "timeZone": "UTC" })).await;
    let user = &answer["data"]["updateUser"]["user"];
    let left = [json!("Ada L."), json!(picture), Value::Null, json!("UTC")];
    assert_eq!(shown(user), left, "{answer}");
    let answer = fixture
        .ask(Some(&ada), "{ viewer { name locale } }", json!({}))
        .await;
    assert_eq!(
        answer["data"]["viewer"],
        json!({ "name": "Ada L.", "locale": null })
    );

    let recorded = fixture.test.recorded("user.profile_updated").await;
    let locales = recorded.iter().map(|it| it["locale"].clone());
    assert_eq!(locales.collect::<Vec<_>>(), [json!("id-ID"), Value::Null]);
}

async fn what_is_no_profile_is_refused(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.registered("Ada").await;
    let ada = fixture.viewer(ada, TenantId::new(), &[]);
    for wrong in [
        json!({ "name": "" }),
        json!({ "name": null }),
        json!({ "name": "a\u{7}" }),
        json!({ "name": "a".repeat(101) }),
        json!({ "avatarUrl": "http://example.com/ada.png" }),
        json!({ "avatarUrl": "" }),
        json!({ "locale": "english please" }),
        json!({ "timeZone": "Mars/Olympus" }),
    ] {
        let answer = update(&fixture, &ada, wrong.clone()).await;
        assert_eq!(codes(&answer), ["BAD_USER_INPUT"], "{wrong}: {answer}");
    }
}

async fn only_administrators_change_others(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tenant = TenantId::new();
    let ada = fixture.member(tenant, "Ada").await;
    let bob = fixture.member(tenant, "Bob").await;
    fixture.settle().await;
    let owner = fixture.viewer(ada, tenant, &["*:*", "!platform:*", "!platform.*:*"]);
    let input = json!({ "userId": bob, "name": "Bobby" });
    assert_eq!(
        codes(&update(&fixture, &owner, input.clone()).await),
        ["FORBIDDEN"]
    );
    let missing = json!({ "userId": UserId::new(), "name": "Nobody" });
    assert_eq!(
        codes(&update(&fixture, &owner, missing.clone()).await),
        ["FORBIDDEN"]
    );

    let administrator = fixture.viewer(ada, TenantId::new(), &["platform.*:*"]);
    let answer = update(&fixture, &administrator, input).await;
    assert_eq!(
        answer["data"]["updateUser"]["user"]["name"], "Bobby",
        "{answer}"
    );
    assert_eq!(
        codes(&update(&fixture, &administrator, missing).await),
        ["NOT_FOUND"]
    );
    let answer = fixture
        .ask(None, UPDATE, json!({ "input": { "name": "x" } }))
        .await;
    assert_eq!(codes(&answer), ["UNAUTHENTICATED"]);
}
