//! Starting, not starting, and stopping: what an operator meets.

use std::net::TcpListener;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};
use testkit::{Backend, Client, Portico, on_both};

on_both![
    ctrl_c_drains_and_ends_well,
    the_first_start_alone_makes_an_administrator,
    everything_is_up_to_date_after_migrate,
    a_lost_or_another_master_key_is_noticed_at_the_start,
];

async fn ctrl_c_drains_and_ends_well(backend: Backend) {
    let mut portico = Portico::start(backend).await;
    let owner = portico
        .client()
        .register("a@example.com")
        .await
        .in_new_tenant("Acme")
        .await;
    let mut events = owner
        .subscribe("subscription { events { type } }", json!({}))
        .await;
    let status = portico.interrupt().await;
    assert_eq!(status.code(), Some(0), "{status}");
    assert_eq!(
        events.end().await,
        Some(1001),
        "open sockets are told that the server goes away"
    );
}

async fn the_first_start_alone_makes_an_administrator(backend: Backend) {
    let mut portico = Portico::start(backend).await;
    let administrator = portico.administrator().await;
    portico.interrupt().await;
    portico.restart().await;
    assert!(
        !portico.output().contains("password"),
        "{}",
        portico.output()
    );
    assert!(
        !portico.log().contains(&administrator.password),
        "a password is in the log"
    );
    let client = portico
        .client()
        .login(&administrator.email, &administrator.password)
        .await;
    let status = client
        .data("{ platformStatus { version } }", json!({}))
        .await;
    assert_eq!(status["platformStatus"]["version"], "0.0.0");
}

async fn everything_is_up_to_date_after_migrate(backend: Backend) {
    let mut portico = Portico::start(backend).await;
    portico
        .client()
        .register("a@example.com")
        .await
        .in_new_tenant("Acme")
        .await;
    portico.interrupt().await;
    let output = testkit::command()
        .arg("migrate")
        .env("PORTICO_DATA_DIR", portico.database().dir())
        .env("PORTICO_DATABASE_URL", portico.database().setting())
        .output()
        .await
        .expect("the binary can be run");
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        printed.contains("The databases of 1 tenants are up to date."),
        "{printed}"
    );
}

async fn a_lost_or_another_master_key_is_noticed_at_the_start(backend: Backend) {
    let mut portico = Portico::start(backend).await;
    portico.interrupt().await;
    let data = portico.database().dir();
    let file = data.join("master.key");
    let kept = std::fs::read_to_string(&file).expect("the first start made it");
    let url = portico.database().setting();
    let commands: [&[&str]; 3] = [
        &["serve"],
        &["migrate"],
        &["admin", "create", "--email", "op@example.com"],
    ];
    let sealed = [
        "signing keys",
        "sealed by the master key",
        "put that key back",
    ];

    std::fs::remove_file(&file).expect("there is one");
    for command in commands {
        let settings = [
            ("PORTICO_DATABASE_URL", &*url),
            ("PORTICO_LISTEN", "127.0.0.1:0"),
        ];
        let said = refuses_to(command, data, &settings, &sealed).await;
        assert!(said.contains("there is no master key"), "{said}");
        assert!(
            !file.exists(),
            "a key is made beside a database that needs another"
        );

        let another = "c2VhbGVkIHdpdGggYW5vdGhlciBtYXN0ZXIga2V5ISE=";
        let settings = [settings[0], settings[1], ("PORTICO_MASTER_KEY", another)];
        let said = refuses_to(command, data, &settings, &sealed).await;
        assert!(said.contains("is not the key of this database"), "{said}");
        assert!(!said.contains(another) && !said.contains(&kept), "{said}");
    }
    std::fs::write(&file, kept).expect("written");
    portico.restart().await;
    portico.client().register("a@example.com").await;
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_kept_is_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let dir = tempfile::tempdir().expect("made");
    let data = dir.path().join("data");
    let (directory, url) = (
        data.display().to_string(),
        format!("sqlite:{}", data.join("portico.sqlite").display()),
    );
    let settings = [
        ("PORTICO_DATA_DIR", &*directory),
        ("PORTICO_DATABASE_URL", &*url),
    ];
    let mut portico = Portico::start_with(Backend::Sqlite, &settings).await;
    portico
        .client()
        .register("a@example.com")
        .await
        .in_new_tenant("Acme")
        .await;
    let mode = |path: &Path| {
        let metadata = std::fs::metadata(path).expect("it is there");
        metadata.permissions().mode() & 0o777
    };
    let entries = |path: &Path| {
        let entries = std::fs::read_dir(path).expect("readable");
        entries.map(|entry| entry.expect("readable").path())
    };
    assert_eq!(mode(&data), 0o700);
    assert_eq!(mode(&data.join("tenants")), 0o700);
    let files = entries(&data).chain(entries(&data.join("tenants")));
    let files = files.filter(|path| path.is_file()).collect::<Vec<_>>();
    assert!(
        files
            .iter()
            .any(|path| path.to_string_lossy().ends_with("-wal")),
        "{files:?}"
    );
    for path in files {
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    assert!(!portico.log().contains("chmod"), "{}", portico.log());

    portico.interrupt().await;
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).expect("ours");
    portico.restart().await;
    assert!(
        portico.log().contains("chmod it to 700"),
        "{}",
        portico.log()
    );
}

