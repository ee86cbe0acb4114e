//! GitHub: OAuth 2 with an API of its own, and GitHub Enterprise Server.

use http::HeaderMap;
use kit::App;
use serde::Deserialize;
use url::Url;

use super::fetch::{self, FetchError};
use super::provider::{Grant, Profile, ProviderError, below};

const PAGES: &str = "https://github.com";
const API: &str = "https://api.github.com";
const ACCEPT: &str = "application/vnd.github+json";
/// E-mail addresses that are looked at.
const ADDRESSES_MAX: usize = 100;

/// Where GitHub is.
pub(super) struct GitHub {
    pages: Url,
    api: Url,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

#[derive(Deserialize)]
struct User {
    id: u64,
    login: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Address {
    email: String,
    primary: bool,
    verified: bool,
}

impl GitHub {
    pub(super) fn new(pages: Option<Url>, api: Option<Url>) -> Self {
        let fixed = |text: &str| {
            text.parse::<Url>()
                .expect("GitHub's own addresses are URLs")
        };
        Self {
            pages: pages.unwrap_or_else(|| fixed(PAGES)),
            api: api.unwrap_or_else(|| fixed(API)),
        }
    }

    /// What stands for the issuer of its users.
    pub(super) fn issuer(&self) -> String {
        self.pages.as_str().trim_end_matches('/').to_owned()
    }

    pub(super) fn authorization_endpoint(&self) -> Url {
        below(&self.pages, "login/oauth/authorize")
    }

    /// Exchanges the code and asks who came.
    pub(super) async fn profile(
        &self,
        app: &App,
        grant: &Grant<'_>,
    ) -> Result<Profile, ProviderError> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", grant.client_id),
            ("client_secret", grant.client_secret),
            ("code", grant.code),
            ("redirect_uri", grant.redirect_uri),
            ("code_verifier", grant.verifier),
        ];
        let url = below(&self.pages, "login/oauth/access_token");
        let headers = fetch::headers("application/json", None)?;
        let token: Token = fetch::post(&app.outbound, url, headers, &fields).await?;
        let headers = || self.headers(&token.access_token);
        let user = below(&self.api, "user");
        let user: User = fetch::get(&app.outbound, user, headers()?).await?;
        let mut emails = below(&self.api, "user/emails");
        let page = ADDRESSES_MAX.to_string();
        emails.query_pairs_mut().append_pair("per_page", &page);
        let emails: Vec<Address> = fetch::get(&app.outbound, emails, headers()?).await?;
        let primary = emails
            .into_iter()
            .take(ADDRESSES_MAX)
            .find(|one| one.primary);
        Ok(Profile {
            issuer: self.issuer(),
            subject: user.id.to_string(),
            is_verified: primary.as_ref().is_some_and(|address| address.verified),
            email: primary.map(|address| address.email),
            name: user
                .name
                .filter(|name| !name.is_empty())
                .or(Some(user.login)),
            locale: None,
        })
    }

    fn headers(&self, token: &str) -> Result<HeaderMap, FetchError> {
        let mut headers = fetch::headers(ACCEPT, Some(token))?;
        let version = http::HeaderValue::from_static("2022-11-28");
        headers.insert("x-github-api-version", version);
        Ok(headers)
    }
}
