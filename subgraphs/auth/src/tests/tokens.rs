use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey as _;
use futures::future::join_all;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use kit::id::TenantId;
use serde_json::{Value, json};
use testkit::{Backend, on_both};

use super::Fixture;
use crate::{AuthError, jwks};

on_both![
    an_access_token_says_what_it_is_and_nothing_personal,
    other_kinds_of_token_are_refused,
    a_token_with_one_other_claim_is_refused,
    an_expired_token_is_refused_as_such,
    a_new_key_is_found_after_a_minute,
    processes_that_start_at_once_share_one_key,
];

const REFUSED: &str = "this is no valid access token; sign in with `login`";

async fn an_access_token_says_what_it_is_and_nothing_personal(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let token = fixture.newcomer("ada@example.com").await.access;

    let (header, claims) = (part(&token, 0), part(&token, 1));

    let keys = jwks(&fixture.test.app).await.expect("readable");
    let key = &keys["keys"][0];
    assert_eq!(keys["keys"].as_array().map(Vec::len), Some(1));
    for (name, expected) in [
        ("kty", "OKP"),
        ("crv", "Ed25519"),
        ("alg", "EdDSA"),
        ("use", "sig"),
    ] {
        assert_eq!(key[name], expected);
    }
    assert_eq!(
        header,
        json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": key["kid"] })
    );
    let names = claims.as_object().expect("an object").keys();
    let expected = [
        "iss",
        "aud",
        "sub",
        "sid",
        "jti",
        "iat",
        "exp",
        "aal",
        "auth_time",
    ];
    assert_eq!(names.collect::<Vec<_>>(), expected);
    assert_eq!(
        (&claims["iss"], &claims["aud"]),
        (&json!("portico"), &json!("portico"))
    );
    let seconds = |name: &str| claims[name].as_i64().expect("a number");
    assert_eq!(seconds("exp") - seconds("iat"), 15 * 60);
}

async fn other_kinds_of_token_are_refused(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let tokens = fixture.newcomer("ada@example.com").await;
    let good = &tokens.access;
    let [header, claims] = [part(good, 0), part(good, 1)];
    let kid = header["kid"].as_str().expect("a text");
    let keys = jwks(&fixture.test.app).await.expect("readable");
    let public = keys["keys"][0]["x"].as_str().expect("a text");

    let (_, rest) = good.split_once('.').expect("three parts");
    let none = encode(&json!({ "alg": "none", "typ": "at+jwt", "kid": kid }));
    let hmac = Header {
        typ: Some("at+jwt".to_owned()),
        kid: Some(kid.to_owned()),
        ..Header::new(Algorithm::HS256)
    };
    let secret = URL_SAFE_NO_PAD.decode(public).expect("base64");
    let hmac = jsonwebtoken::encode(&hmac, &claims, &EncodingKey::from_secret(&secret));

    for (what, token) in [
        ("nothing", String::new()),
        ("a refresh token", tokens.refresh.clone()),
        ("unsigned", format!("{none}.{}.", encode(&claims))),
        ("unsigned, with the signature", format!("{none}.{rest}")),
        (
            "signed with the public key as a secret",
            hmac.expect("signed"),
        ),
        (
            "signed by somebody else",
            sign("at+jwt", Some(kid), &claims, &other_key()),
        ),
        (
            "without a key id",
            sign("at+jwt", None, &claims, &other_key()),
        ),
        ("cut off", good[..good.len() - 4].to_owned()),
        ("much too long", "a".repeat(100_000)),
    ] {
        let refusal = fixture.refusal(&token).await;
        assert_eq!(refusal.to_string(), REFUSED, "{what}");
    }
    fixture.viewer(good).await;
}

