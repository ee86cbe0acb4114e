use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::future::join_all;
use serde_json::Value;
use testkit::{Backend, on_both};

use super::Fixture;
use crate::rotation::{self, Haste, Stage};
use crate::{AuthError, jwks};

on_both![
    a_key_goes_through_its_stages_by_itself,
    a_next_key_signs_when_its_time_has_come,
    in_haste_a_key_signs_at_once,
    a_leaked_key_verifies_nothing_any_more,
    of_many_who_rotate_at_once_one_does,
];

const HOUR: i64 = 60 * 60;

fn kid(token: &str) -> String {
    let header = token.split('.').next().expect("a header");
    let header = URL_SAFE_NO_PAD.decode(header).expect("base64");
    let header: Value = serde_json::from_slice(&header).expect("JSON");
    header["kid"].as_str().expect("a key id").to_owned()
}

async fn stages(fixture: &Fixture) -> Vec<Stage> {
    let keys = rotation::list(&fixture.test.app).await.expect("readable");
    keys.iter().map(|key| key.stage).collect()
}

/// What background work does every few minutes.
async fn advance(fixture: &Fixture, seconds: i64) {
    fixture.advance(seconds);
    let advanced = rotation::advance(&fixture.test.app, &fixture.config).await;
    advanced.expect("advances");
}

async fn rotate(fixture: &Fixture, haste: Haste) {
    let rotated = rotation::rotate(&fixture.test.app, &fixture.config, haste).await;
    rotated.expect("rotates");
}

async fn a_key_goes_through_its_stages_by_itself(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let first = kid(&fixture.newcomer("ada@example.com").await.access);
    advance(&fixture, 28 * 24 * HOUR).await;
    assert_eq!(stages(&fixture).await, [Stage::Signing]);

    advance(&fixture, 24 * HOUR).await;
    assert_eq!(stages(&fixture).await, [Stage::Signing, Stage::Next]);
    let keys = jwks(&fixture.test.app).await.expect("readable");
    assert_eq!(keys["keys"].as_array().map(Vec::len), Some(2));
    let old = fixture.login("ada@example.com").await.access;
    assert_eq!(kid(&old), first);

    advance(&fixture, 24 * HOUR - 60).await;
    assert_eq!(stages(&fixture).await, [Stage::Signing, Stage::Next]);
    let old = fixture.login("ada@example.com").await.access;
    advance(&fixture, 60).await;
    assert_eq!(stages(&fixture).await, [Stage::Verifying, Stage::Signing]);
    let new = fixture.login("ada@example.com").await.access;
    assert_ne!(kid(&new), first);
    for token in [&old, &new] {
        fixture.viewer(token).await;
    }

    advance(&fixture, 19 * 60).await;
    assert_eq!(stages(&fixture).await, [Stage::Verifying, Stage::Signing]);
    advance(&fixture, 60).await;
    assert_eq!(stages(&fixture).await, [Stage::Signing]);
}

async fn a_next_key_signs_when_its_time_has_come(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    for _ in 0..2 {
        rotate(&fixture, Haste::Staged).await;
        assert_eq!(stages(&fixture).await, [Stage::Signing, Stage::Next]);
    }
    advance(&fixture, 24 * HOUR).await;
    assert_eq!(stages(&fixture).await, [Stage::Verifying, Stage::Signing]);
}

async fn in_haste_a_key_signs_at_once(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let old = fixture.newcomer("ada@example.com").await.access;
    rotate(&fixture, Haste::Now).await;
    assert_eq!(stages(&fixture).await, [Stage::Verifying, Stage::Signing]);
    fixture.advance(60);
    let new = fixture.login("ada@example.com").await.access;
    assert_ne!(kid(&old), kid(&new));
    for token in [&old, &new] {
        fixture.viewer(token).await;
    }
}

async fn a_leaked_key_verifies_nothing_any_more(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tokens = fixture.newcomer("ada@example.com").await;
    fixture.viewer(&tokens.access).await;
    rotate(&fixture, Haste::Revoking).await;
    assert_eq!(stages(&fixture).await, [Stage::Signing]);
    fixture.advance(60);
    let refusal = fixture.refusal(&tokens.access).await;
    assert!(
        matches!(refusal, AuthError::InvalidAccessToken),
        "{refusal:?}"
    );
    let refreshed = fixture.refresh(&tokens.refresh).await;
    let access = refreshed["refreshSession"]["accessToken"].as_str();
    fixture.viewer(access.expect("refreshed")).await;
}

async fn of_many_who_rotate_at_once_one_does(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    fixture.newcomer("ada@example.com").await;
    let (app, config) = (&fixture.test.app, &fixture.config);
    let many = (0..50).map(|_| rotation::rotate(app, config, Haste::Staged));
    for rotated in join_all(many).await {
        rotated.expect("rotates");
    }
    assert_eq!(stages(&fixture).await, [Stage::Signing, Stage::Next]);
    fixture.advance(24 * HOUR);
    for advanced in join_all((0..50).map(|_| rotation::advance(app, config))).await {
        advanced.expect("advances");
    }
    assert_eq!(stages(&fixture).await, [Stage::Verifying, Stage::Signing]);
}
