use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha512};
use testkit::{Answer, Backend, on_both};

use super::issuer::{ACCESS_TOKEN, CLIENT_ID, Issuer, Key};
use super::{Flow, begin, complete, fixture, user_of};
use crate::tests::Fixture;

on_both![
    a_token_that_breaks_a_rule_opens_nothing,
    new_keys_are_read_once_a_minute,
    known_keys_do_while_the_issuer_is_away,
];

const REFUSED: &str = "UNAUTHENTICATED: id did not confirm who you are; begin again";

/// The claims of a token as it should be.
fn claims(fixture: &Fixture, issuer: &Issuer, flow: &Flow) -> Value {
    let now = fixture.test.app.clock.now().timestamp();
    let half = &Sha512::digest(ACCESS_TOKEN)[..32];
    json!({
        "iss": issuer.outside.url(""),
        "sub": "1815",
        "aud": CLIENT_ID,
        "exp": now + 300,
        "iat": now,
        "nonce": flow.parameter("nonce"),
        "at_hash": URL_SAFE_NO_PAD.encode(half),
        "email": "ada@example.com",
        "email_verified": true,
    })
}

/// Signs in with what the token endpoint answers to be made of the right claims.
async fn sign_in(fixture: &Fixture, issuer: &Issuer, token: impl FnOnce(Value) -> String) -> Value {
    let flow = begin(fixture, "id").await;
    issuer.answer(&token(claims(fixture, issuer, &flow)));
    let back = format!(
        "https://portico.example/?state={}&code=c",
        flow.parameter("state")
    );
    complete(fixture, None, &flow, &back.parse().expect("a URL")).await
}

async fn a_token_that_breaks_a_rule_opens_nothing(backend: Backend) {
    let (issuer, key) = (Issuer::start().await, Key::new("1"));
    let fixture = fixture(backend, crate::tests::config(), issuer.providers()).await;
    issuer.publish(&[&key]);
    let now = fixture.test.app.clock.now().timestamp();
    for (claim, value) in [
        ("iss", json!("https://mallory.example")),
        ("aud", json!("somebody-else")),
        ("aud", json!([CLIENT_ID, "somebody-else"])),
        ("aud", json!([])),
        ("aud", Value::Null),
        ("azp", json!("somebody-else")),
        ("exp", json!(now - 120)),
        ("exp", Value::Null),
        ("iat", json!(now + 600)),
        ("iat", json!(now - 3600)),
        ("nonce", json!("replayed")),
        ("nonce", Value::Null),
        ("at_hash", json!("AAAA")),
        ("sub", json!("")),
        ("sub", json!("s".repeat(256))),
        ("sub", Value::Null),
    ] {
        let answer = sign_in(&fixture, &issuer, |mut claims| {
            claims[claim] = value.clone();
            key.sign(&claims)
        });
        assert_eq!(answer.await, REFUSED, "{claim}: {value}");
    }

    let forger = Key::new("1");
    let forged = sign_in(&fixture, &issuer, |claims| forger.sign(&claims));
    assert_eq!(forged.await, REFUSED);
    let unsigned = sign_in(&fixture, &issuer, |claims| {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.", part(&json!({ "alg": "none" })), part(&claims))
    });
    assert_eq!(unsigned.await, REFUSED);
    let altered = sign_in(&fixture, &issuer, |claims| {
        let token = key.sign(&claims);
        let (rest, signature) = token.rsplit_once('.').expect("three parts");
        let header = rest.split('.').next().unwrap_or_default();
        let other = claims.to_string().replace("1815", "1816");
        format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(other))
    });
    assert_eq!(altered.await, REFUSED);
    let huge = sign_in(&fixture, &issuer, |mut claims| {
        claims["name"] = json!("n".repeat(20_000));
        key.sign(&claims)
    });
    assert_eq!(huge.await, REFUSED);

    let good = sign_in(&fixture, &issuer, |mut claims| {
        claims["aud"] = json!([CLIENT_ID, "somebody-else"]);
        claims["azp"] = json!(CLIENT_ID);
        key.sign(&claims)
    });
    user_of(&good.await);
}

async fn new_keys_are_read_once_a_minute(backend: Backend) {
    let (issuer, first, second) = (Issuer::start().await, Key::new("1"), Key::new("2"));
    let fixture = fixture(backend, crate::tests::config(), issuer.providers()).await;
    issuer.publish(&[&first]);
    user_of(&sign_in(&fixture, &issuer, |claims| first.sign(&claims)).await);

    issuer.publish(&[&second]);
    let early = sign_in(&fixture, &issuer, |claims| second.sign(&claims)).await;
    assert_eq!(early, REFUSED);
    fixture.advance(61);
    user_of(&sign_in(&fixture, &issuer, |claims| second.sign(&claims)).await);
    let gone = sign_in(&fixture, &issuer, |claims| first.sign(&claims)).await;
    assert_eq!(gone, REFUSED);
    let asked = issuer.outside.requests();
    let asked = asked.iter().filter(|request| request.uri.path() == "/keys");
    assert_eq!(asked.count(), 2);
}

async fn known_keys_do_while_the_issuer_is_away(backend: Backend) {
    let (issuer, key, other) = (Issuer::start().await, Key::new("1"), Key::new("2"));
    let fixture = fixture(backend, crate::tests::config(), issuer.providers()).await;
    let away = "REQUEST_RATE_LIMITED: id cannot be reached at the moment; try again later";
    issuer.outside.answer("/keys", Answer::status(503));
    for _ in 0..2 {
        let refused = sign_in(&fixture, &issuer, |claims| key.sign(&claims)).await;
        assert_eq!(refused, away);
    }
    issuer.publish(&[&key]);
    fixture.advance(6);
    user_of(&sign_in(&fixture, &issuer, |claims| key.sign(&claims)).await);

    for path in ["/keys", "/.well-known/openid-configuration"] {
        issuer.outside.answer(path, Answer::status(503));
    }
    fixture.advance(4000);
    user_of(&sign_in(&fixture, &issuer, |claims| key.sign(&claims)).await);
    let unknown = sign_in(&fixture, &issuer, |claims| other.sign(&claims)).await;
    assert_eq!(unknown, away);
}
