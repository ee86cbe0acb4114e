use std::time::Instant;

use kit::Viewer;
use serde_json::{Value, json};
use testkit::{Backend, on_both};

use super::{Fixture, PASSWORD};

on_both![
    a_password_makes_a_session_fresh,
    with_a_second_factor_it_takes_both,
    without_password_and_second_factor_there_is_nothing_to_prove,
    wrong_proofs_lock_like_wrong_sign_ins,
    an_ended_session_is_not_made_fresh,
    a_wrong_password_takes_as_long_as_the_right_one,
];

const REAUTHENTICATE: &str = "mutation ($input: ReauthenticateInput!) {
    reauthenticate(input: $input) { session { id assurance authenticatedAt } }
}";
const WRONG: &str = "BAD_USER_INPUT: the password or the code is wrong";

async fn reauthenticate(fixture: &Fixture, viewer: &Viewer, input: Value) -> Value {
    let variables = json!({ "input": input });
    fixture.run(Some(viewer), REAUTHENTICATE, variables).await
}

async fn a_password_makes_a_session_fresh(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tokens = fixture.newcomer("ada@example.com").await;
    fixture.advance(11 * 60);
    let viewer = fixture.viewer(&tokens.access).await;
    let now = || fixture.test.app.clock.now();
    assert!(viewer.require_recent(now()).is_err());

    let answer = reauthenticate(
        &fixture,
        &viewer,
        json!({ "password": "another-Tractor-7" }),
    )
    .await;
    assert_eq!(answer, WRONG);
    assert!(
        fixture
            .viewer(&tokens.access)
            .await
            .require_recent(now())
            .is_err()
    );
    let answer = reauthenticate(&fixture, &viewer, json!({})).await;
    assert_eq!(
        answer,
        "BAD_USER_INPUT at /password: this needs the password of your account"
    );
    let answer = reauthenticate(&fixture, &viewer, json!({ "password": PASSWORD })).await;

    let session = &answer["reauthenticate"]["session"];
    assert_eq!(session["assurance"], "ONE_FACTOR", "{answer}");
    assert!(
        fixture
            .viewer(&tokens.access)
            .await
            .require_recent(now())
            .is_ok()
    );
    assert_eq!(
        fixture.activities().await[2..],
        ["reauthenticate: wrong_proof", "reauthenticate"]
    );
}

async fn with_a_second_factor_it_takes_both(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.enrolled("ada@example.com").await;
    let code = fixture.next_code(&ada.secret);
    for (input, expected) in [
        (
            json!({ "password": PASSWORD }),
            "BAD_USER_INPUT at /code: this needs a code of your authenticator app, or a recovery code",
        ),
        (
            json!({ "code": code }),
            "BAD_USER_INPUT at /password: this needs the password of your account",
        ),
        (
            json!({ "password": PASSWORD, "code": fixture.wrong_code(&ada.secret) }),
            WRONG,
        ),
        (
            json!({ "password": "another-Tractor-7", "code": code }),
            WRONG,
        ),
    ] {
        let answer = reauthenticate(&fixture, &ada.viewer, input.clone()).await;
        assert_eq!(answer, expected, "{input}");
    }

    let input = json!({ "password": PASSWORD, "code": code });
    let answer = reauthenticate(&fixture, &ada.viewer, input.clone()).await;
    let session = &answer["reauthenticate"]["session"];
    assert_eq!(session["assurance"], "TWO_FACTOR", "{answer}");
    let again = reauthenticate(&fixture, &ada.viewer, input).await;
    assert_eq!(again, WRONG, "a code works once");
    let input = json!({ "password": PASSWORD, "recoveryCode": ada.recovery[0] });
    let answer = reauthenticate(&fixture, &ada.viewer, input).await;
    assert!(answer["reauthenticate"].is_object(), "{answer}");
}

async fn without_password_and_second_factor_there_is_nothing_to_prove(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let bob = fixture.newcomer("bob@example.com").await;
    let bob = fixture.viewer(&bob.access).await;
    let ada = fixture.enrolled("ada@example.com").await;
    fixture.tamper("UPDATE accounts SET password = NULL").await;

    let answer = reauthenticate(&fixture, &bob, json!({ "password": PASSWORD })).await;
    assert_eq!(
        answer,
        "CONFLICT: your account has no password and no second factor; sign in anew instead"
    );
    let code = fixture.next_code(&ada.secret);
    let answer = reauthenticate(&fixture, &ada.viewer, json!({ "code": code })).await;
    assert!(answer["reauthenticate"].is_object(), "{answer}");
}

async fn wrong_proofs_lock_like_wrong_sign_ins(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tokens = fixture.newcomer("ada@example.com").await;
    let viewer = fixture.viewer(&tokens.access).await;
    for _ in 0..5 {
        let input = json!({ "password": "another-Tractor-7" });
        assert_eq!(reauthenticate(&fixture, &viewer, input).await, WRONG);
    }

    let answers = [
        reauthenticate(&fixture, &viewer, json!({ "password": PASSWORD })).await,
        fixture.try_login("ada@example.com", PASSWORD).await,
    ];
    for answer in answers {
        let text = answer.as_str().expect("a refusal");
        assert!(text.starts_with("REQUEST_RATE_LIMITED"), "{text}");
    }
}

async fn an_ended_session_is_not_made_fresh(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tokens = fixture.newcomer("ada@example.com").await;
    let viewer = fixture.viewer(&tokens.access).await;
    let logout = "mutation { logout { session { id } } }";
    fixture.run(Some(&viewer), logout, json!({})).await;

    let answer = reauthenticate(&fixture, &viewer, json!({ "password": PASSWORD })).await;

    assert_eq!(
        answer,
        "UNAUTHENTICATED: this session has ended; sign in with `login`"
    );
}

async fn a_wrong_password_takes_as_long_as_the_right_one(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tokens = fixture.newcomer("ada@example.com").await;
    let viewer = fixture.viewer(&tokens.access).await;
    let time = async |password: &str| {
        let started = Instant::now();
        reauthenticate(&fixture, &viewer, json!({ "password": password })).await;
        started.elapsed()
    };
    // Side by side, since other work of the machine slows both. A success forgives the failure.
    let (mut right, mut wrong) = (std::time::Duration::MAX, std::time::Duration::MAX);
    for _ in 0..8 {
        wrong = wrong.min(time("another-Tractor-7").await);
        right = right.min(time(PASSWORD).await);
    }
    assert!(
        right * 2 > wrong && wrong * 2 > right,
        "{right:?} and {wrong:?}"
    );
}
