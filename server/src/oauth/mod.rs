//! The plain routes of signing in at other providers, for browsers: to the provider and back.
//!
//! They are made of the API's operations, executed by the engine as those of any client, since
//! accounts may be another process's.

mod cookie;
mod page;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Extension;
use axum::Router;
use axum::extract::{ConnectInfo, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use kit::links::Links;
use router::{Authenticate as _, Context, Engine, Request};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::identity::Identity;
use cookie::Jar;
use page::Refusal;

const BEGIN: &str = "mutation ($input: OAuthAuthorizationInput!) {
    oauthAuthorization(input: $input) { authorizationUrl flowToken }
}";
const COME_BACK: &str = "mutation ($input: ReturnFromOAuthInput!) {
    returnFromOAuth(input: $input) { url handOverToken }
}";

/// What the routes work with.
#[derive(Clone)]
pub(crate) struct Gate {
    engine: Arc<Engine>,
    identity: Arc<Identity>,
    links: Links,
}

/// Where a browser wants to end.
#[derive(Deserialize)]
struct Wish {
    #[serde(rename = "returnTo")]
    return_to: Option<String>,
}

/// What a provider may send a browser back with; each of them once.
#[derive(Deserialize)]
struct Answer {
    state: Option<String>,
    code: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

type Peer = Option<Extension<ConnectInfo<SocketAddr>>>;

/// `/auth/oauth/{provider}` and `/auth/oauth/{provider}/callback`.
pub(crate) fn routes(engine: Arc<Engine>, identity: Arc<Identity>, links: Links) -> Router {
    let gate = Gate {
        engine,
        identity,
        links,
    };
    Router::new()
        .route("/auth/oauth/{provider}", get(begin))
        .route("/auth/oauth/{provider}/callback", get(come_back))
        .with_state(gate)
}

/// Sends a browser to the provider, and keeps the flow token in it.
async fn begin(
    State(gate): State<Gate>,
    Path(provider): Path<String>,
    Query(wish): Query<Wish>,
    peer: Peer,
    headers: HeaderMap,
) -> Response {
    let input = json!({
        "provider": provider,
        "purpose": "SIGN_IN",
        "returnTo": wish.return_to,
        "handOver": true,
    });
    match gate
        .execute(BEGIN, "oauthAuthorization", input, peer, &headers)
        .await
    {
        Ok(begun) => {
            let jar = Jar::new(&gate.links);
            let kept = jar.flow(&provider, text(&begun, "flowToken"));
            go(text(&begun, "authorizationUrl"), [kept])
        }
        Err(refusal) => refusal.into_response(),
    }
}

/// Takes in a browser that comes back, and sends it on to where it wanted to end.
async fn come_back(
    State(gate): State<Gate>,
    Path(provider): Path<String>,
    Query(answer): Query<Answer>,
    peer: Peer,
    headers: HeaderMap,
) -> Response {
    let jar = Jar::new(&gate.links);
    let input = json!({
        "provider": provider,
        "state": answer.state.unwrap_or_default(),
        "code": answer.code,
        "issuer": answer.iss,
        "error": answer.error,
        "flowToken": jar.find_flow(&provider, &headers),
    });
    match gate
        .execute(COME_BACK, "returnFromOAuth", input, peer, &headers)
        .await
    {
        Ok(back) => {
            let spent = jar.forget_flow(&provider);
            go(
                text(&back, "url"),
                [spent].into_iter().chain(hand_over(&jar, &back)),
            )
        }
        Err(refusal) => refusal.into_response(),
    }
}

/// How a session gets from the callback to the page: the page has a code in its address, and this
/// cookie is the other half of it.
fn hand_over(jar: &Jar, back: &Value) -> Option<String> {
    let token = back["handOverToken"].as_str()?;
    Some(jar.hand_over(token))
}

impl Gate {
    /// Executes one of the operations above, and returns what its only field answers.
    async fn execute(
        &self,
        query: &str,
        field: &str,
        input: Value,
        peer: Peer,
        headers: &HeaderMap,
    ) -> Result<Value, Refusal> {
        // A navigation carries no credential; one that does is no navigation.
        let mut headers = headers.clone();
        headers.remove(header::AUTHORIZATION);
        let peer = peer.map(|Extension(ConnectInfo(peer))| peer);
        let identified = self.identity.authenticate(&headers, peer).await;
        let extensions = identified.map_err(|_| Refusal::internal())?;
        let request = Request {
            query: query.to_owned(),
            variables: Map::from_iter([("input".to_owned(), input)]),
            ..Request::default()
        };
        let context = Context {
            extensions,
            deadline: None,
        };
        let response = self.engine.execute(request, context).await;
        let body = serde_json::from_slice::<Value>(response.body());
        let mut body = body.map_err(|_| Refusal::internal())?;
        match body["data"][field].take() {
            Value::Null => Err(Refusal::of(&body["errors"][0])),
            answer => Ok(answer),
        }
    }
}

fn text<'a>(answer: &'a Value, name: &str) -> &'a str {
    answer[name].as_str().unwrap_or_default()
}

/// A redirect that nobody stores.
fn go(url: &str, cookies: impl IntoIterator<Item = String>) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let cookies = cookies.into_iter().map(|cookie| cookie.parse());
    for cookie in cookies.filter_map(Result::ok) {
        headers.append(header::SET_COOKIE, cookie);
    }
    match HeaderValue::from_str(url) {
        Ok(location) => {
            headers.insert(header::LOCATION, location);
            (StatusCode::FOUND, headers).into_response()
        }
        Err(_) => Refusal::internal().into_response(),
    }
}
