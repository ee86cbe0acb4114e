use chrono::DateTime;
use futures::future::join_all;
use kit::id::UserId;
use kit::viewer::Client;
use serde_json::{Value, json};
use testkit::{Backend, on_both};

use super::enrolled::Enrolled;
use super::{Fixture, Tokens};
use crate::second_factor::Proof;
use crate::store::account::Account;
use crate::ticket::{Purpose, Ticket};
use crate::{AuthError, Verifier};

on_both![
    signing_in_takes_the_second_factor,
    a_code_is_good_once_and_a_restart_does_not_forget_it,
    a_recovery_code_is_good_once,
    a_challenge_has_five_attempts,
    a_new_challenge_gives_no_new_attempts,
    a_challenge_ends_and_is_good_for_one_sign_in,
    of_fifty_with_one_code_one_is_let_in,
    of_fifty_with_one_recovery_code_one_is_let_in,
    of_fifty_with_one_challenge_one_is_let_in,
    of_fifty_who_confirm_one_gets_the_recovery_codes,
];

const AT_ONCE: usize = 50;
const SPENT: &str = "UNAUTHENTICATED at /challengeToken: this sign-in is unknown, too old, completed \
                     or had too many attempts; begin again with `login`";
const WRONG_CODE: &str = "BAD_USER_INPUT at /code: this code is wrong, too old or was used already; \
                          wait for the next one of your app";

fn is_let_in(answer: &Value) -> bool {
    answer["completeTwoFactor"]["accessToken"].is_string()
}

async fn signing_in_takes_the_second_factor(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.enrolled("ada@example.com").await;
    let before = fixture.activities().await.len();

    let challenge = fixture.challenge(&ada.email).await;
    assert_eq!(challenge["methods"], json!(["CODE", "RECOVERY_CODE"]));
    let expires_at = challenge["expiresAt"].as_str().expect("a time");
    let expires_at = DateTime::parse_from_rfc3339(expires_at).expect("a time");
    let left = expires_at.to_utc() - fixture.test.app.clock.now();
    assert!((290..=300).contains(&left.num_seconds()), "{left}");
    let token = challenge["challengeToken"].as_str().expect("a token");
    let code = fixture.next_code(&ada.secret);
    let answer = fixture.complete(token, &code).await;

    let payload = &answer["completeTwoFactor"];
    assert_eq!(payload["session"]["assurance"], "TWO_FACTOR", "{answer}");
    assert_eq!(payload["user"]["id"], ada.viewer.user.to_string());
    let viewer = fixture.viewer(&Tokens::of(payload).access).await;
    assert_eq!(viewer.user, ada.viewer.user);
    assert!(viewer.require_recent(fixture.test.app.clock.now()).is_ok());
    assert!(fixture.revealed.contains(viewer.user));
    assert_eq!(
        fixture.activities().await[before..],
        ["two_factor_challenge", "complete_two_factor"]
    );
}

async fn a_code_is_good_once_and_a_restart_does_not_forget_it(backend: Backend) {
    let mut fixture = Fixture::start(backend).await;
    let ada = fixture.enrolled("ada@example.com").await;
    let code = fixture.next_code(&ada.secret);
    let token = fixture.challenge_token(&ada.email).await;
    assert!(is_let_in(&fixture.complete(&token, &code).await));

    let app = fixture.test.app.clone();
    fixture.schema = crate::schema(app.clone(), fixture.config.clone());
    fixture.verifier = Verifier::new(app, &fixture.config);

    let token = fixture.challenge_token(&ada.email).await;
    assert_eq!(fixture.complete(&token, &code).await, WRONG_CODE);
    let earlier = crate::second_factor::totp::code_of(
        &ada.secret,
        crate::second_factor::totp::step_at(fixture.test.app.clock.now()) - 1,
    );
    assert_eq!(fixture.complete(&token, &earlier).await, WRONG_CODE);
    let code = fixture.next_code(&ada.secret);
    assert!(is_let_in(&fixture.complete(&token, &code).await));
}

async fn a_recovery_code_is_good_once(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.enrolled("ada@example.com").await;
    let letters = fixture.letters().await;
    let token = fixture.challenge_token(&ada.email).await;
    let spoken = ada.recovery[3].to_uppercase().replace('-', " ");
    let answer = fixture.complete_by_recovery(&token, &spoken).await;
    assert!(is_let_in(&answer), "{answer}");
    assert_eq!(fixture.letters().await, letters + 1);
    let status = fixture.two_factor(&ada.viewer).await;
    assert_eq!(status["recoveryCodesLeft"], 9);

    let token = fixture.challenge_token(&ada.email).await;
    let again = fixture.complete_by_recovery(&token, &ada.recovery[3]).await;
    assert_eq!(
        again,
        "BAD_USER_INPUT at /recoveryCode: this recovery code is wrong or was used already"
    );
    let bob = fixture.enrolled("bob@example.com").await;
    let others = fixture.complete_by_recovery(&token, &bob.recovery[0]).await;
    assert_eq!(others, again, "another's code is like none");
}

async fn a_challenge_has_five_attempts(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.enrolled("ada@example.com").await;
    let token = fixture.challenge_token(&ada.email).await;
    for _ in 0..4 {
        let wrong = fixture.wrong_code(&ada.secret);
        assert_eq!(fixture.complete(&token, &wrong).await, WRONG_CODE);
    }
    let wrong = fixture.wrong_code(&ada.secret);
    assert_eq!(fixture.complete(&token, &wrong).await, WRONG_CODE);

    // The account's lock is over, and the challenge is not.
    let code = fixture.next_code(&ada.secret);
    assert_eq!(fixture.complete(&token, &code).await, SPENT);
    let token = fixture.challenge_token(&ada.email).await;
    fixture.advance(60);
    let code = fixture.next_code(&ada.secret);
    assert!(is_let_in(&fixture.complete(&token, &code).await));
}

