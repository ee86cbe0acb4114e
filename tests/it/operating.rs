//! A platform that runs: what it logs, and whom it takes its clients for.

use serde_json::json;
use testkit::{Backend, Portico};

#[tokio::test]
async fn the_log_says_what_an_operator_wants_to_know() {
    let mut portico = Portico::start(Backend::Sqlite).await;
    portico
        .client()
        .register("a@example.com")
        .await
        .in_new_tenant("Acme")
        .await;
    portico.interrupt().await;
    let log = portico.log();
    for message in [
        "\"ready\"",
        "\"database\":\"Sqlite\"",
        "\"tenant created\"",
        "\"stopped\"",
    ] {
        assert_eq!(
            log.matches(message).count(),
            1,
            "{message} is not once in:\n{log}"
        );
    }
    assert!(!log.contains("a@example.com"), "{log}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_log_that_cannot_be_written_stops_nothing() {
    let full = std::fs::File::options().write(true).open("/dev/full");
    let dir = tempfile::tempdir().expect("made");
    let output = testkit::command()
        .arg("migrate")
        .env("PORTICO_DATA_DIR", dir.path().join("data"))
        .env("PORTICO_LOG_FILTER", "debug")
        .stderr(full.expect("Linux has it"))
        .output()
        .await
        .expect("the binary can be run");
    assert!(output.status.success(), "{output:?}");
}

#[tokio::test]
async fn the_client_behind_a_trusted_proxy_is_told_apart() {
    let settings = [
        ("PORTICO_TRUSTED_PROXIES", "127.0.0.1"),
        ("PORTICO_AUTH_ADDRESS_REGISTRATIONS_PER_MINUTE", "1"),
    ];
    let portico = Portico::start_with(Backend::Sqlite, &settings).await;
    let register = async |client: &str, email: &str| {
        let query = "mutation ($input: RegisterInput!) { register(input: $input) { user { id } } }";
        let input = json!({ "name": "Ada", "email": email, "password": testkit::PASSWORD });
        let client = portico.client().forwarded_for(client);
        client.post(query, json!({ "input": input })).await
    };
    let first = register("192.0.2.1", "a@example.com").await;
    assert!(
        first["data"]["register"]["user"]["id"].is_string(),
        "{first}"
    );
    let again = register("203.0.113.9, 192.0.2.1", "b@example.com").await;
    assert_eq!(
        again["errors"][0]["extensions"]["code"], "REQUEST_RATE_LIMITED",
        "{again}"
    );
    let other = register("192.0.2.2", "b@example.com").await;
    assert!(
        other["data"]["register"]["user"]["id"].is_string(),
        "{other}"
    );
}