async fn a_token_with_one_other_claim_is_refused(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let token = fixture.newcomer("ada@example.com").await.access;
    let stranger = fixture.newcomer("bob@example.com").await.access;
    let claims = part(&token, 1);
    let key = signing_key(&fixture).await;
    let header = part(&token, 0);
    let kid = header["kid"].as_str();
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        claims
    };

    // The holder of a token cannot sign, so what they change does not fit the signature.
    let [head, _, signature] = token.split('.').collect::<Vec<_>>()[..] else {
        panic!("three parts");
    };
    let widened = encode(&with("tid", json!(TenantId::new())));
    let refusal = fixture
        .refusal(&format!("{head}.{widened}.{signature}"))
        .await;
    assert_eq!(refusal.to_string(), REFUSED);

    // Signed by us, but for another use.
    for (typ, claims) in [
        ("JWT", claims.clone()),
        ("at+jwt", with("aud", json!("another"))),
        ("at+jwt", with("iss", json!("another"))),
        ("at+jwt", with("sub", part(&stranger, 1)["sub"].clone())),
        (
            "at+jwt",
            with("sid", json!("ses_01h2xcejqtf2nbrexx3vqjhp41")),
        ),
        ("at+jwt", with("exp", Value::Null)),
    ] {
        let refusal = fixture.refusal(&sign(typ, kid, &claims, &key)).await;
        assert_eq!(refusal.to_string(), REFUSED, "{typ} {claims}");
    }
    fixture.viewer(&sign("at+jwt", kid, &claims, &key)).await;
}

async fn an_expired_token_is_refused_as_such(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let token = fixture.newcomer("ada@example.com").await.access;
    fixture.viewer(&token).await;
    fixture.advance(15 * 60);
    let refusal = fixture.refusal(&token).await;
    assert!(
        matches!(refusal, AuthError::ExpiredAccessToken),
        "{refusal:?}"
    );
}

async fn a_new_key_is_found_after_a_minute(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let token = fixture.newcomer("ada@example.com").await.access;
    fixture.viewer(&token).await;
    let key = other_key();
    let public = URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes());
    fixture
        .tamper(&format!(
            "INSERT INTO signing_keys (kid, signing, public, private, created_at) \
             VALUES ('new', NULL, '{public}', '', '2026-01-01 00:00:00')"
        ))
        .await;
    let token = sign("at+jwt", Some("new"), &part(&token, 1), &key);

    assert_eq!(fixture.refusal(&token).await.to_string(), REFUSED);
    fixture.advance(60);
    fixture.viewer(&token).await;
}

async fn processes_that_start_at_once_share_one_key(backend: Backend) {
    let fixture = Fixture::start(backend).await;
    let sets = join_all((0..16).map(|_| jwks(&fixture.test.app))).await;
    let first = sets[0].as_ref().expect("readable");
    assert_eq!(first["keys"].as_array().map(Vec::len), Some(1));
    for set in &sets {
        assert_eq!(set.as_ref().expect("readable"), first);
    }
}

fn part(token: &str, place: usize) -> Value {
    let part = token.split('.').nth(place).expect("three parts");
    let bytes = URL_SAFE_NO_PAD.decode(part).expect("base64");
    serde_json::from_slice(&bytes).expect("JSON")
}

fn encode(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

fn other_key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn sign(typ: &str, kid: Option<&str>, claims: &Value, key: &SigningKey) -> String {
    let header = Header {
        typ: Some(typ.to_owned()),
        kid: kid.map(str::to_owned),
        ..Header::new(Algorithm::EdDSA)
    };
    let der = key.to_pkcs8_der().expect("encodes");
    let key = EncodingKey::from_ed_der(der.as_bytes());
    jsonwebtoken::encode(&header, claims, &key).expect("signs")
}

/// The subgraph's own key, which nobody outside of it can have.
async fn signing_key(fixture: &Fixture) -> SigningKey {
    let app = &fixture.test.app;
    let mut conn = app.db.read().await.expect("connects");
    let row = crate::store::signing_key::SigningKey::current(&mut conn).await;
    let row = row.expect("readable").expect("there is one");
    let context = format!("signing_keys/{}", row.kid);
    let seed = app.key.open(&context, &row.private).expect("ours");
    SigningKey::from_bytes(&seed.try_into().expect("32 bytes"))
}