#[tokio::test]
async fn a_start_that_cannot_be_says_why() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let taken = taken.local_addr().expect("it has an address").to_string();
    let dir = tempfile::tempdir().expect("made");
    let file = dir.path().join("file");
    std::fs::write(&file, "").expect("written");
    let config = dir.path().join("portico.toml");
    std::fs::write(&config, "listn = \"x\"").expect("written");
    let data = dir.path().join("data");

    let listen = "127.0.0.1:0";
    refuses(&data, &[("PORTICO_LISTEN", &taken)], &[&taken, "--listen"]).await;
    refuses(
        &file.join("below"),
        &[("PORTICO_LISTEN", listen)],
        &["data directory", "--data-dir"],
    )
    .await;
    refuses(
        &data,
        &[("PORTICO_LISTN", "x")],
        &["PORTICO_LISTN", "PORTICO_LISTEN"],
    )
    .await;
    refuses(&data, &[("PORTICO_LISTEN", "nowhere")], &["listen"]).await;
    refuses(
        &data,
        &[("PORTICO_CONFIG", &config.to_string_lossy())],
        &["listn"],
    )
    .await;
    refuses(
        &data,
        &[("PORTICO_MASTER_KEY", "short")],
        &["master_key", "base64"],
    )
    .await;
    refuses(&data, &[("PORTICO_LOG_FILTER", "a=b=c")], &["filter"]).await;
    refuses(
        &data,
        &[("PORTICO_HTTP_CORS_ORIGINS", "app.example.com")],
        &["http.cors_origins", "app.example.com"],
    )
    .await;
    roles_that_cannot_work_are_refused(&data).await;
    let nobody = "mysql://root:hush@127.0.0.1:1/none";
    let settings = [("PORTICO_DATABASE_URL", nobody), ("PORTICO_LISTEN", listen)];
    let said = refuses(&data, &settings, &["127.0.0.1:1/none"]).await;
    assert!(!said.contains("hush"), "{said}");
}

async fn roles_that_cannot_work_are_refused(data: &Path) {
    let mut settings = vec![
        ("PORTICO_LISTEN", "127.0.0.1:0"),
        ("PORTICO_ROLES", "form,menus"),
    ];
    refuses(data, &settings, &["`roles`", "menus", "menu"]).await;
    settings[1].1 = "router,form";
    refuses(data, &settings, &["`database.url`", "SQLite"]).await;
    settings.push(("PORTICO_DATABASE_URL", "mysql://root:hush@127.0.0.1:1/none"));
    refuses(data, &settings, &["`redis.url`"]).await;
    settings.push(("PORTICO_REDIS_URL", "http://:hush@127.0.0.1:1"));
    let said = refuses(data, &settings, &["`redis.url`"]).await;
    assert!(!said.contains("hush"), "{said}");
    settings[3].1 = "redis://:hush@127.0.0.1:1";
    refuses(data, &settings, &["`master_key`"]).await;
    let key = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
    settings.push(("PORTICO_MASTER_KEY", key));
    refuses(data, &settings, &["`subgraphs.auth.urls`", "role auth"]).await;
    settings.push(("PORTICO_SUBGRAPHS_AUTH_URLS", "127.0.0.1:4001"));
    refuses(data, &settings, &["subgraphs.auth.urls"]).await;
}

