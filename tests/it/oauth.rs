//! Signing in at another provider by nothing but addresses and cookies, through the real binary.

use serde_json::{Value, json};
use testkit::{Backend, Client, Fleet, OpenIdProvider, Page, Portico, Visitor, on_both};
use url::Url;

const PUBLIC_URL: &str = "https://portico.example";
const FLOW: &str = "__Host-portico_oauth_rs256";
const REDEEM: &str = "mutation ($code: String!, $token: String!) {
    redeemSignIn(input: { code: $code, handOverToken: $token }) {
        ... on LoginSuccess { accessToken user { id name } }
    }
}";

on_both![
    a_browser_goes_to_the_provider_and_comes_back_signed_in,
    a_browser_is_told_why_it_is_not_signed_in,
];

fn settings(provider: &OpenIdProvider) -> String {
    let settings = json!({ "rs256": {
        "kind": "oidc",
        "client_id": "portico-rs256",
        "client_secret": OpenIdProvider::SECRET,
        "issuer": provider.issuer(),
    } });
    settings.to_string()
}

async fn start(backend: Backend) -> Option<(OpenIdProvider, Portico)> {
    let provider = OpenIdProvider::start(PUBLIC_URL).await?;
    let providers = settings(&provider);
    let settings = [
        ("PORTICO_PUBLIC_URL", PUBLIC_URL),
        ("PORTICO_AUTH_OAUTH_PROVIDERS", &providers),
    ];
    let portico = Portico::start_with(backend, &settings).await;
    Some((provider, portico))
}

fn ada() -> Value {
    json!({ "sub": "1815", "email": "ada@example.com", "email_verified": true, "name": "Ada" })
}

/// Opens a page of the platform, which listens elsewhere than its public address says.
async fn open(browser: &mut Visitor, client: &Client, page: &str) -> Page {
    let path = page.strip_prefix(PUBLIC_URL).unwrap_or(page);
    let url = format!("{}{path}", client.origin());
    browser.open(&url.parse().expect("a URL")).await
}

fn sent_to(page: &Page) -> &Url {
    let to = page.location.as_ref();
    to.unwrap_or_else(|| panic!("the browser is sent nowhere: {page:?}"))
}

async fn walk(provider: &OpenIdProvider, client: &Client) {
    let mut browser = Visitor::new(Vec::new());
    let page = open(&mut browser, client, "/auth/oauth/rs256?returnTo=/welcome").await;
    assert_eq!(page.status, 302, "{page:?}");
    let attributes = "; Path=/; Max-Age=600; SameSite=Lax; Secure; HttpOnly";
    assert!(page.cookies[0].ends_with(attributes), "{page:?}");

    let back = provider.sign_in(sent_to(&page).as_str(), &ada()).await;
    let page = open(&mut browser, client, back.as_str()).await;
    assert_eq!(page.status, 302, "{page:?}");
    let end = sent_to(&page);
    assert!(
        end.as_str()
            .starts_with("https://portico.example/welcome?code="),
        "{end}"
    );
    assert_eq!(browser.cookie(FLOW), Some(""));

    let code = end.query_pairs().next().expect("a code").1.into_owned();
    let token = browser.cookie("portico_sign_in").expect("the other half");
    let redeemed = client
        .data(REDEEM, json!({ "code": code, "token": token }))
        .await;
    let signed_in = &redeemed["redeemSignIn"];
    assert_eq!(signed_in["user"]["name"], "Ada", "{redeemed}");
    let token = signed_in["accessToken"].as_str().expect("a token");
    let own = client.with_token(token);
    let query = "{ viewer { id name identities { provider email } } }";
    let viewer = own.data(query, json!({})).await;
    assert_eq!(
        viewer["viewer"]["identities"],
        json!([{ "provider": "rs256", "email": "ada@example.com" }])
    );
}

async fn a_browser_goes_to_the_provider_and_comes_back_signed_in(backend: Backend) {
    let Some((provider, portico)) = start(backend).await else {
        return;
    };
    walk(&provider, portico.client()).await;
    let log = portico.log();
    assert!(!log.contains("hush"), "{log}");
}

async fn a_browser_is_told_why_it_is_not_signed_in(backend: Backend) {
    let Some((provider, portico)) = start(backend).await else {
        return;
    };
    let client = portico.client();
    let mut browser = Visitor::new(Vec::new());
    let page = open(&mut browser, client, "/auth/oauth/unknown").await;
    assert_eq!(page.status, 404, "{page:?}");
    let elsewhere = "/auth/oauth/rs256?returnTo=https://mallory.example";
    let page = open(&mut browser, client, elsewhere).await;
    assert_eq!((page.status, page.location), (400, None));

    // Another browser, such as one that somebody was lured to the callback with.
    let page = open(&mut browser, client, "/auth/oauth/rs256").await;
    let back = provider.sign_in(sent_to(&page).as_str(), &ada()).await;
    let mut other = Visitor::new(Vec::new());
    let page = open(&mut other, client, back.as_str()).await;
    assert_eq!(page.status, 403, "{page:?}");
    assert!(
        page.text.contains("was begun in another browser"),
        "{page:?}"
    );
    assert!(page.cookies.is_empty(), "{page:?}");
    let page = open(&mut browser, client, back.as_str()).await;
    assert_eq!(page.status, 401, "{page:?}");

    let denial = json!({ "denies": true });
    let page = open(&mut browser, client, "/auth/oauth/rs256?returnTo=/a").await;
    let back = provider.sign_in(sent_to(&page).as_str(), &denial).await;
    let page = open(&mut browser, client, back.as_str()).await;
    assert_eq!(
        sent_to(&page).as_str(),
        "https://portico.example/a?error=access_denied"
    );
}

#[test]
fn the_routes_of_a_router_alone_reach_the_accounts() {
    testkit::run(async {
        let Some(provider) = OpenIdProvider::start(PUBLIC_URL).await else {
            return;
        };
        let providers = settings(&provider);
        let settings = [
            ("PORTICO_PUBLIC_URL", PUBLIC_URL),
            ("PORTICO_AUTH_OAUTH_PROVIDERS", &providers),
            ("PORTICO_OUTBOUND_ALLOW", "127.0.0.0/8"),
        ];
        let roles = [
            "auth,user,tenant,registry,form,menu,notification,platform",
            "router",
        ];
        let fleet = Fleet::start(&roles, 1, &settings).await;
        walk(&provider, &fleet.client()).await;
    });
}
