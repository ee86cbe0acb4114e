//! Configuration: defaults, then a file, then the environment, then flags, later ones winning.
//!
//! What exists, and within which bounds, is said by the JSON Schema of the configuration type:
//! `database.url` in the file is `PORTICO_DATABASE_URL` in the environment. Everything that is
//! wrong is told at once, each mistake by the name of its setting, so that a typing error never goes
//! unnoticed. This is the one place that reads the environment.

mod mistake;
mod secret;
mod setting;
#[cfg(test)]
mod tests;

pub use mistake::{Mistake, Mistakes};
pub use secret::Secret;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use mistake::Source;
use setting::Setting;

/// What every environment variable of ours begins with.
const PREFIX: &str = "PORTICO_";

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {path}", path = path.display())]
    Unreadable {
        /// Its path.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is no TOML.
    #[error("the configuration file {path} is no TOML: {reason}", path = path.display())]
    Malformed {
        /// Its path.
        path: PathBuf,
        /// Line, column and what is wrong.
        reason: String,
    },
    /// Names that do not exist and values that do not fit.
    #[error("invalid configuration: {0}")]
    Mistakes(Mistakes),
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
    let mut layers = Layers::new(setting::list::<T>());
    if let Some(path) = file {
        layers.add_tree(read(path)?, &Source::File(path.to_owned()));
    }
    layers.add_environment(environment);
    layers.add_tree(flags, &Source::Flags);

    let defaults = serde_json::to_value(T::default()).expect("a configuration is plain data");
    let mut mistakes = layers.mistakes;
    let mut tree = defaults.clone();
    for (at, (value, source)) in layers.given {
        let setting = &layers.settings[at];
        let fits = setting.check(&value, |value| {
            let mut alone = defaults.clone();
            set(&mut alone, &setting.path, value);
            serde_json::from_value::<T>(alone).map(drop)
        });
        match fits {
            Ok(()) => set(&mut tree, &setting.path, value),
            Err(misfit) => mistakes.push(Mistake::value(setting, source, misfit)),
        }
    }
    if !mistakes.is_empty() {
        return Err(ConfigError::Mistakes(Mistakes(mistakes)));
    }
    serde_json::from_value(tree).map_err(|err| {
        let together = Mistake::together(err.to_string());
        ConfigError::Mistakes(Mistakes(vec![together]))
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
    let mut schema = setting::inlined::<T>();
    for setting in setting::list::<T>() {
        let mut found = Some(&mut schema);
        for key in &setting.path {
            found = found.and_then(|schema| schema.get_mut("properties")?.get_mut(key));
        }
        let property = found.and_then(Value::as_object_mut);
        let property = property.expect("the list is made of the same schema");
        property.insert("x-environment".to_owned(), setting.variable().into());
    }
    schema
}

/// What the file, the environment and the flags say, one over the other.
struct Layers {
    settings: Vec<Setting>,
    given: BTreeMap<usize, (Value, Source)>,
    mistakes: Vec<Mistake>,
}

impl Layers {
    fn new(settings: Vec<Setting>) -> Self {
        Self {
            settings,
            given: BTreeMap::new(),
            mistakes: Vec::new(),
        }
    }

    fn add_environment(&mut self, environment: impl IntoIterator<Item = (String, String)>) {
        for (name, text) in environment {
            if !name.starts_with(PREFIX) {
                continue;
            }
            let known = |setting: &Setting| setting.variable() == name;
            match self.settings.iter().position(known) {
                Some(at) => {
                    let value = self.settings[at].parse(&text);
                    self.given.insert(at, (value, Source::Environment));
                }
                None => self.mistakes.push(Mistake::variable(&self.settings, name)),
            }
        }
    }

    fn add_tree(&mut self, tree: Value, source: &Source) {
        self.add_branch(&mut Vec::new(), tree, source);
    }

    fn add_branch(&mut self, path: &mut Vec<String>, value: Value, source: &Source) {
        if let Some(at) = self.settings.iter().position(|known| known.path == *path) {
            self.given.insert(at, (value, source.clone()));
            return;
        }
        if !self
            .settings
            .iter()
            .any(|known| known.path.starts_with(path))
        {
            self.mistakes
                .push(Mistake::key(&self.settings, path, source));
            return;
        }
        let Value::Object(entries) = value else {
            self.mistakes.push(Mistake::no_table(path, source));
            return;
        };
        for (key, value) in entries {
            path.push(key);
            self.add_branch(path, value, source);
            path.pop();
        }
    }
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

/// Puts a value into a tree.
fn set(tree: &mut Value, path: &[String], value: Value) {
    match (path, tree) {
        ([], tree) => *tree = value,
        ([key, rest @ ..], Value::Object(entries)) => {
            set(
                entries.entry(key.clone()).or_insert(Value::Null),
                rest,
                value,
            );
        }
        ([key, rest @ ..], tree) => {
            let mut below = Value::Null;
            set(&mut below, rest, value);
            *tree = Value::Object(Map::from_iter([(key.clone(), below)]));
        }
    }
}
