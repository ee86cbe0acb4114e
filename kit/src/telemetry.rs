//! Logs: to standard error, pretty on a terminal and one JSON object a line otherwise.

use std::io::IsTerminal as _;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use tracing_subscriber::EnvFilter;

/// Settings of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// What is logged, in the directives of tracing, for example `info` or `info,registry=debug`.
    #[serde(deserialize_with = "filter")]
    pub filter: String,
    /// How a line looks.
    pub format: LogFormat,
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    #[default]
    Auto,
    /// Text for people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            filter: "info".to_owned(),
            format: LogFormat::Auto,
        }
    }
}

/// Begins to log; call it once. Fails on a filter that cannot be read.
pub fn init(config: &LogConfig) -> Result<(), tracing_subscriber::filter::ParseError> {
    let filter = EnvFilter::builder().parse(&config.filter)?;
    let terminal = std::io::stderr().is_terminal();
    let json = match config.format {
        LogFormat::Auto => !terminal,
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // It would report a failing write to standard error, and panic when that is what fails.
        .log_internal_errors(false)
        .with_writer(std::io::stderr);
    // A second subscriber in one process (a test) keeps the first.
    let _ = match json {
        true => log.json().flatten_event(true).try_init(),
        false => log.with_ansi(terminal).try_init(),
    };
    Ok(())
}

fn filter<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    match EnvFilter::builder().parse(&text) {
        Ok(_) => Ok(text),
        Err(_) => Err(serde::de::Error::custom(
            "expected directives such as `info` or `info,registry=debug`",
        )),
    }
}