async fn a_new_challenge_gives_no_new_attempts(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.enrolled("ada@example.com").await;
    for _ in 0..5 {
        let token = fixture.challenge_token(&ada.email).await;
        let wrong = fixture.wrong_code(&ada.secret);
        assert_eq!(fixture.complete(&token, &wrong).await, WRONG_CODE);
    }

    let token = fixture.challenge_token(&ada.email).await;
    let elsewhere = Client {
        address: Some([198, 51, 100, 9].into()),
        agent: None,
    };
    let input = json!({ "challengeToken": token, "code": fixture.code(&ada.secret) });
    let variables = json!({ "input": input });
    let answer = fixture
        .run_from(elsewhere, None, super::enrolled::COMPLETE, variables)
        .await;
    let text = answer.as_str().expect("a refusal");
    assert!(text.starts_with("REQUEST_RATE_LIMITED"), "{text}");
    let activities = fixture.activities().await;
    assert!(activities.contains(&"complete_two_factor: locked".to_owned()));
}

async fn a_challenge_ends_and_is_good_for_one_sign_in(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.enrolled("ada@example.com").await;
    let token = fixture.challenge_token(&ada.email).await;
    let code = fixture.next_code(&ada.secret);
    assert!(is_let_in(&fixture.complete(&token, &code).await));
    let code = fixture.next_code(&ada.secret);
    assert_eq!(fixture.complete(&token, &code).await, SPENT);

    let late = fixture.challenge_token(&ada.email).await;
    fixture.advance(5 * 60);
    let code = fixture.code(&ada.secret);
    assert_eq!(fixture.complete(&late, &code).await, SPENT);
    for nonsense in ["", "ptt_x", &ada.recovery[0]] {
        assert_eq!(fixture.complete(nonsense, &code).await, SPENT);
    }
    let token = fixture.challenge_token(&ada.email).await;
    let input = json!({ "challengeToken": token });
    let answer = fixture
        .run(None, super::enrolled::COMPLETE, json!({ "input": input }))
        .await;
    assert_eq!(
        answer,
        "BAD_USER_INPUT at /code: this needs a code of your authenticator app, or a recovery code"
    );
}

/// How many of fifty transactions can use a proof up.
async fn spent(fixture: &Fixture, ada: &Enrolled, proof: impl Fn() -> Proof) -> usize {
    let (app, user) = (&fixture.test.app, ada.viewer.user);
    let spend = async |proof: Proof, user: UserId| {
        let mut conn = app.db.write().await.expect("connects");
        let client = &fixture.client;
        conn.transaction(async |conn| {
            let account = Account::lock(conn, user).await?;
            proof.spend(app, conn, client, &account).await
        })
        .await
    };
    let spent = join_all((0..AT_ONCE).map(|_| spend(proof(), user))).await;
    for outcome in &spent {
        let expected = matches!(
            outcome,
            Ok(()) | Err(AuthError::WrongCode | AuthError::WrongRecoveryCode)
        );
        assert!(expected, "{outcome:?}");
    }
    spent.iter().filter(|outcome| outcome.is_ok()).count()
}

async fn of_fifty_with_one_code_one_is_let_in(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.enrolled("ada@example.com").await;
    let code = fixture.next_code(&ada.secret);
    let proof = || Proof::Code(code.clone());
    assert_eq!(spent(&fixture, &ada, proof).await, 1);
}

async fn of_fifty_with_one_recovery_code_one_is_let_in(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.enrolled("ada@example.com").await;
    let proof = || Proof::Recovery(ada.recovery[7].clone());
    assert_eq!(spent(&fixture, &ada, proof).await, 1);
    let status = fixture.two_factor(&ada.viewer).await;
    assert_eq!(status["recoveryCodesLeft"], 9);
}

async fn of_fifty_with_one_challenge_one_is_let_in(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let ada = fixture.enrolled("ada@example.com").await;
    let token = fixture.challenge_token(&ada.email).await;
    // Each with a proof of its own: it is the challenge that is good once.
    let code = fixture.next_code(&ada.secret);
    let answers = join_all((0..AT_ONCE).map(async |n| match n % 5 {
        0 => fixture.complete(&token, &code).await,
        _ => {
            let code = &ada.recovery[n % 10];
            fixture.complete_by_recovery(&token, code).await
        }
    }))
    .await;
    assert_eq!(
        answers.iter().filter(|it| is_let_in(it)).count(),
        1,
        "{answers:#?}"
    );

    let token = fixture.challenge_token(&ada.email).await;
    let app = &fixture.test.app;
    let spends = join_all((0..AT_ONCE).map(async |_| {
        let mut conn = app.db.write().await.expect("connects");
        let spent = Ticket::spend(app, &mut conn, Purpose::TwoFactor, &token).await;
        spent.expect("an answer").is_some()
    }))
    .await;
    assert_eq!(spends.into_iter().filter(|&spent| spent).count(), 1);
}

async fn of_fifty_who_confirm_one_gets_the_recovery_codes(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tokens = fixture.newcomer("ada@example.com").await;
    let viewer = fixture.viewer(&tokens.access).await;
    let secret = fixture.set_up(&viewer).await;
    let code = fixture.code(&secret);

    let confirm = (0..AT_ONCE).map(|_| fixture.confirm(&viewer, &code));
    let answers = join_all(confirm).await;

    let confirmed = |answer: &&Value| answer["confirmTwoFactor"].is_object();
    assert_eq!(answers.iter().filter(confirmed).count(), 1, "{answers:#?}");
    let status = fixture.two_factor(&viewer).await;
    assert_eq!(status["recoveryCodesLeft"], 10);
}
