use futures::future::join_all;
use kit::id::TenantId;
use kit::{Code, Coded as _};
use serde_json::Value;
use testkit::{Backend, eventually, on_both};

use super::Fixture;
use super::api_keys::{FIND, REVOKE, authenticate, create, id, member};

on_both![
    refused_keys_say_why_and_are_counted,
    the_use_of_a_key_is_noted_once_a_minute,
    a_key_of_a_deactivated_account_is_refused,
    an_owner_has_a_hundred_keys_at_most,
];

async fn refused_keys_say_why_and_are_counted(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = member(&fixture, "ada@example.com", TenantId::new(), &["*:*"]).await;
    let key = create(&fixture, &ada, "USER", &["a:b"]).await;
    let secret = key["secret"].as_str().expect("a secret").to_owned();
    let refusal = async |text: &str| {
        let refused = fixture
            .verifier
            .authenticate_key(text, &fixture.client)
            .await;
        let err = refused.expect_err("refused");
        format!("{}: {err}", err.code().as_str())
    };

    let other = format!("{}{}", &secret[..31], "A".repeat(43));
    let unknown = secret.replacen(&secret[4..30], "01h2xcejqtf2nbrexx3vqjhp41", 1);
    for text in ["ptk_", &other, &unknown] {
        assert_eq!(
            refusal(text).await,
            "UNAUTHENTICATED: this is no valid API key; make one with `createApiKey`"
        );
    }
    for _ in 3..50 {
        refusal("ptk_").await;
    }
    let locked = refusal("ptk_").await;
    assert!(locked.starts_with("REQUEST_RATE_LIMITED"), "{locked}");
    authenticate(&fixture, &key)
        .await
        .expect("good keys are not locked");
    let recorded = fixture.activities().await;
    let unknown = recorded
        .iter()
        .filter(|it| *it == "use_api_key: unknown_key");
    assert_eq!(unknown.count(), 1, "once a minute");
    fixture.advance(365 * 24 * 3600);
    assert_eq!(
        refusal(&secret).await,
        "UNAUTHENTICATED: this API key has expired; make another with `createApiKey`"
    );
}

async fn the_use_of_a_key_is_noted_once_a_minute(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = member(&fixture, "ada@example.com", TenantId::new(), &["*:*"]).await;
    let key = create(&fixture, &ada, "USER", &["a:b"]).await;
    let last_used = async || {
        let found = fixture.run(Some(&ada), FIND, id(&key)).await;
        found["apiKey"]["lastUsedAt"].as_str().map(str::to_owned)
    };
    assert_eq!(last_used().await, None);

    authenticate(&fixture, &key).await.expect("valid");
    let first = eventually("the use is noted", &last_used).await;
    fixture.advance(61);
    let uses = (0..20).map(|_| authenticate(&fixture, &key));
    assert!(join_all(uses).await.iter().all(Result::is_ok));
    eventually("the later use is noted", async || {
        last_used().await.filter(|at| *at != first)
    })
    .await;
}

async fn a_key_of_a_deactivated_account_is_refused(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = member(&fixture, "ada@example.com", TenantId::new(), &["*:*"]).await;
    let own = create(&fixture, &ada, "USER", &["a:b"]).await;
    let of_tenant = create(&fixture, &ada, "TENANT", &["a:b"]).await;

    fixture
        .tamper("UPDATE accounts SET deactivated_at = created_at")
        .await;

    let refused = authenticate(&fixture, &own).await.expect_err("refused");
    assert_eq!(refused.code(), Code::Unauthenticated);
    authenticate(&fixture, &of_tenant)
        .await
        .expect("it stays when people leave");
}

async fn an_owner_has_a_hundred_keys_at_most(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = member(&fixture, "ada@example.com", TenantId::new(), &["*:*"]).await;
    let makes = (0..120).map(|_| create(&fixture, &ada, "TENANT", &["a:b"]));
    let answers = join_all(makes).await;

    let made = answers.iter().filter(|answer| answer.is_object()).count();
    assert_eq!(made, 100);
    let refused = answers.iter().filter_map(Value::as_str);
    for refusal in refused {
        assert!(refusal.starts_with("QUOTA_EXCEEDED"), "{refusal}");
    }
    create(&fixture, &ada, "USER", &["a:b"]).await["secret"]
        .as_str()
        .expect("the user has a quota of their own");
    let first = answers.iter().find(|answer| answer.is_object());
    fixture
        .run(Some(&ada), REVOKE, id(first.expect("made")))
        .await;
    let another = create(&fixture, &ada, "TENANT", &["a:b"]).await;
    assert!(another["secret"].is_string(), "{another}");
}
