//! The configuration: one struct per concern, each with the crate that it configures.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use kit::config::{Secret, environment};
use kit::db::{DbUrl, PoolSize};
use kit::event::Stream;
use kit::mail::MailConfig;
use kit::network::Network;
use kit::outbound::OutboundConfig;
use kit::secret::MasterKey;
use kit::telemetry::LogConfig;
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
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
    #[serde(deserialize_with = "listen")]
    pub listen: SocketAddr,
    /// Where people reach Portico: links in letters begin with it. Without it, `http://` and the
    /// address to listen on.
    pub public_url: Option<Url>,
    /// Proxies in front of Portico, as networks in CIDR form. If a request comes from one of them,
    /// its client is the last address of `X-Forwarded-For` that is not one of them. Limits count by
    /// the client's address, so behind a proxy that is not listed all clients count as one.
    #[schemars(with = "Vec<String>")]
    pub trusted_proxies: Vec<Network>,
    /// Directory for everything that is kept: the SQLite files and the master key.
    #[schemars(length(min = 1))]
    pub data_dir: PathBuf,
    /// The key that seals secrets in the databases: 32 random bytes in base64. Without it, a key is
    /// made in the file `master.key` of the data directory. All processes on one database need the
    /// same.
    #[serde(deserialize_with = "master_key")]
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
    /// Letters to people.
    pub mail: MailConfig,
    /// Signing in.
    pub auth: auth::AuthConfig,
    /// Limits on tenants.
    pub tenants: tenant::TenantConfig,
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
    #[serde(deserialize_with = "database_url")]
    pub url: Option<Secret>,
    /// How many connections may be open at once.
    #[schemars(range(min = 1, max = 1000))]
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
    /// Largest body of a request with files in it, in bytes.
    #[schemars(range(min = 1))]
    pub body_bytes_max: usize,
    /// Largest JSON of a request, in bytes. Reading it may take seventy times as many of memory.
    #[schemars(range(min = 1))]
    pub json_bytes_max: usize,
    /// Time for a request, in milliseconds.
    #[schemars(range(min = 1, max = 3_600_000))]
    pub timeout_ms: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 4000)),
            public_url: None,
            trusted_proxies: Vec::new(),
            data_dir: PathBuf::from("./data"),
            master_key: None,
            roles: Vec::new(),
            database: DatabaseConfig::default(),
            redis: RedisConfig::default(),
            subgraphs: SubgraphsConfig::default(),
            log: LogConfig::default(),
            outbound: OutboundConfig::default(),
            mail: MailConfig::default(),
            auth: auth::AuthConfig::default(),
            tenants: tenant::TenantConfig::default(),
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
            json_bytes_max: 2 * 1024 * 1024,
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
        let file = cli.config.as_deref();
        let config: Self = kit::config::load(file, variables, cli.settings())?;
        config.http.check()?;
        config.mail.check()?;
        config.stream()?;
        Ok(config)
    }

    /// Where people reach the platform.
    pub fn public_url(&self) -> Url {
        self.public_url.clone().unwrap_or_else(|| {
            let own = format!("http://{}", self.listen);
            own.parse().expect("an address and a port make a URL")
        })
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
            connections_max: self.database.connections_max,
        }
    }
}

fn listen<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(deserializer)?;
    let expected = "expected an address with a port such as 127.0.0.1:4000 or [::]:4000";
    text.parse().map_err(|_| D::Error::custom(expected))
}

fn master_key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    let key = Option::<Secret>::deserialize(deserializer)?;
    match &key {
        Some(key) if MasterKey::from_base64(key.reveal()).is_err() => {
            Err(D::Error::custom("expected 32 bytes in base64"))
        }
        _ => Ok(key),
    }
}

