//! Pages behind the links of letters, for platforms without a front end of their own. They need no
//! script, and do what any client could do: they send an operation through the engine.
//!
//! Following a link changes nothing, because programs that look through mail follow links as well;
//! the button of the page does.

mod deed;
mod html;
mod invitation;
mod words;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, DefaultBodyLimit, Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Extension, Router};
use kit::links::Links;
use kit::mail::Language;
use router::{Authenticate, Engine};
use serde::Deserialize;

use self::deed::{Deed, Outcome};
pub use self::html::message;

/// Bytes of a form.
const FORM_MAX: usize = 16 * 1024;

#[derive(Clone)]
struct Pages {
    engine: Arc<Engine>,
    identity: Arc<dyn Authenticate>,
    links: Links,
}

/// What is in a link.
#[derive(Deserialize)]
struct Followed {
    #[serde(default)]
    token: String,
    #[serde(default)]
    lang: String,
}

/// What a form sends.
#[derive(Deserialize)]
struct Sent {
    #[serde(default)]
    token: String,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    password: String,
}

/// `/auth/…`, beside the router.
pub fn routes(engine: Arc<Engine>, identity: Arc<dyn Authenticate>, links: Links) -> Router {
    Router::new()
        .route("/auth/style.css", get(html::style))
        .route(
            "/auth/invitation",
            get(invitation::show).post(invitation::accept),
        )
        .route("/auth/{deed}", get(show).post(act))
        .layer(DefaultBodyLimit::max(FORM_MAX))
        .with_state(Pages {
            engine,
            identity,
            links,
        })
}

async fn show(
    Path(deed): Path<String>,
    Query(followed): Query<Followed>,
    headers: HeaderMap,
) -> Response {
    let language = language(&followed.lang, &headers);
    match Deed::named(&deed) {
        Some(deed) => html::form(language, deed, &followed.token, None),
        None => html::nothing_here(language),
    }
}

async fn act(
    State(pages): State<Pages>,
    Path(deed): Path<String>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> Response {
    let language = language(&sent.lang, &headers);
    let Some(deed) = Deed::named(&deed) else {
        return html::nothing_here(language);
    };
    if !is_ours(&headers, &pages.links) {
        return StatusCode::FORBIDDEN.into_response();
    }
    // Whoever is signed in where the link was followed has nothing to do with it.
    let mut client = headers;
    client.remove(header::AUTHORIZATION);
    client.remove(header::COOKIE);
    let peer = peer.map(|Extension(ConnectInfo(peer))| peer);
    let outcome = match pages.identity.authenticate(&client, peer).await {
        Ok(extensions) => {
            let doing = deed.run(&pages.engine, extensions, &sent.token, &sent.password);
            doing.await
        }
        Err(_) => Outcome::Failed,
    };
    match outcome {
        Outcome::Done => html::done(language, deed),
        Outcome::BadPassword(said) => html::form(language, deed, &sent.token, Some(&said)),
        refused => html::refused(language, refused),
    }
}

/// Whether a form comes from a page of ours. Pages that send no referrer have the origin `null`;
/// newer browsers then say in another way where a form is from (Fetch Metadata).
fn is_ours(headers: &HeaderMap, links: &Links) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    let Some(origin) = text("origin") else {
        return true;
    };
    let here = text("host").map(|host| format!("http://{host}"));
    origin == "null" || origin == links.origin() || Some(origin) == here.as_deref()
}

/// The language of the letter, or else the one that the browser would like most.
fn language(of_letter: &str, headers: &HeaderMap) -> Language {
    if !of_letter.is_empty() {
        return Language::of(of_letter);
    }
    let accepted = headers.get(header::ACCEPT_LANGUAGE);
    let accepted = accepted.and_then(|value| value.to_str().ok());
    let first = accepted.and_then(|list| list.split([',', ';']).next());
    Language::of(first.unwrap_or_default().trim())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(list: &[(&'static str, &'static str)]) -> HeaderMap {
        let entries = list.iter().map(|&(name, value)| {
            let name = name.parse().expect("a name");
            (name, HeaderValue::from_static(value))
        });
        entries.collect()
    }

    #[test]
    fn a_form_of_another_site_is_told_from_ours() {
        let links = Links::new("https://portico.example/base".parse().expect("a URL"));
        let is_ours = |list: &[(&'static str, &'static str)]| is_ours(&headers(list), &links);
        for ours in [
            &[][..],
            &[("sec-fetch-site", "same-origin"), ("origin", "null")],
            &[("origin", "null")],
            &[("origin", "https://portico.example")],
            &[
                ("origin", "http://127.0.0.1:4000"),
                ("host", "127.0.0.1:4000"),
            ],
        ] {
            assert!(is_ours(ours), "{ours:?}");
        }
        for theirs in [
            &[("sec-fetch-site", "cross-site")][..],
            &[
                ("sec-fetch-site", "same-site"),
                ("origin", "https://portico.example"),
            ],
            &[("sec-fetch-site", "none")],
            &[("origin", "https://evil.example")],
            &[("origin", "https://portico.example.evil.example")],
        ] {
            assert!(!is_ours(theirs), "{theirs:?}");
        }
    }

    #[test]
    fn the_letter_chooses_the_language_before_the_browser() {
        let indonesian = headers(&[("accept-language", "id-ID,id;q=0.9,en;q=0.8")]);
        assert_eq!(language("", &indonesian), Language::Indonesian);
        assert_eq!(language("en", &indonesian), Language::English);
        assert_eq!(language("", &HeaderMap::new()), Language::English);
    }
}
