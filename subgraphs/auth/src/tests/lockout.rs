use std::num::NonZeroU32;

use futures::future::join_all;
use kit::viewer::Client;
use serde_json::{Value, json};
use testkit::{Backend, on_both};

use super::{Fixture, LOGIN, PASSWORD};
use crate::AuthConfig;

on_both![
    an_account_is_locked_after_some_failures,
    nobody_is_locked_out_by_somebody_elsewhere,
    many_addresses_together_lock_an_account,
    a_burst_of_registrations_is_no_way_around,
    signing_in_keeps_a_pace,
    what_a_lock_refuses_is_recorded_once_a_minute,
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

fn is_too_fast(answer: &Value) -> bool {
    let text = answer.as_str().unwrap_or_default();
    text.starts_with("REQUEST_RATE_LIMITED: too many requests of this kind; try again in ")
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
    // The second refusal came a minute after the first.
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

    let tried = |answer: &&Value| *answer == "UNAUTHENTICATED: wrong e-mail address or password";
    assert_eq!(answers.iter().filter(tried).count(), 5, "{answers:#?}");
    let busy = "REQUEST_RATE_LIMITED: too many people are signing in; try again in a moment";
    let sent_away = answers.iter().filter(|answer| *answer == busy).count();
    assert_eq!(
        sent_away,
        30 - 8,
        "an address has eight places: {answers:#?}"
    );
}

fn from(last: u8) -> Client {
    Client {
        address: Some([198, 51, 100, last].into()),
        agent: None,
    }
}

async fn login_from(fixture: &Fixture, last: u8, email: &str, password: &str) -> Value {
    let variables = json!({ "email": email, "password": password });
    fixture.run_from(from(last), None, LOGIN, variables).await
}

async fn nobody_is_locked_out_by_somebody_elsewhere(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    fixture.register("ada@example.com").await;
    for _ in 0..20 {
        login_from(&fixture, 1, "ada@example.com", WRONG).await;
    }
    let locked = login_from(&fixture, 1, "ada@example.com", PASSWORD).await;
    assert!(is_locked(&locked), "{locked}");
    fixture.login("ada@example.com").await;
}

async fn many_addresses_together_lock_an_account(backend: Backend) {
    let config = AuthConfig {
        account_logins_per_minute: NonZeroU32::MAX,
        ..super::config()
    };
    let fixture = Fixture::start_with(backend, config).await;
    fixture.register("ada@example.com").await;
    for place in 0..100 {
        let answer = login_from(&fixture, place / 5, "ada@example.com", WRONG).await;
        assert!(!is_locked(&answer), "attempt {place}: {answer}");
    }
    let answer = fixture.try_login("ada@example.com", PASSWORD).await;
    assert!(is_locked(&answer), "{answer}");
    fixture.advance(15 * 60);
    fixture.login("ada@example.com").await;
}

async fn a_burst_of_registrations_is_no_way_around(backend: Backend) {
    let config = AuthConfig {
        address_registrations_per_minute: NonZeroU32::MAX,
        ..super::config()
    };
    let fixture = Fixture::start_with(backend, config).await;
    fixture.register("ada@example.com").await;
    let mut taken = 0;
    for _ in 0..8 {
        let burst = (0..8).map(|_| fixture.register("ada@example.com"));
        let answers = join_all(burst).await;
        let is_taken = |answer: &&Value| {
            let text = answer.as_str().unwrap_or_default();
            text.starts_with("CONFLICT")
        };
        taken += answers.iter().filter(is_taken).count();
    }
    assert_eq!(taken, 50);
}

async fn signing_in_keeps_a_pace(backend: Backend) {
    let three = NonZeroU32::new(3).expect("three is not zero");
    let config = AuthConfig {
        account_logins_per_minute: NonZeroU32::MIN,
        address_logins_per_minute: three,
        ..super::config()
    };
    let fixture = Fixture::start_with(backend, config).await;
    fixture.newcomer("ada@example.com").await;
    fixture.newcomer("bob@example.com").await;
    let answer = fixture.try_login("ada@example.com", PASSWORD).await;
    assert!(is_too_fast(&answer), "a second time: {answer}");
    let answer = fixture.try_login("cy@example.com", PASSWORD).await;
    assert!(is_too_fast(&answer), "a fourth time: {answer}");
    fixture.advance(60);
    fixture.login("ada@example.com").await;
}

async fn what_a_lock_refuses_is_recorded_once_a_minute(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    for _ in 0..5 {
        fixture.try_login("nobody@example.com", WRONG).await;
    }
    for _ in 0..10 {
        fixture.try_login("nobody@example.com", WRONG).await;
    }
    let locked = async || {
        let record = fixture.activities().await;
        record
            .iter()
            .filter(|entry| *entry == "login: locked")
            .count()
    };
    assert_eq!(locked().await, 1);
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
