//! What the page does, step by step: each is an operation that any client could send, and goes
//! through the engine, so that it does not matter which process answers it.

use std::net::SocketAddr;

use axum::Extension;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, HeaderValue, header};
use router::{Context, Request};
use serde_json::{Map, Value, json};

use super::super::Pages;

const OFFER: &str = "query Invitation($token: String!) {
    invitation(token: $token) { tenantName tenantSlug roles email } }";
const LOGIN: &str = "mutation Login($input: LoginInput!) { login(input: $input) {
    __typename ... on LoginSuccess { accessToken } ... on TwoFactorChallenge { challengeToken } } }";
const COMPLETE: &str = "mutation CompleteTwoFactor($input: CompleteTwoFactorInput!) {
    completeTwoFactor(input: $input) { accessToken } }";
const ACCEPT: &str = "mutation AcceptInvitation($input: AcceptInvitationInput!) {
    acceptInvitation(input: $input) { __typename } }";
const LOGOUT: &str = "mutation Logout { logout { __typename } }";

/// Where it may end before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The link is unknown, used, or too old.
    BadLink,
    /// Address and password do not belong together.
    WrongPassword,
    /// The account has a second factor, and no code was given.
    NoCode,
    /// The code is wrong.
    WrongCode,
    /// The account's own address waits to be confirmed.
    Unverified,
    /// The account belongs to the tenant already.
    MemberAlready,
    /// The tenant has no room.
    Full,
    /// Too many attempts.
    TooMany,
    /// Something of ours.
    Failed,
}

/// What an invitation offers.
pub(super) struct Offer {
    pub(super) name: String,
    pub(super) slug: String,
    pub(super) roles: Vec<String>,
    pub(super) email: String,
}

/// Who accepts.
pub(super) struct Credentials<'a> {
    pub(super) email: &'a str,
    pub(super) password: &'a str,
    /// Of the second factor; empty if there is none.
    pub(super) code: &'a str,
}

/// A browser, of which nothing counts but where it is.
pub(super) struct Caller<'a> {
    pages: &'a Pages,
    peer: Option<SocketAddr>,
    headers: HeaderMap,
}

impl<'a> Caller<'a> {
    /// Whoever is signed in where the link was followed has nothing to do with it.
    pub(super) fn new(
        pages: &'a Pages,
        peer: Option<Extension<ConnectInfo<SocketAddr>>>,
        mut headers: HeaderMap,
    ) -> Self {
        headers.remove(header::AUTHORIZATION);
        headers.remove(header::COOKIE);
        headers.remove("x-api-key");
        Self {
            pages,
            peer: peer.map(|Extension(ConnectInfo(peer))| peer),
            headers,
        }
    }

    /// What an invitation offers.
    pub(super) async fn offer(&self, token: &str) -> Result<Offer, Step> {
        let answer = self.execute(OFFER, "token", token.into(), None).await?;
        if code(&answer).is_some() {
            return Err(Step::Failed);
        }
        let offer = &answer["data"]["invitation"];
        if offer.is_null() {
            return Err(Step::BadLink);
        }
        let text = |name: &str| offer[name].as_str().unwrap_or_default().to_owned();
        let roles = offer["roles"].as_array().into_iter().flatten();
        Ok(Offer {
            name: text("tenantName"),
            slug: text("tenantSlug"),
            roles: roles
                .filter_map(|it| it.as_str().map(str::to_owned))
                .collect(),
            email: text("email"),
        })
    }

    /// Signs in, accepts, and signs out whatever came of it.
    pub(super) async fn join(&self, token: &str, who: &Credentials<'_>) -> Result<(), Step> {
        let access_token = self.sign_in(who).await?;
        let input = json!({ "token": token });
        let accepted = self.execute(ACCEPT, "input", input, Some(&access_token));
        let accepted = accepted.await;
        let ended = self.execute(LOGOUT, "input", Value::Null, Some(&access_token));
        if ended.await.is_ok_and(|ended| code(&ended).is_some()) {
            tracing::warn!("a session of the page of invitations was not ended");
        }
        match code(&accepted?) {
            None => Ok(()),
            Some("BAD_USER_INPUT") => Err(Step::BadLink),
            Some("CONFLICT") => Err(Step::MemberAlready),
            Some("QUOTA_EXCEEDED") => Err(Step::Full),
            Some(_) => Err(Step::Failed),
        }
    }

    async fn sign_in(&self, who: &Credentials<'_>) -> Result<String, Step> {
        let input = json!({ "email": who.email, "password": who.password });
        let answer = self.execute(LOGIN, "input", input, None).await?;
        refuse(&answer, Step::WrongPassword)?;
        let login = &answer["data"]["login"];
        match login["__typename"].as_str() {
            Some("LoginSuccess") => text(&login["accessToken"]),
            Some("TwoFactorChallenge") if who.code.is_empty() => Err(Step::NoCode),
            Some("TwoFactorChallenge") => self.complete(&login["challengeToken"], who.code).await,
            Some("EmailUnverified") => Err(Step::Unverified),
            _ => Err(Step::Failed),
        }
    }

    async fn complete(&self, challenge: &Value, code: &str) -> Result<String, Step> {
        let is_of_app = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
        let name = match is_of_app {
            true => "code",
            false => "recoveryCode",
        };
        let input = json!({ "challengeToken": challenge, name: code });
        let answer = self.execute(COMPLETE, "input", input, None).await?;
        refuse(&answer, Step::WrongCode)?;
        text(&answer["data"]["completeTwoFactor"]["accessToken"])
    }

    /// Executes an operation with one variable, as whom the token stands for.
    async fn execute(
        &self,
        query: &str,
        variable: &str,
        value: Value,
        access_token: Option<&str>,
    ) -> Result<Value, Step> {
        let mut headers = self.headers.clone();
        if let Some(token) = access_token {
            let bearer = HeaderValue::try_from(format!("Bearer {token}"));
            headers.insert(header::AUTHORIZATION, bearer.map_err(|_| Step::Failed)?);
        }
        let identified = self.pages.identity.authenticate(&headers, self.peer).await;
        let context = Context {
            extensions: identified.map_err(|_| Step::Failed)?,
            deadline: None,
        };
        let variables = match value {
            Value::Null => Map::new(),
            value => Map::from_iter([(variable.to_owned(), value)]),
        };
        let request = Request {
            query: query.to_owned(),
            variables,
            ..Request::default()
        };
        let answer = self.pages.engine.execute(request, context).await;
        serde_json::from_slice(answer.body()).map_err(|_| Step::Failed)
    }
}

/// What an answer is refused with, if it is.
fn code(answer: &Value) -> Option<&str> {
    let error = answer["errors"].get(0)?;
    Some(error["extensions"]["code"].as_str().unwrap_or_default())
}

/// Refuses what was refused: as wrong if it was that.
fn refuse(answer: &Value, wrong: Step) -> Result<(), Step> {
    match code(answer) {
        None => Ok(()),
        Some("UNAUTHENTICATED" | "BAD_USER_INPUT") => Err(wrong),
        Some("REQUEST_RATE_LIMITED") => Err(Step::TooMany),
        Some(_) => Err(Step::Failed),
    }
}

fn text(value: &Value) -> Result<String, Step> {
    value.as_str().map(str::to_owned).ok_or(Step::Failed)
}
