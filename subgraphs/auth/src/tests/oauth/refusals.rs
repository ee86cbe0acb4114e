use std::time::Duration;

use kit::outbound::{Outbound, OutboundConfig};
use serde_json::{Value, json};
use testkit::{Answer, Backend, Outside, on_both};
use url::Url;

use super::{Flow, World, ada, begin, come_back, complete, fixture, parameters, try_begin};
use crate::tests::Fixture;

on_both![
    only_who_began_may_end,
    a_denial_is_passed_on_and_nothing_else_that_the_provider_says,
    a_state_of_another_provider_is_refused,
    the_provider_enforces_pkce,
    a_callback_of_another_issuer_is_refused,
    a_sign_in_ends_at_our_own_pages,
    a_provider_that_is_away_or_floods_is_waited_for_only_so_long,
    providers_are_listed_for_everybody,
];

async fn only_who_began_may_end(backend: Backend) {
    let Some(world) = World::start(backend).await else {
        return;
    };
    let flow = begin(&world.fixture, "rs256").await;
    let other = begin(&world.fixture, "rs256").await;
    let back = world.provider.sign_in(&flow.url, &ada()).await;
    let stranger = Flow {
        token: other.token,
        ..flow.clone()
    };
    assert_eq!(
        complete(&world.fixture, None, &stranger, &back).await,
        "FORBIDDEN: this sign-in was begun in another browser or session; begin again in this one"
    );
    // The try was the only one.
    let late = complete(&world.fixture, None, &flow, &back).await;
    assert!(
        late.as_str()
            .unwrap_or_default()
            .starts_with("UNAUTHENTICATED at /state"),
        "{late}"
    );
}

async fn a_denial_is_passed_on_and_nothing_else_that_the_provider_says(backend: Backend) {
    let Some(world) = World::start(backend).await else {
        return;
    };
    let fixture = &world.fixture;
    let flow = begin(fixture, "rs256").await;
    let back = world
        .provider
        .sign_in(&flow.url, &json!({ "denies": true }))
        .await;
    assert!(back.as_str().contains("error_description"), "{back}");
    let sent = come_back(fixture, "rs256", None, &back).await;
    let state = flow.parameter("state");
    let iss = parameters(&back).remove("iss").expect("RFC 9207");
    let mut expected: Url = "https://portico.example/".parse().expect("a URL");
    expected.query_pairs_mut().extend_pairs([
        ("state", state.as_str()),
        ("error", "access_denied"),
        ("iss", &iss),
    ]);
    assert_eq!(sent["returnFromOAuth"]["url"], expected.as_str());

    let odd = format!("https://portico.example/?state={state}&error=%3Cscript%3E");
    let sent = come_back(fixture, "rs256", None, &odd.parse().expect("a URL")).await;
    let url = sent["returnFromOAuth"]["url"].as_str().unwrap_or_default();
    assert!(
        url.contains("error=server_error") && !url.contains("script"),
        "{sent}"
    );
}

async fn a_state_of_another_provider_is_refused(backend: Backend) {
    let Some(world) = World::start(backend).await else {
        return;
    };
    let flow = begin(&world.fixture, "rs256").await;
    let back = world.provider.sign_in(&flow.url, &ada()).await;
    assert_eq!(
        come_back(&world.fixture, "es256", Some(&flow), &back).await,
        "FORBIDDEN: this sign-in was begun at another provider; begin again"
    );
    let spent = complete(&world.fixture, None, &flow, &back).await;
    assert!(spent.is_string(), "{spent}");
}

async fn the_provider_enforces_pkce(backend: Backend) {
    let Some(world) = World::start(backend).await else {
        return;
    };
    let flow = begin(&world.fixture, "rs256").await;
    // Somebody else's challenge: the code is not for our verifier.
    let (ours, theirs) = (
        flow.parameter("code_challenge"),
        begin(&world.fixture, "rs256").await,
    );
    let theirs = theirs.parameter("code_challenge");
    assert_ne!(ours, theirs);
    let back = world
        .provider
        .sign_in(&flow.url.replace(&ours, &theirs), &ada())
        .await;
    assert_eq!(
        complete(&world.fixture, None, &flow, &back).await,
        NOT_CONFIRMED
    );
    assert_eq!(world.fixture.activities().await, ["oauth_login: provider"]);
}

const NOT_CONFIRMED: &str = "UNAUTHENTICATED: rs256 did not confirm who you are; begin again";

async fn a_callback_of_another_issuer_is_refused(backend: Backend) {
    let Some(world) = World::start(backend).await else {
        return;
    };
    for issuer in [Some("https://mallory.example"), None] {
        let flow = begin(&world.fixture, "rs256").await;
        let back = world.provider.sign_in(&flow.url, &ada()).await;
        let mut forged = back.clone();
        let kept = parameters(&back)
            .into_iter()
            .filter(|(name, _)| name != "iss");
        let kept = kept.chain(issuer.map(|issuer| ("iss".to_owned(), issuer.to_owned())));
        forged.query_pairs_mut().clear().extend_pairs(kept);
        assert_eq!(
            complete(&world.fixture, None, &flow, &forged).await,
            NOT_CONFIRMED
        );
    }
}

