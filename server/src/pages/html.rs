//! The HTML of the pages.

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use kit::mail::{Language, escaped};

use super::deed::{Deed, Outcome};
use super::words::{self, Words};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;color:#1c1c1c;background:#f4f5f7;margin:0}\
main{max-width:28em;margin:12vh auto;padding:2em;background:#fff;border-radius:10px}\
h1{font-size:1.4em;margin-top:0}label{display:block;margin:1em 0 .3em}\
input{box-sizing:border-box;width:100%;font:inherit;padding:.5em;border:1px solid #8a8f98;border-radius:6px}\
button{font:inherit;margin-top:1.2em;padding:.6em 1.2em;border:0;border-radius:6px;background:#1f4fd8;color:#fff;cursor:pointer}\
.wrong{color:#a11212}\
@media(prefers-color-scheme:dark){body{color:#ececec;background:#15171a}main{background:#212429}.wrong{color:#ff9a9a}}";

/// No script, no frame, no other host; forms only to ourselves; and the address, which has the
/// token in it, goes to nobody.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("x-robots-tag"), "noindex"),
];

pub(super) async fn style() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "max-age=3600"),
    ];
    (headers, STYLE).into_response()
}

/// A page that only says something.
pub fn message(status: StatusCode, language: Language, title: &str, text: &str) -> Response {
    let body = format!("<p>{}</p>\n", escaped(text));
    page(status, language, title, &body)
}

/// The page that a link leads to; its button does what the link is for.
pub(super) fn form(language: Language, deed: Deed, token: &str, wrong: Option<&str>) -> Response {
    let Words {
        title,
        text,
        button,
        ..
    } = words::of(language, deed);
    let wrong = wrong.map(|said| {
        let said = words::bad_password(language, said);
        format!("<p class=\"wrong\" role=\"alert\">{}</p>\n", escaped(&said))
    });
    let password = (deed == Deed::ResetPassword).then(|| {
        format!(
            "<label for=\"password\">{}</label>\n<input id=\"password\" name=\"password\" type=\"password\" \
             autocomplete=\"new-password\" minlength=\"8\" maxlength=\"256\" required autofocus>\n",
            words::new_password(language)
        )
    });
    let body = format!(
        "<p>{text}</p>\n{}<form method=\"post\" action=\"{}\">\n\
         <input type=\"hidden\" name=\"token\" value=\"{}\">\n\
         <input type=\"hidden\" name=\"lang\" value=\"{}\">\n{}<button>{button}</button>\n</form>\n",
        wrong.as_deref().unwrap_or_default(),
        deed.name(),
        escaped(token),
        language.tag(),
        password.unwrap_or_default(),
    );
    let status = match wrong {
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::OK,
    };
    page(status, language, title, &body)
}

pub(super) fn done(language: Language, deed: Deed) -> Response {
    let Words { title, done, .. } = words::of(language, deed);
    message(StatusCode::OK, language, title, done)
}

pub(super) fn refused(language: Language, outcome: Outcome) -> Response {
    let status = match outcome {
        Outcome::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Outcome::Taken => StatusCode::CONFLICT,
        Outcome::Failed => StatusCode::SERVICE_UNAVAILABLE,
        Outcome::Done | Outcome::BadLink | Outcome::BadPassword(_) => StatusCode::BAD_REQUEST,
    };
    let (title, text) = words::refusal(language, &outcome);
    message(status, language, title, text)
}

pub(super) fn nothing_here(language: Language) -> Response {
    let (title, text) = words::nothing_here(language);
    message(StatusCode::NOT_FOUND, language, title, text)
}

/// A page with this body, which is markup.
pub(super) fn page(status: StatusCode, language: Language, title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} · Portico</title>\n<link rel=\"stylesheet\" href=\"style.css\">\n</head>\n\
         <body>\n<main>\n<h1>{title}</h1>\n{body}</main>\n</body>\n</html>\n",
        language.tag(),
        title = escaped(title),
    );
    (status, HEADERS, html).into_response()
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    async fn text(response: Response) -> String {
        let body = response.into_body().collect().await.expect("a body");
        String::from_utf8(body.to_bytes().to_vec()).expect("a page is text")
    }

    #[tokio::test]
    async fn what_comes_from_a_link_is_no_markup() {
        let evil = "\"><script>alert(1)</script>";
        for deed in [Deed::VerifyEmail, Deed::ResetPassword, Deed::ConfirmEmail] {
            for language in [Language::English, Language::Indonesian] {
                let page = text(form(language, deed, evil, Some(evil))).await;
                assert!(!page.contains("<script"), "{page}");
                assert!(page.contains("&quot;&gt;&lt;script&gt;"), "{page}");
            }
        }
        let page = text(message(StatusCode::OK, Language::English, evil, evil)).await;
        assert!(!page.contains("<script"), "{page}");
    }
}