fn database_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    let url = Option::<Secret>::deserialize(deserializer)?;
    match &url {
        Some(url) if url.reveal().parse::<DbUrl>().is_err() => Err(D::Error::custom(
            "expected `sqlite:PATH` or `mysql://USER:PASSWORD@HOST:PORT/NAME`",
        )),
        _ => Ok(url),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said_of(variables: &[(&str, &str)]) -> String {
        let variables = variables
            .iter()
            .map(|&(name, value)| (name.to_owned(), value.to_owned()));
        let refused = kit::config::load::<Config>(None, variables, serde_json::json!({}));
        refused.expect_err("refused").to_string()
    }

    #[test]
    fn a_setting_that_serve_cannot_work_with_is_a_mistake() {
        let said = said_of(&[
            ("PORTICO_LISTEN", "localhost"),
            ("PORTICO_TRUSTED_PROXIES", "10.0.0.0/8, proxy"),
            ("PORTICO_DATA_DIR", ""),
            ("PORTICO_MASTER_KEY", "hush"),
            ("PORTICO_DATABASE_URL", "postgres://hush"),
            ("PORTICO_DATABASE_CONNECTIONS_MAX", "0"),
            ("PORTICO_LOG_FILTER", "foo=bar=baz"),
            ("PORTICO_OUTBOUND_TIMEOUT_MS", "0"),
            ("PORTICO_AUTH_ISSUER", ""),
            ("PORTICO_AUTH_REFRESH_GRACE_S", "11"),
            ("PORTICO_AUTH_OAUTH_PROVIDERS", "{ hush"),
            ("PORTICO_TENANTS_OWNED_MAX", "-1"),
            ("PORTICO_HEALTH_INTERVAL_MS", "1"),
            ("PORTICO_HEALTH_RISE", "0"),
            ("PORTICO_HEALTH_CONCURRENCY", "99999"),
            ("PORTICO_GRAPHQL_TIMEOUT_MS", "0"),
        ]);
        assert!(
            said.starts_with("invalid configuration: 16 mistakes\n"),
            "{said}"
        );
        for line in [
            "`listen` (PORTICO_LISTEN): expected an address with a port such as 127.0.0.1:4000 or \
             [::]:4000, found \"localhost\"",
            "`trusted_proxies` (PORTICO_TRUSTED_PROXIES): expected a CIDR such as 127.0.0.0/8, found \"proxy\"",
            "`data_dir` (PORTICO_DATA_DIR): expected a text that is not empty, found \"\"",
            "`log.filter` (PORTICO_LOG_FILTER): expected directives such as `info` or \
             `info,registry=debug`, found \"foo=bar=baz\"",
            "`auth.oauth.providers` (PORTICO_AUTH_OAUTH_PROVIDERS): expected an object of providers by name",
            "`health.rise` (PORTICO_HEALTH_RISE): expected a whole number of at least 1, found 0",
            "`health.concurrency` (PORTICO_HEALTH_CONCURRENCY): expected a whole number from 1 to \
             1000, found 99999",
            "`graphql.timeout_ms` (PORTICO_GRAPHQL_TIMEOUT_MS): expected a whole number from 1 to \
             3600000, found 0",
        ] {
            assert!(
                said.contains(&format!("\n  {line}")),
                "{line} is not in: {said}"
            );
        }
        assert!(!said.contains("hush"), "{said}");
    }

    #[test]
    fn every_setting_has_its_environment_variable_in_the_schema() {
        fn missing(schema: &serde_json::Value, path: &str, found: &mut Vec<String>) {
            match schema["properties"].as_object() {
                Some(properties) => properties.iter().for_each(|(name, property)| {
                    missing(property, &format!("{path}.{name}"), found);
                }),
                None if schema["x-environment"].is_string() => {}
                None => found.push(path.to_owned()),
            }
        }
        let schema = kit::config::schema::<Config>();
        let mut found = Vec::new();
        missing(&schema, "", &mut found);
        assert!(found.is_empty(), "{found:?}");
        let deep = &schema["properties"]["health"]["properties"]["rise"];
        assert_eq!(deep["x-environment"], "PORTICO_HEALTH_RISE");
    }
}
