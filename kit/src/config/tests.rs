use serde::Deserialize;
use serde_json::json;

use super::*;
use crate::network::Network;

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Settings {
    listen: String,
    database: Database,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Database {
    #[schemars(extend("writeOnly" = true))]
    url: Option<String>,
    #[schemars(range(min = 1, max = 100))]
    connections_max: u32,
    hosts: Vec<String>,
    #[schemars(with = "Vec<String>")]
    networks: Vec<Network>,
    kind: Kind,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Kind {
    /// In a file.
    #[default]
    File,
    /// On a server.
    Server,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:4000".to_owned(),
            database: Database::default(),
        }
    }
}

fn from_environment(pairs: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    let pairs = pairs
        .iter()
        .map(|&(name, value)| (name.to_owned(), value.to_owned()));
    load(None, pairs, json!({}))
}

#[test]
fn a_variable_reaches_a_nested_setting() {
    let settings = from_environment(&[
        ("PORTICO_DATABASE_URL", "123"),
        ("PORTICO_DATABASE_CONNECTIONS_MAX", "7"),
        ("PORTICO_DATABASE_HOSTS", "a, b"),
        ("PORTICO_DATABASE_NETWORKS", "127.0.0.1"),
        ("PORTICO_DATABASE_KIND", "server"),
        ("HOME", "/nowhere"),
    ])
    .expect("loads");
    let hosts = vec!["a".to_owned(), "b".to_owned()];
    let database = Database {
        url: Some("123".to_owned()),
        connections_max: 7,
        hosts,
        networks: vec!["127.0.0.1/32".parse().expect("a network")],
        kind: Kind::Server,
    };
    assert_eq!(
        settings,
        Settings {
            database,
            ..Settings::default()
        }
    );
}

#[test]
fn a_mistyped_variable_is_refused_by_name() {
    let err = from_environment(&[("PORTICO_LISTN", "x")]).expect_err("refused");
    let message = "invalid configuration: the environment variable PORTICO_LISTN names no setting; \
                   did you mean PORTICO_LISTEN?";
    assert_eq!(err.to_string(), message);
}

/// What is said of a file with this content.
fn said_of(content: &str) -> String {
    let path = std::env::temp_dir().join(crate::secret::random_text::<12>());
    std::fs::write(&path, content).expect("written");
    let refused = load::<Settings>(Some(&path), [], json!({})).expect_err("refused");
    std::fs::remove_file(&path).expect("removed");
    let name = path.display().to_string();
    refused.to_string().replace(&name, "portico.toml")
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let said = said_of(
        "lisen = \"x\"
        databse = {}
        [database]
        connections_max = 0
        hosts = 3
        networks = [\"10.0.0.0/8\", \"10.0.0.0/99\"]
        kind = \"cloud\"
        pool = 3
        ",
    );
    let expected = "invalid configuration: 7 mistakes
  portico.toml: `database.pool` is no setting
  portico.toml: `databse` is no setting; did you mean `database`?
  portico.toml: `lisen` is no setting; did you mean `listen`?
  portico.toml: `database.connections_max` (PORTICO_DATABASE_CONNECTIONS_MAX): expected a whole number from 1 to 100, found 0
  portico.toml: `database.hosts` (PORTICO_DATABASE_HOSTS): expected a list, found 3
  portico.toml: `database.networks` (PORTICO_DATABASE_NETWORKS): expected a CIDR such as 127.0.0.0/8, found \"10.0.0.0/99\"
  portico.toml: `database.kind` (PORTICO_DATABASE_KIND): expected `file` or `server`, found \"cloud\"";
    assert_eq!(said, expected);
}

#[test]
fn the_value_of_a_secret_is_never_shown() {
    let said = said_of("[database]\nurl = { password = \"hush\" }");
    let expected = "invalid configuration: portico.toml: `database.url` (PORTICO_DATABASE_URL): expected a text";
    assert_eq!(said, expected);
}

#[test]
fn a_group_has_no_value() {
    let said = said_of("database = 3");
    assert!(
        said.ends_with(
            "portico.toml: `database` is a group of settings and has no value of its own"
        )
    );
}

#[test]
fn what_is_no_toml_is_told_with_the_name_of_the_file() {
    let said = said_of("listen = ");
    assert!(
        said.starts_with("the configuration file portico.toml is no TOML: "),
        "{said}"
    );
}

#[test]
fn what_the_system_says_is_said_once() {
    let path = Path::new("/nowhere/portico.toml");
    let err = load::<Settings>(Some(path), [], json!({})).expect_err("refused");
    assert_eq!(
        crate::error::chain(&err)
            .to_string()
            .matches("os error")
            .count(),
        1
    );
}

#[test]
fn a_value_that_does_not_fit_is_refused_by_the_names_of_its_setting() {
    let err = from_environment(&[("PORTICO_DATABASE_CONNECTIONS_MAX", "many")]);
    let message = err.expect_err("refused").to_string();
    let expected = "invalid configuration: `database.connections_max` \
                    (PORTICO_DATABASE_CONNECTIONS_MAX): expected a whole number from 1 to 100, found \"many\"";
    assert_eq!(message, expected);
}

#[test]
fn every_setting_of_the_schema_has_its_variable() {
    let schema = schema::<Settings>();
    let nested = &schema["properties"]["database"]["properties"];
    for (name, setting) in nested.as_object().expect("settings") {
        let variable = format!("PORTICO_DATABASE_{}", name.to_uppercase());
        assert_eq!(setting["x-environment"], variable);
    }
    assert_eq!(
        schema["properties"]["listen"]["x-environment"],
        "PORTICO_LISTEN"
    );
}

#[test]
fn flags_win() {
    let environment = [("PORTICO_LISTEN".to_owned(), "a".to_owned())];
    let settings = load::<Settings>(None, environment, json!({ "listen": "b" })).expect("loads");
    assert_eq!(settings.listen, "b");
}
