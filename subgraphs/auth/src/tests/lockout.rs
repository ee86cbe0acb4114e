use futures::future::join_all;
use kit::viewer::Client;
use serde_json::{Value, json};
use testkit::{Backend, on_both};

use super::{Fixture, LOGIN, PASSWORD};

on_both![
    an_account_is_locked_after_some_failures,
    an_unknown_account_is_locked_alike,
    attempts_side_by_side_are_no_way_around,
    success_forgives_the_account,
    an_address_that_tries_many_accounts_is_locked,
];

const WRONG: &str = "another-Tractor-7";

fn is_locked(answer: &Value) -> bool {
    let text = answer.as_str().unwrap_or_default();
    text.starts_with("REQUEST_RATE_LIMITED: too many failed attempts; try again in ")
}

async fn an_account_is_locked_after_some_failures(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    fixture.register("ada@example.com").await;
    fixture.register("bob@example.com").await;
    for _ in 0..5 {
        let answer = fixture.try_login("ada@example.com", WRONG).await;
        assert_eq!(answer, "UNAUTHENTICATED: wrong e-mail address or password");
    }

    let answer = fixture.try_login("ada@example.com", PASSWORD).await;
    assert!(is_locked(&answer), "{answer}");
    fixture.login("bob@example.com").await;

    fixture.advance(30);
    fixture.try_login("ada@example.com", WRONG).await;
    fixture.advance(30);
    let answer = fixture.try_login("ada@example.com", PASSWORD).await;
    assert!(
        is_locked(&answer),
        "the second lock is twice as long: {answer}"
    );
    fixture.advance(30);
    fixture.login("ada@example.com").await;

    let record = fixture.activities().await;
    let count = |entry: &str| record.iter().filter(|known| *known == entry).count();
    assert_eq!(count("login: wrong_password"), 6);
    assert_eq!(count("login: locked"), 2);
    assert_eq!(count("login"), 2);
}

async fn an_unknown_account_is_locked_alike(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    for _ in 0..5 {
        fixture.try_login("nobody@example.com", WRONG).await;
    }
    let answer = fixture.try_login("Nobody@Example.com", WRONG).await;
    assert!(is_locked(&answer), "{answer}");
}

async fn attempts_side_by_side_are_no_way_around(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    fixture.register("ada@example.com").await;

    let attempts = (0..30).map(|place| format!("{WRONG}{place}"));
    let attempts = attempts.map(async |guess| fixture.try_login("ada@example.com", &guess).await);
    let answers = join_all(attempts).await;

    // Those that had their turn when the fifth failed were let through.
    let tried = answers.iter().filter(|answer| !is_locked(answer)).count();
    let at_once = fixture.config.parallel_hashes.get() as usize;
    assert!((5..5 + at_once).contains(&tried), "{tried} were tried");
}

async fn success_forgives_the_account(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    fixture.register("ada@example.com").await;
    for _ in 0..3 {
        for _ in 0..4 {
            fixture.try_login("ada@example.com", WRONG).await;
        }
        fixture.login("ada@example.com").await;
    }
}

async fn an_address_that_tries_many_accounts_is_locked(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    fixture.register("ada@example.com").await;
    for place in 0..50 {
        let answer = fixture
            .try_login(&format!("u{place}@example.com"), WRONG)
            .await;
        assert!(!is_locked(&answer), "attempt {place}: {answer}");
    }

    let answer = fixture.try_login("ada@example.com", PASSWORD).await;
    assert!(is_locked(&answer), "{answer}");
    let answer = fixture.register("eve@example.com").await;
    assert!(is_locked(&answer), "{answer}");

    let elsewhere = Client {
        address: Some([192, 0, 2, 8].into()),
        agent: None,
    };
    let variables = json!({ "email": "ada@example.com", "password": PASSWORD });
    let answer = fixture.run_from(elsewhere, None, LOGIN, variables).await;
    assert!(answer["login"]["accessToken"].is_string(), "{answer}");
}
