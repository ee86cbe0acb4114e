use futures::future::join_all;
use serde_json::json;
use testkit::{Backend, on_both};

use super::{World, ada, begin, complete, letters, user_of};
use crate::tests::{PASSWORD, Tokens};
use crate::{AuthConfig, Registration};

on_both![
    a_newcomer_is_registered_and_is_the_same_the_next_time,
    every_algorithm_is_verified,
    an_account_with_the_same_confirmed_address_is_joined,
    an_unconfirmed_account_is_given_to_whom_the_address_belongs,
    an_address_that_nobody_has_confirmed_opens_nothing,
    a_deactivated_account_stays_closed,
    nobody_is_registered_when_registration_is_closed,
    of_many_that_end_one_sign_in_one_succeeds,
    of_many_newcomers_who_are_one_person_one_account_comes,
    a_sign_in_that_takes_too_long_is_over,
];

async fn a_newcomer_is_registered_and_is_the_same_the_next_time(backend: Backend) {
    let Some(world) = World::start(backend).await else {
        return;
    };
    let answer = world.sign_in(&ada()).await;
    let id = user_of(&answer);
    let tokens = Tokens::of(&answer["completeOAuth"]);
    let viewer = world.fixture.viewer(&tokens.access).await;
    assert_eq!(viewer.user.to_string(), id);
    assert_eq!(
        world.fixture.test.recorded("user.registered").await,
        [json!({ "user_id": id, "name": "Ada", "email": "ada@example.com" })]
    );

    // The address may change; the subject stays.
    let moved = json!({ "sub": "1815", "email": "ada@elsewhere.example", "email_verified": false });
    assert_eq!(world.user(&moved).await, id);
    assert_eq!(
        world.fixture.activities().await,
        ["register", "oauth_login", "oauth_login"]
    );
    let other = json!({ "sub": "1816", "email": "bob@example.com", "email_verified": true });
    assert_ne!(world.user(&other).await, id);
}

async fn every_algorithm_is_verified(backend: Backend) {
    let Some(world) = World::start(backend).await else {
        return;
    };
    let id = world.user(&ada()).await;
    for name in ["ps256", "es256", "eddsa"] {
        let answer = world.sign_in_at(name, &ada()).await;
        assert_eq!(user_of(&answer), id, "{name}");
    }
}

async fn an_account_with_the_same_confirmed_address_is_joined(backend: Backend) {
    let Some(world) = World::start(backend).await else {
        return;
    };
    let registered = world.fixture.register("Ada@Example.com").await;
    let id = world.user(&ada()).await;
    assert_eq!(registered["register"]["user"]["id"], json!(id));
    world.fixture.login("ada@example.com").await;
    let letters = letters(&world.fixture).await;
    let subjects: Vec<_> = letters
        .iter()
        .map(|letter| letter.subject.as_str())
        .collect();
    assert_eq!(subjects, ["rs256 now opens your account"]);
    assert_eq!(letters[0].to, "Ada@example.com");
}

async fn an_unconfirmed_account_is_given_to_whom_the_address_belongs(backend: Backend) {
    let Some(world) = World::start(backend).await else {
        return;
    };
    let fixture = &world.fixture;
    let theirs = fixture.newcomer("ada@example.com").await;
    let user = fixture.viewer(&theirs.access).await.user;
    fixture
        .tamper("UPDATE accounts SET verified_at = NULL")
        .await;

    let id = world.user(&ada()).await;

    assert_eq!(id, user.to_string());
    fixture.refusal(&theirs.access).await;
    assert!(fixture.refresh(&theirs.refresh).await.is_string());
    assert_eq!(
        fixture.try_login("ada@example.com", PASSWORD).await,
        "UNAUTHENTICATED: wrong e-mail address or password"
    );
    let letters = letters(fixture).await;
    assert!(letters[0].text.contains("have been removed"), "{letters:?}");
    assert_eq!(world.user(&ada()).await, id);
}

