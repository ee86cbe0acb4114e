//! Signing in elsewhere: at a real OpenID provider, at servers that speak as GitHub does, and at
//! issuers that lie.

mod forged;
mod github;
mod handing_over;
mod issuer;
mod linking;
mod refusals;
mod signing_in;

use std::collections::HashMap;

use diesel::sql_types::Text;
use diesel_async::RunQueryDsl as _;
use kit::mail::Mail;
use kit::{Viewer, on};
use serde_json::{Value, json};
use testkit::{Backend, OpenIdProvider};
use url::Url;

use super::Fixture;
use crate::AuthConfig;

const PUBLIC_URL: &str = "https://portico.example";

const BEGIN: &str = "mutation ($input: OAuthAuthorizationInput!) {
    oauthAuthorization(input: $input) { authorizationUrl flowToken expiresAt }
}";
const COMPLETE: &str = "mutation ($input: CompleteOAuthInput!) {
    completeOAuth(input: $input) {
        __typename
        ... on LoginSuccess { accessToken refreshToken user { id } }
        ... on IdentityLinked { identity { id provider email } }
    }
}";
const COME_BACK: &str = "mutation ($input: ReturnFromOAuthInput!) {
    returnFromOAuth(input: $input) { url handOverToken }
}";

/// The subgraph with a provider beside it.
struct World {
    fixture: Fixture,
    provider: OpenIdProvider,
}

/// A sign-in on its way.
#[derive(Debug, Clone)]
struct Flow {
    url: String,
    token: String,
}

impl World {
    async fn start(backend: Backend) -> Option<Self> {
        Self::start_with(backend, crate::tests::config()).await
    }

    async fn start_with(backend: Backend, config: AuthConfig) -> Option<Self> {
        let provider = OpenIdProvider::start(PUBLIC_URL).await?;
        let named = |name: &str| {
            let settings = json!({
                "kind": "oidc",
                "client_id": format!("portico-{name}"),
                "client_secret": OpenIdProvider::SECRET,
                "issuer": provider.issuer(),
            });
            (name.to_owned(), settings)
        };
        let providers: Value = ["rs256", "ps256", "es256", "eddsa"]
            .map(named)
            .into_iter()
            .collect();
        let fixture = fixture(backend, config, providers).await;
        Some(Self { fixture, provider })
    }

    /// Signs in as a person, from the first click to the answer of `completeOAuth`.
    async fn sign_in(&self, person: &Value) -> Value {
        self.sign_in_at("rs256", person).await
    }

    async fn sign_in_at(&self, name: &str, person: &Value) -> Value {
        let flow = begin(&self.fixture, name).await;
        let back = self.provider.sign_in(&flow.url, person).await;
        complete(&self.fixture, None, &flow, &back).await
    }

    /// The user who signs in as a person.
    async fn user(&self, person: &Value) -> String {
        let answer = self.sign_in(person).await;
        user_of(&answer)
    }
}

/// The subgraph with these providers.
async fn fixture(backend: Backend, config: AuthConfig, providers: Value) -> Fixture {
    let oauth = json!({ "providers": providers, "return_origins": ["https://app.example"] });
    let config = AuthConfig {
        oauth: serde_json::from_value(oauth).expect("valid"),
        ..config
    };
    Fixture::start_with(backend, config).await
}

fn ada() -> Value {
    json!({ "sub": "1815", "email": "ada@example.com", "email_verified": true, "name": "Ada" })
}

async fn try_begin(fixture: &Fixture, viewer: Option<&Viewer>, input: Value) -> Value {
    fixture.run(viewer, BEGIN, json!({ "input": input })).await
}

async fn begin(fixture: &Fixture, provider: &str) -> Flow {
    let begun = try_begin(fixture, None, json!({ "provider": provider })).await;
    Flow::of(&begun)
}

/// Gives what is in the address that the browser came back to to `completeOAuth`.
async fn complete(fixture: &Fixture, viewer: Option<&Viewer>, flow: &Flow, back: &Url) -> Value {
    let mut found = parameters(back);
    let input = json!({
        "state": found.remove("state"),
        "code": found.remove("code"),
        "issuer": found.remove("iss"),
        "flowToken": flow.token,
    });
    fixture
        .run(viewer, COMPLETE, json!({ "input": input }))
        .await
}

/// What the callback's route makes of an address.
async fn come_back(fixture: &Fixture, provider: &str, flow: Option<&Flow>, back: &Url) -> Value {
    let mut found = parameters(back);
    let input = json!({
        "provider": provider,
        "state": found.remove("state"),
        "code": found.remove("code"),
        "issuer": found.remove("iss"),
        "error": found.remove("error"),
        "flowToken": flow.map(|flow| flow.token.clone()),
    });
    fixture
        .run(None, COME_BACK, json!({ "input": input }))
        .await
}

fn parameters(url: &Url) -> HashMap<String, String> {
    url.query_pairs().into_owned().collect()
}

fn user_of(answer: &Value) -> String {
    let id = answer["completeOAuth"]["user"]["id"].as_str();
    id.unwrap_or_else(|| panic!("nobody is signed in: {answer}"))
        .to_owned()
}

impl Flow {
    fn of(begun: &Value) -> Self {
        let text = |name: &str| {
            let text = begun["oauthAuthorization"][name].as_str();
            text.unwrap_or_else(|| panic!("not begun: {begun}"))
                .to_owned()
        };
        Self {
            url: text("authorizationUrl"),
            token: text("flowToken"),
        }
    }

    /// A parameter of the address at the provider.
    fn parameter(&self, name: &str) -> String {
        let mut found = parameters(&self.url.parse().expect("a URL"));
        found.remove(name).unwrap_or_default()
    }
}

#[derive(diesel::QueryableByName)]
struct Queued {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    sealed: String,
}

/// The letters that wait to be sent, oldest first.
async fn letters(fixture: &Fixture) -> Vec<Mail> {
    let app = &fixture.test.app;
    let mut conn = app.db.read().await.expect("connects");
    let query = diesel::sql_query("SELECT id, sealed FROM mails ORDER BY id");
    let rows: Vec<Queued> = on!(&mut conn, |c| query.load(c).await).expect("readable");
    let open = |row: &Queued| {
        let letter = app.key.open(&format!("mails/{}", row.id), &row.sealed);
        serde_json::from_slice(&letter.expect("sealed by us")).expect("a letter")
    };
    rows.iter().map(open).collect()
}
