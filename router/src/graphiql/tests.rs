use axum::body;

use super::*;

fn headers<const N: usize>(pairs: [(HeaderName, &str); N]) -> HeaderMap {
    pairs
        .into_iter()
        .map(|(name, value)| (name, value.parse().expect("a plain value")))
        .collect()
}

fn scripts() -> impl Iterator<Item = &'static Asset> {
    site::ASSETS
        .iter()
        .filter(|asset| asset.name.ends_with(".js"))
}

#[tokio::test]
async fn the_page_is_html_and_revalidated() {
    let answer = page(HeaderMap::new()).await;

    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(
        answer.headers()[header::CONTENT_TYPE],
        "text/html; charset=utf-8"
    );
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-cache");

    let known = headers([(header::IF_NONE_MATCH, "\"other\", W/\"x\", *")]);
    assert_eq!(page(known).await.status(), StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn every_file_the_page_names_is_served() {
    let names: Vec<_> = site::PAGE
        .html
        .split("\"./graphiql/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(!names.is_empty());

    for name in names {
        let answer = asset(Path(name.to_owned()), HeaderMap::new()).await;
        assert_eq!(answer.status(), StatusCode::OK, "{name}");
    }
}

#[tokio::test]
async fn an_embedded_page_names_no_other_host() {
    assert_eq!(EMBEDDED, !site::PAGE.html.contains("//cdn.jsdelivr.net"));
}

#[test]
fn whatever_comes_from_a_cdn_is_pinned_by_its_hash() {
    let page = include_str!("../../graphiql/fallback.html");
    let remote = page.matches("https://").count();

    assert_eq!(
        remote,
        page.matches("https://cdn.jsdelivr.net/npm/").count()
    );
    assert_eq!(remote, page.matches("integrity=\"sha384-").count());
    assert_eq!(remote, page.matches("crossorigin=\"anonymous\"").count());
}

#[tokio::test]
async fn a_script_is_typed_and_answered_by_its_tag() {
    let script = scripts().next().expect("the page has scripts");
    let answer = script.answer(&HeaderMap::new());

    assert_eq!(
        answer.headers()[header::CONTENT_TYPE],
        "text/javascript; charset=utf-8"
    );
    assert_eq!(answer.headers()[header::ETAG], script.etag);

    let again = script.answer(&headers([(header::IF_NONE_MATCH, script.etag)]));
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    let rest = body::to_bytes(again.into_body(), 1)
        .await
        .expect("an empty body");
    assert!(rest.is_empty());
}

#[tokio::test]
async fn a_file_that_does_not_exist_is_not_found() {
    let answer = asset(Path("../graphiql.rs".to_owned()), HeaderMap::new()).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn each_answer_carries_the_security_headers() {
    let answer = secured(page(HeaderMap::new()).await).await;

    let policy = answer.headers()[header::CONTENT_SECURITY_POLICY]
        .to_str()
        .expect("plain text");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    assert!(!policy.contains("unsafe-eval"));
    assert_eq!(answer.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(answer.headers()[header::REFERRER_POLICY], "no-referrer");
    assert_eq!(answer.headers()[header::X_FRAME_OPTIONS], "DENY");
}

#[test]
fn only_a_client_that_says_so_refuses_gzip() {
    let refuses = |value| refuses_gzip(&headers([(header::ACCEPT_ENCODING, value)]));

    assert!(!refuses_gzip(&HeaderMap::new()));
    assert!(!refuses("gzip, deflate, br"));
    assert!(!refuses("br;q=1.0, gzip;q=0.5"));
    assert!(!refuses("*"));
    assert!(refuses("identity"));
    assert!(refuses("gzip;q=0, br"));
    assert!(refuses("gzip; q=0.000, *"));
    assert!(refuses(""));
}
