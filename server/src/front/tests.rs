use super::*;

fn problem(config: HttpConfig) -> String {
    match config.check() {
        Ok(()) => String::new(),
        Err(err) => format!("{err:#}"),
    }
}

#[test]
fn what_does_not_go_together_is_refused() {
    let origins = |origins: &[&str], cors_credentials| HttpConfig {
        cors_origins: origins.iter().map(ToString::to_string).collect(),
        cors_credentials,
        ..HttpConfig::default()
    };
    assert_eq!(problem(HttpConfig::default()), "");
    assert_eq!(problem(origins(&["https://app.example.com"], true)), "");
    assert_eq!(problem(origins(&["*"], false)), "");
    assert!(problem(origins(&["*"], true)).contains("http.cors_credentials"));
    assert!(problem(origins(&["*", "https://a.example"], false)).contains("http.cors_origins"));
    assert!(problem(origins(&["app.example.com"], false)).contains("\"app.example.com\""));
    let required = HttpConfig {
        trusted_documents_mode: TrustedDocumentsMode::Required,
        ..HttpConfig::default()
    };
    assert!(problem(required).contains("http.trusted_documents"));
}
