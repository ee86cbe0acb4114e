use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use testkit::{Answer, Backend, Outside, on_both};
use url::form_urlencoded;

use super::{begin, complete, fixture, user_of};
use crate::tests::Fixture;

on_both![
    somebody_signs_in_at_github,
    what_github_does_not_confirm_opens_nothing,
];

/// A server that answers what GitHub documents of signing in and of its API.
async fn github(backend: Backend) -> (Outside, Fixture) {
    let outside = Outside::start().await;
    let token = json!({ "access_token": "gho_hush", "token_type": "bearer", "scope": "read:user" });
    outside.answer("/login/oauth/access_token", Answer::json(&token));
    let user = json!({ "id": 1815, "login": "countess", "name": null, "email": null });
    outside.answer("/api/v3/user", Answer::json(&user));
    emails(&outside, true);
    let providers = json!({ "github": {
        "kind": "github",
        "client_id": "Iv1.abc",
        "client_secret": "hush",
        "github_url": outside.url("/"),
        "github_api_url": outside.url("/api/v3"),
    } });
    let fixture = fixture(backend, crate::tests::config(), providers).await;
    (outside, fixture)
}

fn emails(outside: &Outside, verified: bool) {
    let emails = json!([
        { "email": "old@example.com", "primary": false, "verified": true, "visibility": null },
        { "email": "ada@example.com", "primary": true, "verified": verified, "visibility": "private" },
    ]);
    outside.answer("/api/v3/user/emails", Answer::json(&emails));
}

async fn sign_in(fixture: &Fixture) -> (super::Flow, Value) {
    let flow = begin(fixture, "github").await;
    let back = format!(
        "https://portico.example/?state={}&code=abc",
        flow.parameter("state")
    );
    let answer = complete(fixture, None, &flow, &back.parse().expect("a URL")).await;
    (flow, answer)
}

async fn somebody_signs_in_at_github(backend: Backend) {
    let (outside, fixture) = github(backend).await;
    let (flow, answer) = sign_in(&fixture).await;
    let id = user_of(&answer);
    assert_eq!(
        fixture.test.recorded("user.registered").await,
        [json!({ "user_id": id, "name": "countess", "email": "ada@example.com" })]
    );
    assert!(
        flow.url
            .starts_with(&outside.url("/login/oauth/authorize?")),
        "{}",
        flow.url
    );
    assert_eq!(flow.parameter("scope"), "read:user user:email");

    let requests = outside.requests();
    let sent = form_urlencoded::parse(&requests[0].body);
    let sent: std::collections::HashMap<_, _> = sent.into_owned().collect();
    assert_eq!(sent["client_id"], "Iv1.abc");
    assert_eq!(sent["client_secret"], "hush");
    assert_eq!(sent["code"], "abc");
    assert_eq!(
        sent["redirect_uri"],
        "https://portico.example/auth/oauth/github/callback"
    );
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&sent["code_verifier"]));
    assert_eq!(challenge, flow.parameter("code_challenge"));
    for request in &requests[1..] {
        assert_eq!(request.headers["authorization"], "Bearer gho_hush");
        assert_eq!(request.headers["accept"], "application/vnd.github+json");
    }
    let (_, again) = sign_in(&fixture).await;
    assert_eq!(user_of(&again), id);
}

async fn what_github_does_not_confirm_opens_nothing(backend: Backend) {
    let (outside, fixture) = github(backend).await;
    emails(&outside, false);
    let (_, answer) = sign_in(&fixture).await;
    let refusal = answer.as_str().unwrap_or_default();
    assert!(
        refusal.starts_with("FORBIDDEN: GitHub does not say"),
        "{answer}"
    );
    // GitHub refuses a code with 200.
    let error =
        json!({ "error": "bad_verification_code", "error_description": "Try <b>again</b>." });
    outside.answer("/login/oauth/access_token", Answer::json(&error));
    let (_, answer) = sign_in(&fixture).await;
    assert_eq!(
        answer,
        "UNAUTHENTICATED: GitHub did not confirm who you are; begin again"
    );
    assert!(fixture.test.recorded("user.registered").await.is_empty());
}
