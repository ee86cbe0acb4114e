//! A browser that keeps its refresh token in a cookie.

use serde_json::{Value, json};
use testkit::{Backend, Client, PASSWORD, Portico, on_both};

on_both![a_browser_keeps_its_refresh_token_in_a_cookie];

const LOGIN: &str = "mutation ($email: EmailAddress!, $password: String!) {
    login(input: { email: $email, password: $password }) {
        ... on LoginSuccess { accessToken refreshToken }
    }
}";
const REFRESH: &str = "mutation { refreshSession(input: {}) { accessToken refreshToken } }";
const LOGOUT: &str = "mutation { logout { session { endedAt } } }";

async fn a_browser_keeps_its_refresh_token_in_a_cookie(backend: Backend) {
    let portico = Portico::start(backend).await;
    stay_signed_in_by_cookie(portico.client()).await;
}

/// Signs in, refreshes and signs out as a page does.
pub(crate) async fn stay_signed_in_by_cookie(client: &Client) {
    client.register("browser@example.com").await;
    let asked = [("x-portico-session", "cookie")];
    let variables = json!({ "email": "browser@example.com", "password": PASSWORD });

    let (answer, cookies) = client.post_with(&asked, LOGIN, variables).await;
    let login = &answer["data"]["login"];
    assert_eq!(login["refreshToken"], Value::Null, "{answer}");
    let first = kept(&cookies);

    // Without the header, which no foreign page can send, the cookie is nothing.
    let (answer, _) = client
        .post_with(&[("cookie", &first)], REFRESH, json!({}))
        .await;
    assert_eq!(code(&answer), "UNAUTHENTICATED");
    let evil = [
        asked[0],
        ("cookie", &first),
        ("origin", "https://evil.example"),
    ];
    let (answer, _) = client.post_with(&evil, REFRESH, json!({})).await;
    assert_eq!(code(&answer), "UNAUTHENTICATED");

    let own = [asked[0], ("cookie", &first), ("origin", client.origin())];
    let (answer, cookies) = client.post_with(&own, REFRESH, json!({})).await;
    let refreshed = &answer["data"]["refreshSession"];
    assert_eq!(refreshed["refreshToken"], Value::Null, "{answer}");
    let second = kept(&cookies);
    assert_ne!(first, second);
    // A second tab that was a moment late stays signed in.
    let (_, cookies) = client.post_with(&own, REFRESH, json!({})).await;
    assert_eq!(kept(&cookies), second);

    let page = client.with_token(refreshed["accessToken"].as_str().expect("a token"));
    let (_, cookies) = page.post_with(&asked, LOGOUT, json!({})).await;
    assert!(cookies[0].contains("Max-Age=0"), "{cookies:?}");
    let late = [asked[0], ("cookie", &second)];
    let (answer, _) = client.post_with(&late, REFRESH, json!({})).await;
    assert_eq!(code(&answer), "UNAUTHENTICATED");
}

/// The pair of name and value that a browser keeps and sends.
fn kept(cookies: &[String]) -> String {
    let [cookie] = cookies else {
        panic!("one cookie: {cookies:?}");
    };
    for attribute in ["HttpOnly", "Secure", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    let pair = cookie.split(';').next().expect("a pair");
    assert!(pair.starts_with("__Host-portico_refresh=prt_"), "{pair}");
    pair.to_owned()
}

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"]
        .as_str()
        .unwrap_or_else(|| panic!("no error: {answer}"))
}
