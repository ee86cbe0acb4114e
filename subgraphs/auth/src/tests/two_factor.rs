use kit::Viewer;
use kit::id::ApiKeyId;
use kit::viewer::Credential;
use serde_json::{Value, json};
use testkit::{Backend, on_both};

use super::Fixture;
use super::enrolled::SETUP;

on_both![
    a_second_factor_is_set_up_and_confirmed,
    a_pending_secret_gives_way_and_one_in_use_does_not,
    what_waits_too_long_is_not_confirmed,
    changing_it_takes_a_fresh_proof,
    turning_it_off_takes_a_code,
    new_recovery_codes_replace_those_before,
    only_its_user_sees_it,
    a_key_changes_no_second_factor,
    wrong_codes_lock_wherever_they_are_tried,
];

const DISABLE: &str = "mutation ($input: DisableTwoFactorInput!) {
    disableTwoFactor(input: $input) { session { id } }
}";
const REGENERATE: &str = "mutation ($code: String!) {
    regenerateRecoveryCodes(input: { code: $code }) { recoveryCodes }
}";
const WRONG_CODE: &str = "BAD_USER_INPUT at /code: this code is wrong, too old or was used already; \
                          wait for the next one of your app";
const STALE: &str = "REAUTHENTICATION_REQUIRED: this needs a fresh proof of who you are: call \
                     `reauthenticate`, then try again";

async fn a_second_factor_is_set_up_and_confirmed(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tokens = fixture.newcomer("ada@example.com").await;
    let viewer = fixture.viewer(&tokens.access).await;
    let off = json!({ "enabled": false, "since": null, "recoveryCodesLeft": 0 });
    assert_eq!(fixture.two_factor(&viewer).await, off);

    let answer = fixture.run(Some(&viewer), SETUP, json!({})).await;
    let setup = &answer["setupTwoFactor"];
    let uri = setup["otpauthUri"].as_str().expect("a link");
    assert!(uri.starts_with("otpauth://totp/Portico:ada@example.com?secret="));
    assert!(setup["qrSvg"].as_str().expect("a picture").contains("<svg"));
    assert_eq!(fixture.two_factor(&viewer).await, off, "it is pending");

    let secret = fixture.set_up(&viewer).await;
    let wrong = fixture.wrong_code(&secret);
    assert_eq!(fixture.confirm(&viewer, &wrong).await, WRONG_CODE);
    let confirmed = fixture.confirm(&viewer, &fixture.code(&secret)).await;

    let codes = &confirmed["confirmTwoFactor"]["recoveryCodes"];
    let codes = codes.as_array().expect("codes");
    assert_eq!(codes.len(), 10, "{confirmed}");
    for code in codes {
        let code = code.as_str().expect("a text");
        assert!(code.len() == 11 && &code[5..6] == "-", "{code}");
    }
    let on = fixture.two_factor(&viewer).await;
    assert_eq!(on["enabled"], true);
    assert_eq!(on["recoveryCodesLeft"], 10);
    assert!(on["since"].is_string());
    let session = fixture
        .run(Some(&viewer), "{ session { assurance } }", json!({}))
        .await;
    assert_eq!(session["session"]["assurance"], "TWO_FACTOR");
    assert_eq!(fixture.letters().await, 1);
    assert_eq!(
        fixture.activities().await[2..],
        [
            "set_up_two_factor",
            "set_up_two_factor",
            "confirm_two_factor: wrong_code",
            "confirm_two_factor",
        ]
    );
}

async fn a_pending_secret_gives_way_and_one_in_use_does_not(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tokens = fixture.newcomer("ada@example.com").await;
    let viewer = fixture.viewer(&tokens.access).await;
    assert_eq!(
        fixture.confirm(&viewer, "123456").await,
        "CONFLICT: no second factor waits to be confirmed; begin with `setupTwoFactor`"
    );

    let first = fixture.set_up(&viewer).await;
    let second = fixture.set_up(&viewer).await;
    assert_ne!(first, second);
    let answer = fixture.confirm(&viewer, &fixture.code(&first)).await;
    assert_eq!(answer, WRONG_CODE);
    let answer = fixture.confirm(&viewer, &fixture.code(&second)).await;
    assert!(answer["confirmTwoFactor"].is_object(), "{answer}");

    let on =
        "CONFLICT: the second factor is on; turn it off with `disableTwoFactor` to set up another";
    assert_eq!(fixture.run(Some(&viewer), SETUP, json!({})).await, on);
    let again = fixture.confirm(&viewer, &fixture.code(&second)).await;
    assert_eq!(again, on);
}