async fn an_address_that_nobody_has_confirmed_opens_nothing(backend: Backend) {
    let Some(world) = World::start(backend).await else {
        return;
    };
    let refusal = "FORBIDDEN: rs256 does not say that your e-mail address is yours; confirm it \
                   there, or sign in with your password and link rs256 to your account";
    let mallory = json!({ "sub": "666", "email": "ada@example.com", "email_verified": false });
    let nameless = json!({ "sub": "667" });
    assert_eq!(world.sign_in(&mallory).await, refusal);
    world.fixture.register("ada@example.com").await;
    assert_eq!(world.sign_in(&mallory).await, refusal);
    assert_eq!(world.sign_in(&nameless).await, refusal);
    assert_eq!(
        world.fixture.activities().await,
        [
            "oauth_login: unverified_address",
            "register",
            "oauth_login: unverified_address",
            "oauth_login: unverified_address"
        ]
    );
}

async fn a_deactivated_account_stays_closed(backend: Backend) {
    let Some(world) = World::start(backend).await else {
        return;
    };
    let fixture = &world.fixture;
    let refusal = "FORBIDDEN: this account is deactivated; ask an administrator";
    world.user(&ada()).await;
    fixture.register("bob@example.com").await;
    fixture
        .tamper("UPDATE accounts SET deactivated_at = created_at, verified_at = NULL")
        .await;
    let bob = json!({ "sub": "2", "email": "bob@example.com", "email_verified": true });
    assert_eq!(world.sign_in(&ada()).await, refusal);
    assert_eq!(world.sign_in(&bob).await, refusal);
    // Nothing was taken over.
    fixture
        .tamper("UPDATE accounts SET deactivated_at = NULL")
        .await;
    fixture.login("bob@example.com").await;
    assert!(letters(fixture).await.is_empty());
}

async fn nobody_is_registered_when_registration_is_closed(backend: Backend) {
    let config = AuthConfig {
        registration: Registration::Closed,
        ..crate::tests::config()
    };
    let Some(world) = World::start_with(backend, config).await else {
        return;
    };
    assert_eq!(
        world.sign_in(&ada()).await,
        "FORBIDDEN: registration is closed; ask an administrator for an account"
    );
    assert!(
        world
            .fixture
            .test
            .recorded("user.registered")
            .await
            .is_empty()
    );
}

async fn of_many_that_end_one_sign_in_one_succeeds(backend: Backend) {
    let Some(world) = World::start(backend).await else {
        return;
    };
    let fixture = &world.fixture;
    let flow = begin(fixture, "rs256").await;
    let back = world.provider.sign_in(&flow.url, &ada()).await;
    let answers = join_all((0..50).map(|_| complete(fixture, None, &flow, &back))).await;
    let refused = answers.iter().filter_map(|answer| answer.as_str());
    assert_eq!(refused.clone().count(), 49);
    for refusal in refused {
        assert!(
            refusal.starts_with("UNAUTHENTICATED at /state: this sign-in is"),
            "{refusal}"
        );
    }
}

async fn of_many_newcomers_who_are_one_person_one_account_comes(backend: Backend) {
    let Some(world) = World::start(backend).await else {
        return;
    };
    let ada = ada();
    let answers = join_all((0..6).map(|_| world.sign_in(&ada))).await;
    let mut users: Vec<_> = answers.iter().map(user_of).collect();
    users.dedup();
    assert_eq!(users.len(), 1, "{answers:?}");
    assert_eq!(
        world.fixture.test.recorded("user.registered").await.len(),
        1
    );
}

async fn a_sign_in_that_takes_too_long_is_over(backend: Backend) {
    let Some(world) = World::start(backend).await else {
        return;
    };
    let flow = begin(&world.fixture, "rs256").await;
    let back = world.provider.sign_in(&flow.url, &ada()).await;
    world.fixture.advance(601);
    assert_eq!(
        complete(&world.fixture, None, &flow, &back).await,
        "UNAUTHENTICATED at /state: this sign-in is unknown, ended or too old; begin again with \
         `oauthAuthorization`"
    );
}
