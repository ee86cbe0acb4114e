//! The configuration: one struct per concern, each with the crate that it configures.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use kit::config::environment;
use kit::db::{DbUrl, PoolSize};
use kit::outbound::OutboundConfig;
use kit::telemetry::LogConfig;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cli::Cli;
use crate::front::HttpConfig;

/// Variables of ours that are no settings: where the configuration file is, and how to build.
const NO_SETTINGS: [&str; 2] = ["PORTICO_CONFIG", "PORTICO_GRAPHIQL"];

/// Everything that can be set.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Address to listen on. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Directory for everything that is kept: the SQLite files and the master key.
    pub data_dir: PathBuf,
    /// The key that seals secrets in the databases: 32 random bytes in base64. Without it, a key is
    /// made in the file `master.key` of the data directory. All processes on one database need the
    /// same.
    pub master_key: Option<Secret>,
    /// The platform's database.
    pub database: DatabaseConfig,
    /// What is logged.
    pub log: LogConfig,
    /// Requests to foreign hosts.
    pub outbound: OutboundConfig,
    /// Signing in.
    pub auth: auth::AuthConfig,
    /// Watching the health of services.
    pub health: registry::HealthConfig,
    /// Limits on requests.
    pub graphql: GraphqlConfig,
    /// What clients and browsers may do.
    pub http: HttpConfig,
}

/// Settings of the platform's database.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseConfig {
    /// `sqlite:PATH`, or `mysql://USER:PASSWORD@HOST:PORT/NAME` for MySQL or MariaDB, as an account
    /// that may create databases and users. Without it, a SQLite file in the data directory.
    pub url: Option<Secret>,
    /// How many connections may be open at once.
    pub connections_max: u32,
}

/// Limits on GraphQL requests.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GraphqlConfig {
    /// Largest body of a request, in bytes. Files are uploaded in it.
    pub body_bytes_max: usize,
    /// Time for a request, in milliseconds.
    pub timeout_ms: u64,
}

/// A value that is never shown.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

impl Secret {
    /// The value, for the one place that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 4000)),
            data_dir: PathBuf::from("./data"),
            master_key: None,
            database: DatabaseConfig::default(),
            log: LogConfig::default(),
            outbound: OutboundConfig::default(),
            auth: auth::AuthConfig::default(),
            health: registry::HealthConfig::default(),
            graphql: GraphqlConfig::default(),
            http: HttpConfig::default(),
        }
    }
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self {
            url: None,
            connections_max: 16,
        }
    }
}

impl Default for GraphqlConfig {
    fn default() -> Self {
        Self {
            body_bytes_max: 40 * 1024 * 1024,
            timeout_ms: 60_000,
        }
    }
}

impl Config {
    /// Reads the file, the environment and the flags, and checks what can be checked without
    /// touching anything.
    pub fn load(cli: &Cli) -> anyhow::Result<Self> {
        let variables = environment()
            .into_iter()
            .filter(|(name, _)| !NO_SETTINGS.contains(&name.as_str()));
        let config: Self = kit::config::load(cli.config.as_deref(), variables, cli.settings())?;
        config.database_url()?;
        config.http.check()?;
        if let Some(key) = &config.master_key {
            kit::secret::MasterKey::from_base64(key.reveal())
                .context("the setting `master_key`")?;
        }
        Ok(config)
    }

    /// Where the platform's database is.
    pub fn database_url(&self) -> anyhow::Result<DbUrl> {
        match &self.database.url {
            Some(url) => url.reveal().parse().context("the setting `database.url`"),
            None => Ok(DbUrl::Sqlite(self.data_dir.join("portico.sqlite"))),
        }
    }

    /// How large its pool may be.
    pub fn pool_size(&self) -> PoolSize {
        PoolSize {
            connections_max: self.database.connections_max.max(1),
        }
    }
}