async fn what_waits_too_long_is_not_confirmed(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tokens = fixture.newcomer("ada@example.com").await;
    let viewer = fixture.viewer(&tokens.access).await;
    let secret = fixture.set_up(&viewer).await;

    fixture.advance(15 * 60);

    assert_eq!(
        fixture.confirm(&viewer, &fixture.code(&secret)).await,
        "CONFLICT: no second factor waits to be confirmed; begin with `setupTwoFactor`"
    );
}

async fn changing_it_takes_a_fresh_proof(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.enrolled("ada@example.com").await;
    let bob = fixture.newcomer("bob@example.com").await;
    let bob = fixture.viewer(&bob.access).await;

    fixture.advance(10 * 60 + 1);

    let code = fixture.code(&ada.secret);
    let disable = json!({ "input": { "code": code } });
    for (viewer, query, variables) in [
        (&bob, SETUP, json!({})),
        (&ada.viewer, DISABLE, disable),
        (&ada.viewer, REGENERATE, json!({ "code": code })),
    ] {
        let answer = fixture.run(Some(viewer), query, variables).await;
        assert_eq!(answer, STALE, "{query}");
    }
    let refused = fixture.activities().await;
    let refused = refused.iter().filter(|it| it.ends_with(": denied"));
    assert_eq!(refused.count(), 3);
}

async fn turning_it_off_takes_a_code(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.enrolled("ada@example.com").await;
    let disable = async |input: Value| {
        let variables = json!({ "input": input });
        fixture.run(Some(&ada.viewer), DISABLE, variables).await
    };

    let used = fixture.code(&ada.secret);
    for (input, expected) in [
        (
            json!({}),
            "BAD_USER_INPUT at /code: this needs a code of your authenticator app, or a recovery code",
        ),
        (
            json!({ "code": "123456", "recoveryCode": "x" }),
            "BAD_USER_INPUT at /recoveryCode: give `code` or `recoveryCode`, not both",
        ),
        (json!({ "code": used }), WRONG_CODE),
        (
            json!({ "code": fixture.wrong_code(&ada.secret) }),
            WRONG_CODE,
        ),
        (
            json!({ "recoveryCode": "00000-00000" }),
            "BAD_USER_INPUT at /recoveryCode: this recovery code is wrong or was used already",
        ),
    ] {
        assert_eq!(disable(input.clone()).await, expected, "{input}");
    }
    assert_eq!(fixture.two_factor(&ada.viewer).await["enabled"], true);

    let answer = disable(json!({ "recoveryCode": ada.recovery[0] })).await;

    assert!(
        answer["disableTwoFactor"]["session"]["id"].is_string(),
        "{answer}"
    );
    let status = fixture.two_factor(&ada.viewer).await;
    assert_eq!(
        status,
        json!({ "enabled": false, "since": null, "recoveryCodesLeft": 0 })
    );
    fixture.login(&ada.email).await;
    // It is on, a recovery code was used, it is off.
    assert_eq!(fixture.letters().await, 3);
    assert_eq!(
        disable(json!({ "recoveryCode": ada.recovery[1] })).await,
        "CONFLICT: the second factor is off; turn it on with `setupTwoFactor`"
    );
}

