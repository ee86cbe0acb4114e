//! What a process does: everything, or some of it beside others that do the rest.

use std::fmt;

use anyhow::{Context as _, bail};
use clap::ValueEnum;
use kit::db::DbUrl;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::Config;

/// A part of the platform that a process can play.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The router, which clients talk to.
    Router,
    /// Accounts, sessions and tokens.
    Auth,
    /// People and roles.
    User,
    /// Tenants, their members and subscriptions.
    Tenant,
    /// Services, their endpoints and health.
    Registry,
    /// Forms and submissions.
    Form,
    /// Menus.
    Menu,
    /// Notifications.
    Notification,
    /// The event log, features and the state of the platform.
    Platform,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Router,
        Self::Auth,
        Self::User,
        Self::Tenant,
        Self::Registry,
        Self::Form,
        Self::Menu,
        Self::Notification,
        Self::Platform,
    ];

    /// Its name; for all but the router, that of a subgraph.
    pub fn name(self) -> &'static str {
        match self {
            Self::Router => "router",
            Self::Auth => auth::NAME,
            Self::User => user::NAME,
            Self::Tenant => tenant::NAME,
            Self::Registry => registry::NAME,
            Self::Form => form::NAME,
            Self::Menu => menu::NAME,
            Self::Notification => notification::NAME,
            Self::Platform => platform::NAME,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The roles of this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles(Vec<Role>);

impl Roles {
    /// The roles that are configured, all if none is, after checking that what they stand on is
    /// there: processes that share the work share a database, a Redis and a master key.
    pub fn of(config: &Config) -> anyhow::Result<Self> {
        let is_played = |role: &Role| config.roles.is_empty() || config.roles.contains(role);
        let roles = Self(Role::ALL.into_iter().filter(is_played).collect());
        if roles.are_all() {
            return Ok(roles);
        }
        if let DbUrl::Sqlite(_) = config.database_url()? {
            bail!(
                "a process with some of the roles needs the database of the others: set \
                 `database.url` to mysql://USER:PASSWORD@HOST:PORT/NAME, or leave the roles out to \
                 run everything in one process on SQLite"
            );
        }
        if config.redis.url.is_none() {
            bail!(
                "a process with some of the roles hears of events by Redis: set `redis.url` to \
                 redis://:PASSWORD@HOST:PORT"
            );
        }
        if config.master_key.is_none() {
            bail!(
                "a process with some of the roles needs the master key of the others: set \
                 `master_key` to the same 32 bytes in base64 everywhere"
            );
        }
        if roles.play(Role::Router) {
            roles.find_elsewhere(config)?;
        }
        Ok(roles)
    }

    /// Whether the process plays a role.
    pub fn play(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// Whether the process plays all roles and needs nobody beside it.
    pub fn are_all(&self) -> bool {
        self.0.len() == Role::ALL.len()
    }

    /// The subgraphs among them.
    pub fn subgraphs(&self) -> impl Iterator<Item = Role> + '_ {
        self.0.iter().copied().filter(|role| *role != Role::Router)
    }

    /// Their names, for people.
    pub fn names(&self) -> String {
        let names = self.0.iter().map(|role| role.name()).collect::<Vec<_>>();
        names.join(", ")
    }

    /// Checks that the router knows where every subgraph is that is not in this process.
    fn find_elsewhere(&self, config: &Config) -> anyhow::Result<()> {
        for role in Role::ALL.into_iter().filter(|role| !self.play(*role)) {
            let name = role.name();
            let urls = config.subgraphs.urls(role);
            if urls.is_empty() {
                bail!(
                    "the router does not know where the subgraph {name} is: set \
                     `subgraphs.{name}.urls` to where processes with the role {name} listen, such \
                     as http://HOST:PORT, or give the role {name} to this process"
                );
            }
            for url in urls {
                check(url).with_context(|| {
                    format!("the setting `subgraphs.{name}.urls` has the entry {url}")
                })?;
            }
        }
        Ok(())
    }
}

fn check(url: &url::Url) -> anyhow::Result<()> {
    let is_origin = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let is_open = url.username().is_empty() && url.password().is_none();
    if url.scheme() != "http" || url.host_str().is_none() || !is_origin || !is_open {
        bail!("expected http://HOST:PORT");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config(settings: serde_json::Value) -> Config {
        serde_json::from_value(settings).expect("settings that exist")
    }

    fn refusal(settings: serde_json::Value) -> String {
        format!("{:#}", Roles::of(&config(settings)).expect_err("refused"))
    }

    const KEY: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
    const MYSQL: &str = "mysql://a:b@127.0.0.1:3306/portico";

    #[test]
    fn without_roles_a_process_plays_all() {
        let roles = Roles::of(&config(json!({}))).expect("fine");
        assert!(roles.are_all());
        let all = Role::ALL.map(Role::name);
        let named = Roles::of(&config(json!({ "roles": all }))).expect("fine");
        assert_eq!(roles, named, "also on SQLite");
    }

    #[test]
    fn what_cannot_work_is_said_by_the_name_of_its_setting() {
        let mut settings = json!({ "roles": ["form"] });
        assert!(refusal(settings.clone()).contains("`database.url`"));
        settings["database"] = json!({ "url": MYSQL });
        assert!(refusal(settings.clone()).contains("`redis.url`"));
        settings["redis"] = json!({ "url": "redis://127.0.0.1:6379" });
        assert!(refusal(settings.clone()).contains("`master_key`"));
        settings["master_key"] = json!(KEY);
        Roles::of(&config(settings.clone())).expect("complete");

        settings["roles"] = json!(["router", "form"]);
        assert!(refusal(settings.clone()).contains("`subgraphs.auth.urls`"));
        let elsewhere = |url: &str| {
            let names = Role::ALL
                .into_iter()
                .map(|role| (role.name().to_owned(), json!({ "urls": [url] })));
            names
                .filter(|(name, _)| name != "router")
                .collect::<serde_json::Map<_, _>>()
        };
        settings["subgraphs"] = elsewhere("http://127.0.0.1:4001").into();
        Roles::of(&config(settings.clone())).expect("complete");
        for wrong in [
            "ftp://127.0.0.1",
            "http://127.0.0.1:4001/graphql",
            "http://a:b@127.0.0.1",
        ] {
            settings["subgraphs"] = elsewhere(wrong).into();
            let said = refusal(settings.clone());
            assert!(said.contains("`subgraphs.auth.urls`"), "{said}");
        }
    }
}
