//! The page of an invitation. It shows what is offered; its form signs in, accepts and signs out
//! again, so that nothing of the session stays in a browser that may be anybody's.

mod steps;
mod words;

use std::net::SocketAddr;

use axum::Extension;
use axum::extract::{ConnectInfo, Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use kit::mail::{Language, escaped};
use serde::Deserialize;

use self::steps::{Caller, Credentials, Offer, Step};
use super::deed::Outcome;
use super::{Followed, Pages, html, is_ours, language};

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Sent {
    #[serde(default)]
    token: String,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: String,
}

type Peer = Option<Extension<ConnectInfo<SocketAddr>>>;

pub(super) async fn show(
    State(pages): State<Pages>,
    Query(followed): Query<Followed>,
    peer: Peer,
    headers: HeaderMap,
) -> Response {
    let language = language(&followed.lang, &headers);
    let caller = Caller::new(&pages, peer, headers);
    match caller.offer(&followed.token).await {
        Ok(offer) => form(language, &followed.token, &offer.email, &offer, None),
        Err(step) => refused(language, &step),
    }
}

pub(super) async fn accept(
    State(pages): State<Pages>,
    peer: Peer,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> Response {
    let language = language(&sent.lang, &headers);
    if !is_ours(&headers, &pages.links) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let caller = Caller::new(&pages, peer, headers);
    let offer = match caller.offer(&sent.token).await {
        Ok(offer) => offer,
        Err(step) => return refused(language, &step),
    };
    let credentials = Credentials {
        email: &sent.email,
        password: &sent.password,
        code: sent.code.trim(),
    };
    match caller.join(&sent.token, &credentials).await {
        Ok(()) => {
            let (title, text) = words::done(language, &offer);
            html::message(StatusCode::OK, language, title, &text)
        }
        Err(step) => match words::wrong(language, &step) {
            Some(wrong) => form(language, &sent.token, &sent.email, &offer, Some(wrong)),
            None => refused(language, &step),
        },
    }
}

/// What is said to whoever cannot go on with this link.
fn refused(language: Language, step: &Step) -> Response {
    let outcome = match step {
        Step::BadLink => Outcome::BadLink,
        Step::TooMany => Outcome::TooMany,
        _ => Outcome::Failed,
    };
    html::refused(language, outcome)
}

fn form(
    language: Language,
    token: &str,
    email: &str,
    offer: &Offer,
    wrong: Option<&str>,
) -> Response {
    let words = words::of(language);
    let wrong = wrong.map(|wrong| {
        let wrong = escaped(wrong);
        format!("<p class=\"wrong\" role=\"alert\">{wrong}</p>\n")
    });
    let status = match wrong {
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::OK,
    };
    let body = format!(
        "<p>{text}</p>\n<p>{how}</p>\n{wrong}<form method=\"post\" action=\"invitation\">\n\
         <input type=\"hidden\" name=\"token\" value=\"{token}\">\n\
         <input type=\"hidden\" name=\"lang\" value=\"{lang}\">\n\
         <label for=\"email\">{label_email}</label>\n<input id=\"email\" name=\"email\" type=\"email\" \
         autocomplete=\"username\" value=\"{email}\" required>\n\
         <label for=\"password\">{label_password}</label>\n<input id=\"password\" name=\"password\" type=\"password\" \
         autocomplete=\"current-password\" required>\n\
         <label for=\"code\">{label_code}</label>\n<input id=\"code\" name=\"code\" \
         autocomplete=\"one-time-code\">\n<button>{button}</button>\n</form>\n",
        text = escaped(&words::offered(language, offer)),
        how = words.how,
        wrong = wrong.unwrap_or_default(),
        token = escaped(token),
        lang = language.tag(),
        email = escaped(email),
        label_email = words.email,
        label_password = words.password,
        label_code = words.code,
        button = words.button,
    );
    html::page(status, language, words.title, &body)
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    #[tokio::test]
    async fn what_others_have_written_is_no_markup() {
        let evil = "\"><script>alert(1)</script>";
        let offer = Offer {
            name: evil.to_owned(),
            slug: evil.to_owned(),
            roles: vec![evil.to_owned()],
            email: evil.to_owned(),
        };
        for language in [Language::English, Language::Indonesian] {
            let response = form(language, evil, evil, &offer, Some(evil));
            let body = response.into_body().collect().await.expect("a body");
            let page = String::from_utf8(body.to_bytes().to_vec()).expect("a page is text");
            assert!(!page.contains("<script"), "{page}");
            assert_eq!(
                page.matches("&quot;&gt;&lt;script&gt;").count(),
                6,
                "{page}"
            );
        }
    }
}
