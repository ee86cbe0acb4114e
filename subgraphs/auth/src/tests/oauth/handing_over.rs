use futures::future::join_all;
use serde_json::{Value, json};
use testkit::{Backend, on_both};
use url::Url;

use super::{Flow, World, ada, come_back, parameters, try_begin};
use crate::tests::Tokens;

on_both![
    a_callback_hands_a_sign_in_over_to_a_page,
    of_many_that_redeem_a_code_one_succeeds,
    a_code_is_good_in_its_own_browser_for_a_minute,
    only_the_browser_that_went_may_come_back,
    a_denial_ends_at_the_page,
];

const REDEEM: &str = "mutation ($code: String!, $token: String!) {
    redeemSignIn(input: { code: $code, handOverToken: $token }) {
        ... on LoginSuccess { accessToken refreshToken user { id } }
    }
}";

/// Begins as the plain route does.
async fn begin(world: &World) -> Flow {
    let input = json!({ "provider": "rs256", "returnTo": "/welcome", "handOver": true });
    Flow::of(&try_begin(&world.fixture, None, input).await)
}

/// The code in the address of the page, and the other half of it.
async fn handed_over(world: &World) -> (String, String) {
    let flow = begin(world).await;
    let back = world.provider.sign_in(&flow.url, &ada()).await;
    let sent = come_back(&world.fixture, "rs256", Some(&flow), &back).await;
    let sent = &sent["returnFromOAuth"];
    let url: Url = sent["url"]
        .as_str()
        .expect("sent back")
        .parse()
        .expect("a URL");
    assert!(
        url.as_str()
            .starts_with("https://portico.example/welcome?code="),
        "{url}"
    );
    let mut found = parameters(&url);
    assert_eq!(found.len(), 1, "{url}");
    let token = sent["handOverToken"].as_str().expect("a token");
    (found.remove("code").unwrap_or_default(), token.to_owned())
}

async fn redeem(world: &World, code: &str, token: &str) -> Value {
    let variables = json!({ "code": code, "token": token });
    world.fixture.run(None, REDEEM, variables).await
}

async fn a_callback_hands_a_sign_in_over_to_a_page(backend: Backend) {
    let Some(world) = World::start(backend).await else {
        return;
    };
    let (code, token) = handed_over(&world).await;
    let answer = redeem(&world, &code, &token).await;
    let tokens = Tokens::of(&answer["redeemSignIn"]);
    let viewer = world.fixture.viewer(&tokens.access).await;
    assert_eq!(viewer.user.to_string(), world.user(&ada()).await);
}

async fn of_many_that_redeem_a_code_one_succeeds(backend: Backend) {
    let Some(world) = World::start(backend).await else {
        return;
    };
    let (code, token) = handed_over(&world).await;
    let answers = join_all((0..50).map(|_| redeem(&world, &code, &token))).await;
    let refused = answers.iter().filter_map(|answer| answer.as_str());
    assert_eq!(refused.clone().count(), 49);
    for refusal in refused {
        assert!(refusal.starts_with("UNAUTHENTICATED at /code"), "{refusal}");
    }
}

async fn a_code_is_good_in_its_own_browser_for_a_minute(backend: Backend) {
    let Some(world) = World::start(backend).await else {
        return;
    };
    let (code, token) = handed_over(&world).await;
    let (other, _) = handed_over(&world).await;
    let refused = redeem(&world, &other, &token).await;
    assert!(
        refused
            .as_str()
            .unwrap_or_default()
            .starts_with("FORBIDDEN"),
        "{refused}"
    );
    world.fixture.advance(61);
    let late = redeem(&world, &code, &token).await;
    assert!(
        late.as_str()
            .unwrap_or_default()
            .starts_with("UNAUTHENTICATED at /code"),
        "{late}"
    );
}

async fn only_the_browser_that_went_may_come_back(backend: Backend) {
    let Some(world) = World::start(backend).await else {
        return;
    };
    for other in [None, Some(begin(&world).await)] {
        let flow = begin(&world).await;
        let back = world.provider.sign_in(&flow.url, &ada()).await;
        let refused = come_back(&world.fixture, "rs256", other.as_ref(), &back).await;
        assert!(
            refused
                .as_str()
                .unwrap_or_default()
                .starts_with("FORBIDDEN"),
            "{refused}"
        );
    }
    let linking = json!({ "provider": "rs256", "purpose": "LINK", "handOver": true });
    let refused = try_begin(&world.fixture, None, linking).await;
    assert!(
        refused
            .as_str()
            .unwrap_or_default()
            .starts_with("BAD_USER_INPUT at /handOver"),
        "{refused}"
    );
}

async fn a_denial_ends_at_the_page(backend: Backend) {
    let Some(world) = World::start(backend).await else {
        return;
    };
    let flow = begin(&world).await;
    let back = world
        .provider
        .sign_in(&flow.url, &json!({ "denies": true }))
        .await;
    let sent = come_back(&world.fixture, "rs256", Some(&flow), &back).await;
    assert_eq!(
        sent["returnFromOAuth"],
        json!({ "url": "https://portico.example/welcome?error=access_denied", "handOverToken": null })
    );
}