fn github() -> Value {
    json!({ "github": { "kind": "github", "client_id": "a", "client_secret": "b" } })
}

async fn returned_to(fixture: &Fixture, wish: &str) -> String {
    let input = json!({ "provider": "github", "returnTo": wish });
    let begun = try_begin(fixture, None, input).await;
    if let Some(refusal) = begun.as_str() {
        return refusal.split(':').next().unwrap_or_default().to_owned();
    }
    let state = Flow::of(&begun).parameter("state");
    let back = format!("https://portico.example/?state={state}&code=c");
    let sent = come_back(fixture, "github", None, &back.parse().expect("a URL")).await;
    let url = sent["returnFromOAuth"]["url"].as_str().unwrap_or_default();
    url.replace(&state, "S")
}

async fn a_sign_in_ends_at_our_own_pages(backend: Backend) {
    let fixture = fixture(backend, crate::tests::config(), github()).await;
    for (wish, url) in [
        ("/", "https://portico.example/?state=S&code=c"),
        (
            "/a/b?c=d#e",
            "https://portico.example/a/b?c=d&state=S&code=c#e",
        ),
        (
            "/?code=theirs&c=d",
            "https://portico.example/?c=d&state=S&code=c",
        ),
        (
            "https://portico.example/a",
            "https://portico.example/a?state=S&code=c",
        ),
        (
            "https://app.example/a",
            "https://app.example/a?state=S&code=c",
        ),
    ] {
        assert_eq!(returned_to(&fixture, wish).await, url, "{wish}");
    }
    for wish in [
        "//mallory.example",
        "/\\mallory.example",
        "/\t/mallory.example",
        "\\\\mallory.example",
        "https://mallory.example/",
        "https://portico.example.mallory.example/",
        "https://portico.example@mallory.example/",
        "https://user@portico.example/",
        "http://portico.example/",
        "https://portico.example:8443/",
        "javascript:alert(1)",
        "data:text/html,x",
        "welcome",
        "",
    ] {
        let refused = returned_to(&fixture, wish).await;
        assert_eq!(refused, "BAD_USER_INPUT at /returnTo", "{wish}");
    }
}

async fn a_provider_that_is_away_or_floods_is_waited_for_only_so_long(backend: Backend) {
    let mut outside = Outside::start().await;
    let issuer = outside.url("");
    let settings =
        json!({ "kind": "oidc", "client_id": "a", "client_secret": "b", "issuer": issuer });
    let path = "/.well-known/openid-configuration";
    let begin = async |answer: Answer| {
        outside.answer(path, answer);
        let providers = json!({ "id": settings });
        let mut fixture = fixture(backend, crate::tests::config(), providers).await;
        let mut app = fixture.test.app.clone();
        app.outbound = Outbound::new(&OutboundConfig {
            allow: vec!["127.0.0.0/8".parse().expect("a network")],
            timeout_ms: 200,
            ..OutboundConfig::default()
        });
        fixture.schema = crate::schema(app, fixture.config.clone());
        try_begin(&fixture, None, json!({ "provider": "id" })).await
    };
    let started = std::time::Instant::now();
    let away = "REQUEST_RATE_LIMITED: id cannot be reached at the moment; try again later";
    assert_eq!(begin(Answer::never()).await, away);
    assert_eq!(begin(Answer::text(vec![b' '; 300 * 1024])).await, away);
    assert_eq!(begin(Answer::status(503)).await, away);
    let odd = "UNAUTHENTICATED: id did not confirm who you are; begin again";
    assert_eq!(begin(Answer::text("<html>")).await, odd);
    assert_eq!(
        begin(Answer::json(
            &json!({ "issuer": "https://mallory.example" })
        ))
        .await,
        odd
    );
    assert!(started.elapsed() < Duration::from_secs(60));
    outside.stop().await;
    let providers = json!({ "id": settings });
    let fixture = fixture(backend, crate::tests::config(), providers).await;
    assert_eq!(
        try_begin(&fixture, None, json!({ "provider": "id" })).await,
        away
    );
}

async fn providers_are_listed_for_everybody(backend: Backend) {
    let providers = json!({
        "github": { "kind": "github", "client_id": "a", "client_secret": "b" },
        "corporate": {
            "kind": "oidc", "client_id": "a", "client_secret": "b",
            "issuer": "https://id.example", "display_name": "Example Inc.",
        },
        "google": { "kind": "google", "client_id": "a", "client_secret": "b" },
    });
    let fixture = fixture(backend, crate::tests::config(), providers).await;
    let query = "{ oauthProviders { name displayName kind } }";
    assert_eq!(
        fixture.run(None, query, json!({})).await["oauthProviders"],
        json!([
            { "name": "corporate", "displayName": "Example Inc.", "kind": "OIDC" },
            { "name": "github", "displayName": "GitHub", "kind": "GITHUB" },
            { "name": "google", "displayName": "Google", "kind": "GOOGLE" },
        ])
    );
    let unknown = try_begin(&fixture, None, json!({ "provider": "facebook" })).await;
    assert_eq!(
        unknown,
        "NOT_FOUND at /provider: there is no such provider; `oauthProviders` lists those that \
         there are"
    );
}