async fn new_recovery_codes_replace_those_before(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.enrolled("ada@example.com").await;
    let regenerate = async |code: String| {
        let variables = json!({ "code": code });
        fixture.run(Some(&ada.viewer), REGENERATE, variables).await
    };
    let wrong = fixture.wrong_code(&ada.secret);
    assert_eq!(regenerate(wrong).await, WRONG_CODE);

    let code = fixture.next_code(&ada.secret);
    let answer = regenerate(code.clone()).await;

    let fresh = &answer["regenerateRecoveryCodes"]["recoveryCodes"];
    assert_eq!(fresh.as_array().map(Vec::len), Some(10), "{answer}");
    assert_eq!(regenerate(code).await, WRONG_CODE, "a code works once");
    let status = fixture.two_factor(&ada.viewer).await;
    assert_eq!(status["recoveryCodesLeft"], 10);
    let token = fixture.challenge_token(&ada.email).await;
    let old = fixture.complete_by_recovery(&token, &ada.recovery[0]).await;
    assert!(
        old.as_str().is_some_and(|it| it.contains("/recoveryCode")),
        "{old}"
    );
    let fresh = fresh[0].as_str().expect("a text");
    let answer = fixture.complete_by_recovery(&token, fresh).await;
    assert!(answer["completeTwoFactor"].is_object(), "{answer}");
}

async fn only_its_user_sees_it(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.enrolled("ada@example.com").await;
    let bob = fixture.newcomer("bob@example.com").await;
    let bob = fixture.viewer(&bob.access).await;
    let query = "query ($any: [_Any!]!) { _entities(representations: $any) {
        ... on User { id twoFactor { enabled } apiKeys { totalCount } }
    } }";

    let any = json!([
        { "__typename": "User", "id": ada.viewer.user },
        { "__typename": "User", "id": "nonsense" },
    ]);
    let forbidden = "FORBIDDEN: this is shown to yourself only";
    let signed_out = "UNAUTHENTICATED: sign in first";
    for (viewer, refusal) in [(Some(&bob), forbidden), (None, signed_out)] {
        let answer = fixture.run(viewer, query, json!({ "any": any })).await;
        let refusals = answer.as_str().expect("refusals").lines();
        let refusals = refusals.collect::<Vec<_>>();
        assert_eq!(refusals.len(), 2, "{answer}");
        assert!(
            refusals.iter().all(|it| it.starts_with(refusal)),
            "{answer}"
        );
    }
}

async fn a_key_changes_no_second_factor(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.enrolled("ada@example.com").await;
    let key = Viewer {
        credential: Credential::UserKey(ApiKeyId::new()),
        ..ada.viewer.clone()
    };
    let code = fixture.next_code(&ada.secret);
    let disable = json!({ "input": { "code": code } });
    for (query, variables) in [
        (SETUP, json!({})),
        (super::enrolled::CONFIRM, json!({ "code": code })),
        (DISABLE, disable),
        (REGENERATE, json!({ "code": code })),
        (
            "mutation { reauthenticate(input: {}) { session { id } } }",
            json!({}),
        ),
    ] {
        let answer = fixture.run(Some(&key), query, variables).await;
        let expected = "FORBIDDEN: an API key cannot do this; sign in with `login`";
        assert_eq!(answer, expected, "{query}");
    }
}

async fn wrong_codes_lock_wherever_they_are_tried(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.enrolled("ada@example.com").await;
    let token = fixture.challenge_token(&ada.email).await;
    let wrong = fixture.wrong_code(&ada.secret);
    let disable = json!({ "input": { "code": wrong } });
    for _ in 0..3 {
        let answer = fixture
            .run(Some(&ada.viewer), DISABLE, disable.clone())
            .await;
        assert_eq!(answer, WRONG_CODE);
    }
    for _ in 0..2 {
        assert_eq!(fixture.complete(&token, &wrong).await, WRONG_CODE);
    }

    let locked = "REQUEST_RATE_LIMITED: too many failed attempts; try again in 31 s";
    let good = fixture.code(&ada.secret);
    let disable = json!({ "input": { "code": good } });
    for answer in [
        fixture.run(Some(&ada.viewer), DISABLE, disable).await,
        fixture.complete(&token, &good).await,
    ] {
        let text = answer.as_str().expect("a refusal");
        assert!(text.starts_with(&locked[..50]), "{text}");
    }
    let code = fixture.next_code(&ada.secret);
    let answer = fixture.complete(&token, &code).await;
    assert!(answer["completeTwoFactor"].is_object(), "{answer}");
}
