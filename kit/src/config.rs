//! Configuration: defaults, then a file, then the environment, then flags, later ones winning.
//!
//! What exists is said by the JSON Schema of the configuration type: `database.url` in the file is
//! `PORTICO_DATABASE_URL` in the environment. A key or variable that does not exist is refused by
//! its name, so that a typing error never goes unnoticed. This is the one place that reads the
//! environment.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What every environment variable of ours begins with.
const PREFIX: &str = "PORTICO_";

/// Why the configuration cannot be used; each names the key and where it stands.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {path}: {source}", path = path.display())]
    Unreadable {
        /// Its path.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is no TOML.
    #[error("{path}: {reason}", path = path.display())]
    Malformed {
        /// Its path.
        path: PathBuf,
        /// Line, column and what is wrong.
        reason: String,
    },
    /// A variable names no setting.
    #[error("the environment variable {name} names no setting{}", hint(nearest))]
    UnknownVariable {
        /// The variable.
        name: String,
        /// The setting that was probably meant.
        nearest: Option<String>,
    },
    /// A key is unknown or its value does not fit.
    #[error("invalid configuration: {reason}")]
    Invalid {
        /// The key and what is wrong with it.
        reason: String,
    },
}

fn hint(nearest: &Option<String>) -> String {
    nearest
        .as_ref()
        .map(|name| format!("; did you mean {name}?"))
        .unwrap_or_default()
}

/// Reads a configuration: the defaults of `T`, the file if one is given, the `PORTICO_*` variables,
/// and last `flags`, a tree of the same shape.
pub fn load<T>(
    file: Option<&Path>,
    environment: impl IntoIterator<Item = (String, String)>,
    flags: Value,
) -> Result<T, ConfigError>
where
    T: Default + Serialize + DeserializeOwned + JsonSchema,
{
    let mut tree = serde_json::to_value(T::default()).expect("a configuration is plain data");
    if let Some(path) = file {
        merge(&mut tree, read(path)?);
    }
    let settings = settings::<T>();
    for (name, text) in environment {
        if let Some(rest) = name.strip_prefix(PREFIX) {
            let setting = settings.iter().find(|setting| setting.variable == rest);
            let Some(setting) = setting else {
                return Err(ConfigError::UnknownVariable {
                    nearest: nearest(&settings, rest),
                    name,
                });
            };
            set(&mut tree, &setting.path, setting.parse(&text));
        }
    }
    merge(&mut tree, flags);
    serde_path_to_error::deserialize(tree).map_err(|err| {
        let reason = match err.path().iter().next() {
            None => err.inner().to_string(),
            Some(_) => format!("`{}`: {}", err.path(), err.inner()),
        };
        ConfigError::Invalid { reason }
    })
}

/// The process's own environment, as [`load`] takes it.
pub fn environment() -> Vec<(String, String)> {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the environment"
    )]
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with(PREFIX))
        .collect()
}

/// The JSON Schema of a configuration, each setting with its environment variable.
pub fn schema<T: JsonSchema>() -> Value {
    let mut schema = schemars::schema_for!(T).to_value();
    for setting in settings::<T>() {
        let mut found = Some(&mut schema);
        for key in &setting.path {
            found = found.and_then(|schema| schema.get_mut("properties")?.get_mut(key));
        }
        if let Some(Value::Object(property)) = found {
            property.insert(
                "x-environment".to_owned(),
                format!("{PREFIX}{}", setting.variable).into(),
            );
        }
    }
    schema
}

fn read(path: &Path) -> Result<Value, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    toml::from_str(&text).map_err(|err| ConfigError::Malformed {
        path: path.to_owned(),
        reason: err.to_string().trim_end().to_owned(),
    })
}

fn merge(tree: &mut Value, layer: Value) {
    match (tree, layer) {
        (Value::Object(tree), Value::Object(layer)) => {
            for (key, value) in layer {
                merge(tree.entry(key).or_insert(Value::Null), value);
            }
        }
        (tree, layer) => *tree = layer,
    }
}

fn set(tree: &mut Value, path: &[String], value: Value) {
    let mut layer = value;
    for key in path.iter().rev() {
        layer = Value::Object(Map::from_iter([(key.clone(), layer)]));
    }
    merge(tree, layer);
}

/// One leaf of the configuration.
struct Setting {
    path: Vec<String>,
    variable: String,
    is_text: bool,
    is_list: bool,
}

impl Setting {
    /// Reads a variable's text as what the setting takes; the final check is the type's own.
    fn parse(&self, text: &str) -> Value {
        let scalar = |text: &str| match self.is_text {
            true => Value::String(text.to_owned()),
            false => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())),
        };
        match self.is_list {
            true => text
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(|item| Value::String(item.to_owned()))
                .collect(),
            false => scalar(text),
        }
    }
}

fn settings<T: JsonSchema>() -> Vec<Setting> {
    let schema = schemars::generate::SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = true)
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value();
    let mut found = Vec::new();
    collect(&schema, &mut Vec::new(), &mut found);
    found
}

fn collect(schema: &Value, path: &mut Vec<String>, found: &mut Vec<Setting>) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        let is = |kind: &str| match &schema["type"] {
            Value::String(only) => only == kind,
            Value::Array(kinds) => kinds.iter().any(|one| one == kind),
            _ => false,
        };
        let is_text = is("string") || schema.get("type").is_none();
        let variable = path.join("_").to_uppercase();
        found.push(Setting {
            path: path.clone(),
            variable,
            is_text,
            is_list: is("array"),
        });
        return;
    };
    for (key, property) in properties {
        path.push(key.clone());
        collect(property, path, found);
        path.pop();
    }
}

/// The setting whose variable differs in the fewest characters, if it is close.
fn nearest(settings: &[Setting], name: &str) -> Option<String> {
    let close = |setting: &Setting| (distance(&setting.variable, name), setting.variable.clone());
    let (distance, variable) = settings.iter().map(close).min()?;
    (distance <= 3).then(|| format!("{PREFIX}{variable}"))
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let mut row = (0..=b.len()).collect::<Vec<_>>();
    for (i, left) in a.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, right) in b.bytes().enumerate() {
            let substituted = diagonal + usize::from(left != right);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields, default)]
    struct Settings {
        listen: String,
        database: Database,
    }

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields, default)]
    struct Database {
        url: Option<String>,
        connections_max: u32,
        hosts: Vec<String>,
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
            ("HOME", "/nowhere"),
        ])
        .expect("loads");
        let hosts = vec!["a".to_owned(), "b".to_owned()];
        let database = Database {
            url: Some("123".to_owned()),
            connections_max: 7,
            hosts,
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
        let message =
            "the environment variable PORTICO_LISTN names no setting; did you mean PORTICO_LISTEN?";
        assert_eq!(err.to_string(), message);
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let err = load::<Settings>(None, [], json!({ "databse": {} })).expect_err("refused");
        assert!(err.to_string().contains("databse"), "{err}");
    }

    #[test]
    fn a_value_that_does_not_fit_is_refused_by_the_name_of_its_key() {
        let err = from_environment(&[("PORTICO_DATABASE_CONNECTIONS_MAX", "many")]);
        let message = err.expect_err("refused").to_string();
        assert!(message.contains("`database.connections_max`"), "{message}");
    }

    #[test]
    fn flags_win() {
        let environment = [("PORTICO_LISTEN".to_owned(), "a".to_owned())];
        let settings =
            load::<Settings>(None, environment, json!({ "listen": "b" })).expect("loads");
        assert_eq!(settings.listen, "b");
    }
}