#[tokio::test]
async fn two_processes_on_one_port_do_not_share_a_directory_by_accident() {
    let portico = Portico::start(Backend::Sqlite).await;
    let address = portico
        .client()
        .origin()
        .trim_start_matches("http://")
        .to_owned();
    let dir = tempfile::tempdir().expect("made");
    let data = dir.path().join("data");
    refuses(&data, &[("PORTICO_LISTEN", &address)], &[&address]).await;
    assert!(!data.exists(), "a start that fails makes nothing");
}

#[tokio::test]
async fn an_administrator_is_created_by_command() {
    let portico = Portico::start(Backend::Sqlite).await;
    let create = |email: &'static str| {
        let mut command = testkit::command();
        command
            .args(["admin", "create", "--email", email])
            .env("PORTICO_DATA_DIR", portico.database().dir())
            .env("PORTICO_DATABASE_URL", portico.database().setting());
        command
    };
    let output = create("op@example.com")
        .output()
        .await
        .expect("the binary can be run");
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let password = printed
        .lines()
        .find_map(|line| line.trim().strip_prefix("password"));
    let operator = portico
        .client()
        .login("op@example.com", password.expect("printed").trim())
        .await;
    operator
        .data("{ platformStatus { version } }", json!({}))
        .await;

    let again = create("op@example.com")
        .output()
        .await
        .expect("the binary can be run");
    assert!(!again.status.success());
    assert!(said(&again).contains("op@example.com"), "{}", said(&again));
}

#[tokio::test]
async fn a_manifest_of_documents_is_read_at_the_start() {
    let dir = tempfile::tempdir().expect("made");
    let data = dir.path().join("data");
    let file = dir.path().join("documents.json");
    let path = file.to_string_lossy().into_owned();
    let write = |manifest: Value| std::fs::write(&file, manifest.to_string()).expect("written");
    let documents = ("PORTICO_HTTP_TRUSTED_DOCUMENTS", path.as_str());
    let required = ("PORTICO_HTTP_TRUSTED_DOCUMENTS_MODE", "required");
    let listen = ("PORTICO_LISTEN", "127.0.0.1:0");

    write(json!({ "A": "{ nothing }", "B": "{", "C": "{ viewer { name } }" }));
    let said = refuses(
        &data,
        &[listen, documents],
        &[&path, "\"A\"", "nothing", "\"B\""],
    )
    .await;
    assert!(!said.contains("\"C\""), "{said}");
    refuses(&data, &[listen, required], &["http.trusted_documents"]).await;

    write(json!({ "Viewer": "{ viewer { name } }" }));
    let portico = Portico::start_with(Backend::Sqlite, &[documents, required]).await;
    let client = portico.client();
    assert_eq!(
        client.code("{ viewer { name } }", json!({})).await,
        "PERSISTED_QUERY_REQUIRED"
    );
}

#[tokio::test]
async fn health_tells_live_from_ready() {
    let portico = Portico::start(Backend::Sqlite).await;
    let client: &Client = portico.client();
    for path in [
        "/health/live",
        "/health/ready",
        "/.well-known/jwks.json",
        "/",
    ] {
        assert_eq!(client.get(path).await.0, 200, "{path}");
    }
    let (_, keys) = client.get("/.well-known/jwks.json").await;
    let keys: Value = serde_json::from_str(&keys).expect("JSON");
    assert_eq!(keys["keys"][0]["kty"], "OKP");
    assert_eq!(keys["keys"][0].get("d"), None, "a private key is published");
}

/// Runs `portico serve` with settings that cannot work, and checks what it says.
async fn refuses(data: &Path, settings: &[(&str, &str)], words: &[&str]) -> String {
    refuses_to(&["serve"], data, settings, words).await
}

/// The same with another command.
async fn refuses_to(
    command: &[&str],
    data: &Path,
    settings: &[(&str, &str)],
    words: &[&str],
) -> String {
    let run = testkit::command()
        .args(command)
        .env("PORTICO_DATA_DIR", data)
        .envs(settings.iter().copied())
        .output();
    let output = tokio::time::timeout(std::time::Duration::from_secs(30), run).await;
    let output = output
        .expect("it ends by itself")
        .expect("the binary can be run");
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for word in words {
        assert!(said.contains(word), "{word:?} is not in: {said}");
    }
    said
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
