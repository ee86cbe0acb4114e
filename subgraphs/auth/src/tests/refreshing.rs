use std::collections::HashSet;

use futures::future::{join, join_all};
use serde_json::Value;
use testkit::{Backend, on_both};

use super::{Fixture, Tokens};
use crate::{AuthConfig, AuthError};

on_both![
    a_refresh_token_leads_to_the_next,
    a_lost_reply_can_be_asked_for_again,
    a_spent_token_ends_its_session,
    a_spent_token_whose_successor_is_used_ends_its_session,
    of_many_uses_at_once_exactly_one_succeeds,
    many_uses_at_once_within_the_grace_lead_to_one_successor,
    two_tabs_with_one_token_go_on_together,
    an_unused_session_ends,
    what_is_no_refresh_token_is_refused,
    garbage_fills_no_record,
    a_dead_token_fills_no_record,
];

const REFUSED: &str = "UNAUTHENTICATED at /refreshToken: this refresh token is unknown, spent or \
                       expired; sign in with `login`";

fn tokens(answer: &Value) -> Tokens {
    Tokens::of(&answer["refreshSession"])
}

async fn a_refresh_token_leads_to_the_next(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let mut current = fixture.newcomer("ada@example.com").await;
    let session = fixture.viewer(&current.access).await.session();
    for _ in 0..3 {
        let next = tokens(&fixture.refresh(&current.refresh).await);
        assert_ne!(next.refresh, current.refresh);
        assert_eq!(fixture.viewer(&next.access).await.session(), session);
        current = next;
    }
    let expected = ["register", "login", "refresh", "refresh", "refresh"];
    assert_eq!(fixture.activities().await, expected);
}

async fn a_lost_reply_can_be_asked_for_again(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let first = fixture.newcomer("ada@example.com").await;
    let lost = tokens(&fixture.refresh(&first.refresh).await);
    fixture.advance(9);

    let again = tokens(&fixture.refresh(&first.refresh).await);

    assert_eq!(again.refresh, lost.refresh);
    fixture.viewer(&again.access).await;
    tokens(&fixture.refresh(&again.refresh).await);
}

async fn a_spent_token_ends_its_session(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let first = fixture.newcomer("ada@example.com").await;
    let other = fixture.login("ada@example.com").await;
    let second = tokens(&fixture.refresh(&first.refresh).await);
    fixture.advance(11);

    assert_eq!(fixture.refresh(&first.refresh).await, REFUSED);

    let ended = "UNAUTHENTICATED: this session has ended; sign in with `login`";
    assert_eq!(fixture.refresh(&second.refresh).await, ended);
    let refusal = fixture.refusal(&second.access).await;
    assert!(matches!(refusal, AuthError::SessionEnded), "{refusal:?}");
    // The user's other session is none of the thief's.
    tokens(&fixture.refresh(&other.refresh).await);
    assert_eq!(
        fixture.activities().await[3..],
        [
            "refresh",
            "refresh: replayed_token",
            "refresh: session_ended",
            "refresh"
        ]
    );
}

async fn a_spent_token_whose_successor_is_used_ends_its_session(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let first = fixture.newcomer("ada@example.com").await;
    let second = tokens(&fixture.refresh(&first.refresh).await);
    let third = tokens(&fixture.refresh(&second.refresh).await);

    assert_eq!(fixture.refresh(&first.refresh).await, REFUSED);

    let refusal = fixture.refusal(&third.access).await;
    assert!(matches!(refusal, AuthError::SessionEnded), "{refusal:?}");
}

async fn of_many_uses_at_once_exactly_one_succeeds(backend: Backend) {
    let config = AuthConfig {
        refresh_grace_s: 0,
        ..super::config()
    };
    let fixture = Fixture::start_with(backend, config).await;
    let first = fixture.newcomer("ada@example.com").await;

    let answers = join_all((0..50).map(|_| fixture.refresh(&first.refresh))).await;

    let won = answers.iter().filter(|answer| answer.is_object()).count();
    assert_eq!(won, 1, "{answers:?}");
    let refusal = fixture.refusal(&first.access).await;
    assert!(matches!(refusal, AuthError::SessionEnded), "{refusal:?}");
}

async fn many_uses_at_once_within_the_grace_lead_to_one_successor(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let first = fixture.newcomer("ada@example.com").await;

    let answers = join_all((0..50).map(|_| fixture.refresh(&first.refresh))).await;

    let successors = answers.iter().map(|answer| tokens(answer).refresh);
    let successors = successors.collect::<HashSet<_>>();
    assert_eq!(successors.len(), 1);
    for successor in successors {
        tokens(&fixture.refresh(&successor).await);
    }
}

async fn two_tabs_with_one_token_go_on_together(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let first = fixture.newcomer("ada@example.com").await;
    let session = fixture.viewer(&first.access).await.session();
    let mut token = first.refresh;
    for _ in 0..5 {
        let (one, other) = join(fixture.refresh(&token), fixture.refresh(&token)).await;
        let (one, other) = (tokens(&one), tokens(&other));
        assert_eq!(one.refresh, other.refresh);
        assert_ne!(one.refresh, token);
        for tab in [&one, &other] {
            assert_eq!(fixture.viewer(&tab.access).await.session(), session);
        }
        token = one.refresh;
    }
}

async fn an_unused_session_ends(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let first = fixture.newcomer("ada@example.com").await;
    fixture.advance(7 * 24 * 3600 + 1);
    assert_eq!(fixture.refresh(&first.refresh).await, REFUSED);
    let expected = ["register", "login", "refresh: expired_token"];
    assert_eq!(fixture.activities().await, expected);
}

async fn what_is_no_refresh_token_is_refused(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tokens = fixture.newcomer("ada@example.com").await;
    let unknown = crate::token::RefreshToken::new();
    for token in ["", "prt_", unknown.reveal(), &tokens.access] {
        assert_eq!(fixture.refresh(token).await, REFUSED, "{token}");
    }
    fixture.viewer(&tokens.access).await;
}

async fn garbage_fills_no_record(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tokens_of_ada = fixture.newcomer("ada@example.com").await;
    for _ in 0..200 {
        assert_eq!(fixture.refresh("garbage").await, REFUSED);
    }
    assert_eq!(fixture.activities().await, ["register", "login"]);

    let guesses = (0..200).map(async |_| {
        let guess = crate::token::RefreshToken::new();
        fixture.refresh(guess.reveal()).await
    });
    let answers = join_all(guesses).await;
    let told = answers.iter().filter(|answer| *answer == REFUSED).count();
    assert_eq!(told, 50);

    let record = fixture.activities().await;
    let count = |entry: &str| record.iter().filter(|known| *known == entry).count();
    assert_eq!(count("refresh: unknown_token"), 50);
    assert_eq!(count("refresh: locked"), 1);
    // Whoever shares the address goes on.
    tokens(&fixture.refresh(&tokens_of_ada.refresh).await);
}

async fn a_dead_token_fills_no_record(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let first = fixture.newcomer("ada@example.com").await;
    tokens(&fixture.refresh(&first.refresh).await);
    fixture.advance(11);
    for _ in 0..100 {
        fixture.refresh(&first.refresh).await;
    }
    let record = fixture.activities().await;
    let count = |entry: &str| record.iter().filter(|known| *known == entry).count();
    assert_eq!(count("refresh: replayed_token"), 1);
    assert_eq!(count("refresh: session_ended"), 49);
    assert_eq!(count("refresh: locked"), 1);
}
