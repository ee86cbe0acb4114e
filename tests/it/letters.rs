//! Letters of the real binary, and the pages behind their links.

use std::path::Path;

use serde_json::json;
use testkit::{Backend, Client, PASSWORD, Portico, eventually, on_both};

use crate::tour::operation;

on_both![a_link_is_answered_without_a_front_end];

const NEW: &str = "walnut-Harbor-Kite-5";

/// A letter, as it was written to a file.
pub(crate) struct Letter(String);

impl Letter {
    /// The path and the query of its link.
    pub(crate) fn link(&self) -> String {
        let words = self.0.split_whitespace();
        let mut links = words.filter(|word| word.starts_with("http://"));
        let link = links.next().expect("the letter has a link");
        let (_, path) = link.split_once("/auth/").expect("a page of ours");
        format!("/auth/{path}")
    }

    /// Its six digits.
    pub(crate) fn code(&self) -> &str {
        let is_code = |word: &&str| word.len() == 6 && word.chars().all(|c| c.is_ascii_digit());
        let code = self.0.split_whitespace().find(is_code);
        code.expect("the letter has a code")
    }

    /// The token of its link.
    pub(crate) fn token(&self) -> String {
        let link = self.link();
        let (_, query) = link.split_once("?token=").expect("the link has a token");
        query.split('&').next().unwrap_or_default().to_owned()
    }
}

/// The newest letter to somebody that has a link; one may have to wait for it. Letters that only tell
/// something come in between.
pub(crate) async fn letter_to(data_dir: &Path, email: &str) -> Letter {
    let to = format!("To: {email}\r\n");
    let letter = eventually("the letter is there", async || {
        let files = std::fs::read_dir(data_dir.join("mail")).ok()?;
        let mut paths: Vec<_> = files
            .filter_map(|file| Some(file.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|it| it == "eml"))
            .collect();
        // The ids of letters are in the order of time.
        paths.sort_unstable();
        let letters = paths.iter().rev();
        let letters = letters.filter_map(|path| std::fs::read_to_string(path).ok());
        // What mail does to long lines (RFC 2045, section 6.7).
        let mut letters = letters.map(|it| it.replace("=\r\n", "").replace("=3D", "="));
        letters.find(|letter| letter.contains(&to) && letter.contains("?token="))
    })
    .await;
    Letter(letter)
}

async fn a_link_is_answered_without_a_front_end(backend: Backend) {
    let settings = [("PORTICO_AUTH_EMAIL_VERIFICATION", "required")];
    let portico = Portico::start_with(backend, &settings).await;
    let (client, data_dir) = (portico.client(), portico.database().dir());
    let input = json!({ "name": "Kim", "email": "kim@example.com", "password": PASSWORD });
    let input = json!({ "input": input });
    client.data(&operation("Register"), input).await;
    let letter = letter_to(data_dir, "kim@example.com").await;
    let log = portico.log();
    assert!(
        log.contains(&format!("\"code\":\"{}\"", letter.code())),
        "{log}"
    );
    assert!(
        log.contains(&letter.token()) && !log.contains("kim@example.com"),
        "{log}"
    );

    a_page_does_nothing_by_itself(client, &letter).await;
    let (token, page) = (letter.token(), "/auth/verify-email");
    let fields = [("token", &*token), ("lang", "en")];
    for theirs in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let (status, _, _) = client.form(page, &[theirs], &fields).await;
        assert_eq!(status, 403, "{theirs:?}");
    }
    let ours = [("origin", "null"), ("sec-fetch-site", "same-origin")];
    let (status, _, text) = client.form(page, &ours, &fields).await;
    assert!(
        status == 200 && text.contains("the address is confirmed"),
        "{text}"
    );
    client.login("kim@example.com", PASSWORD).await;
    let (status, _, text) = client.form(page, &ours, &fields).await;
    assert!(
        status == 400 && text.contains("not good any more"),
        "{text}"
    );

    links_are_answered(client, data_dir, "kim@example.com").await;
    an_address_is_changed(client, data_dir).await;
    let (status, _, text) = client.page("/auth/nothing", "en").await;
    assert!(status == 404 && text.contains("nothing here"), "{text}");
}

/// Programs that look through mail follow links, often more than once.
async fn a_page_does_nothing_by_itself(client: &Client, letter: &Letter) {
    for _ in 0..2 {
        let (status, headers, text) = client.page(&letter.link(), "en").await;
        assert_eq!(status, 200, "{text}");
        assert!(
            text.contains("<button>Confirm the address</button>"),
            "{text}"
        );
        assert!(!text.contains("<script"), "{text}");
        for line in [
            "referrer-policy: no-referrer",
            "cache-control: no-store",
            "content-security-policy: default-src 'none'; style-src 'self'; form-action 'self'; \
             base-uri 'none'; frame-ancestors 'none'",
        ] {
            assert!(
                headers.iter().any(|it| it == line),
                "{line} is not in {headers:?}"
            );
        }
    }
    let bare = letter.link().replace("&lang=en", "");
    let (_, _, text) = client.page(&bare, "id-ID,id;q=0.9").await;
    assert!(
        text.contains("<html lang=\"id\">") && text.contains("Satu klik lagi"),
        "{text}"
    );
    let (status, headers, _) = client.page("/auth/style.css", "en").await;
    assert!(
        status == 200
            && headers
                .iter()
                .any(|it| it.starts_with("content-type: text/css"))
    );
}

/// Somebody who has forgotten the password chooses a new one on our page.
pub(crate) async fn links_are_answered(client: &Client, data_dir: &Path, email: &str) {
    let query = "mutation ($input: RequestPasswordResetInput!) {
        requestPasswordReset(input: $input) { email }
    }";
    client
        .data(query, json!({ "input": { "email": email } }))
        .await;
    let letter = eventually("the letter is there", async || {
        let letter = letter_to(data_dir, email).await;
        letter.0.contains("/auth/reset-password").then_some(letter)
    })
    .await;
    let (_, _, text) = client.page(&letter.link(), "en").await;
    assert!(text.contains("autocomplete=\"new-password\""), "{text}");
    let (token, page) = (letter.token(), "/auth/reset-password");
    let weak = [("token", &*token), ("password", "password")];
    let (status, _, text) = client.form(page, &[], &weak).await;
    assert_eq!(status, 400);
    assert!(
        text.contains("too easy to guess") && text.contains(&token),
        "{text}"
    );
    let good = [("token", &*token), ("password", NEW), ("lang", "id")];
    let (status, _, text) = client.form(page, &[], &good).await;
    assert!(
        status == 200 && text.contains("Kata sandi telah disimpan"),
        "{text}"
    );
    client.login(email, NEW).await;
}

async fn an_address_is_changed(client: &Client, data_dir: &Path) {
    let kim = client.login("kim@example.com", NEW).await;
    let query = "mutation ($input: RequestEmailChangeInput!) { requestEmailChange(input: $input) { email } }";
    let input = json!({ "newEmail": "kim@example.org" });
    kim.data(query, json!({ "input": input })).await;
    let letter = letter_to(data_dir, "kim@example.org").await;
    let fields = [("token", &*letter.token())];
    let (status, _, text) = client.form("/auth/confirm-email", &[], &fields).await;
    assert!(
        status == 200 && text.contains("has the new address"),
        "{text}"
    );
    client.login("kim@example.org", NEW).await;
    eventually("the profile follows", async || {
        let viewer = kim.data("{ viewer { email } }", json!({})).await;
        (viewer["viewer"]["email"] == "kim@example.org").then_some(())
    })
    .await;
}
