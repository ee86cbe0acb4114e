//! The configuration: one struct per concern, each with the crate that it configures.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use kit::config::environment;
use kit::db::{DbUrl, PoolSize};
use kit::event::Stream;
use kit::outbound::OutboundConfig;
use kit::telemetry::LogConfig;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::cli::Cli;
use crate::front::HttpConfig;
use crate::role::Role;

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
    /// What this process does: `router`, or the name of a subgraph. Everything if it is empty.
    pub roles: Vec<Role>,
    /// The platform's database.
    pub database: DatabaseConfig,
    /// The way of events between processes.
    pub redis: RedisConfig,
    /// Where the router finds the subgraphs that are not in its process.
    pub subgraphs: SubgraphsConfig,
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

/// Settings of Redis, which processes on one database tell each other of events by.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RedisConfig {
    /// `redis://:PASSWORD@HOST:PORT`. Without it, processes on one database poll it for events.
    pub url: Option<Secret>,
    /// What the keys begin with. Platforms that share a Redis need different ones.
    pub prefix: String,
}

/// Where each subgraph is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SubgraphsConfig {
    /// Accounts, sessions and tokens.
    pub auth: SubgraphConfig,
    /// People and roles.
    pub user: SubgraphConfig,
    /// Tenants, their members and subscriptions.
    pub tenant: SubgraphConfig,
    /// Services, their endpoints and health.
    pub registry: SubgraphConfig,
    /// Forms and submissions.
    pub form: SubgraphConfig,
    /// Menus.
    pub menu: SubgraphConfig,
    /// Notifications.
    pub notification: SubgraphConfig,
    /// The event log, features and the state of the platform.
    pub platform: SubgraphConfig,
}

/// Where one subgraph is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SubgraphConfig {
    /// Where the processes listen that serve it: `http://HOST:PORT`, one for each replica, or one
    /// name that stands for all of them.
    pub urls: Vec<Url>,
}

impl SubgraphsConfig {
    /// Where a subgraph is served; the router itself is none.
    pub fn urls(&self, role: Role) -> &[Url] {
        match role {
            Role::Router => &[],
            Role::Auth => &self.auth.urls,
            Role::User => &self.user.urls,
            Role::Tenant => &self.tenant.urls,
            Role::Registry => &self.registry.urls,
            Role::Form => &self.form.urls,
            Role::Menu => &self.menu.urls,
            Role::Notification => &self.notification.urls,
            Role::Platform => &self.platform.urls,
        }
    }
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
            roles: Vec::new(),
            database: DatabaseConfig::default(),
            redis: RedisConfig::default(),
            subgraphs: SubgraphsConfig::default(),
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

impl Default for RedisConfig {
    fn default() -> Self {
        Self {
            url: None,
            prefix: "portico".to_owned(),
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
        config.stream()?;
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

    /// The way of events between processes, if there is one.
    pub fn stream(&self) -> anyhow::Result<Option<Stream>> {
        let open = |url: &Secret| {
            Stream::new(url.reveal(), &self.redis.prefix).context("the setting `redis.url`")
        };
        self.redis.url.as_ref().map(open).transpose()
    }

    /// How large its pool may be.
    pub fn pool_size(&self) -> PoolSize {
        PoolSize {
            connections_max: self.database.connections_max.max(1),
        }
    }
}
