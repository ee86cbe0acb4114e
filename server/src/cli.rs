//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use serde_json::{Map, Value, json};

use crate::role::Role;

/// The backend of a multi-tenant service-management platform, as one federated GraphQL API.
#[derive(Debug, Parser)]
#[command(
    name = "portico",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
pub struct Cli {
    /// Configuration file (TOML). Every setting is also an environment variable, such as
    /// PORTICO_LISTEN; `portico config schema` lists them all.
    #[arg(long, global = true, value_name = "FILE", env = "PORTICO_CONFIG")]
    pub config: Option<PathBuf>,
    /// Directory for everything that Portico keeps [default: ./data].
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the binary can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs the platform: router and all subgraphs in one process, or some of them.
    Serve(Serve),
    /// Works with the GraphQL contract.
    #[command(subcommand)]
    Schema(SchemaCommand),
    /// Brings the databases up to date, the platform's and every tenant's, and ends.
    Migrate,
    /// Works with administrators of the platform.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Works with the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Runs the small service that the tour of the README registers.
    DemoService(DemoService),
}

/// How to run the platform.
#[derive(Debug, Args)]
pub struct Serve {
    /// Address to listen on [default: 127.0.0.1:4000]. Port 0 takes a free one.
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// What this process does [default: everything]. May be given several times. Some of the roles
    /// need MySQL, Redis and a shared master key.
    #[arg(long = "role", value_name = "ROLE", value_enum)]
    pub roles: Vec<Role>,
}

/// Commands on the contract.
#[derive(Debug, Subcommand)]
pub enum SchemaCommand {
    /// Writes the SDL of every subgraph, the supergraph, the API, the JSON Schemas of the events
    /// and of the configuration.
    Export(SchemaExport),
}

/// Where the contract goes.
#[derive(Debug, Args)]
pub struct SchemaExport {
    /// Only compares, and fails when a file differs, is missing or is left over.
    #[arg(long)]
    pub check: bool,
    /// Directory of the files.
    #[arg(long, default_value = "schema", value_name = "DIR")]
    pub dir: PathBuf,
}

/// Commands on administrators.
#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Creates an administrator and prints the password, once.
    Create(AdminCreate),
}

/// Whom to create.
#[derive(Debug, Args)]
pub struct AdminCreate {
    /// The administrator's e-mail address.
    #[arg(long)]
    pub email: String,
    /// The administrator's name.
    #[arg(long, default_value = "Administrator")]
    pub name: String,
}

/// Commands on the configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Prints the JSON Schema of the configuration, with the environment variable of each setting.
    Schema,
    /// Checks the configuration as `serve` would read it, and says what is wrong.
    Check,
}

/// How to run the demo service.
#[derive(Debug, Args)]
pub struct DemoService {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:4010", value_name = "ADDR")]
    pub listen: SocketAddr,
}

impl Cli {
    /// The flags that are settings, as a layer over the file and the environment.
    pub fn settings(&self) -> Value {
        let mut settings = Map::new();
        if let Some(dir) = &self.data_dir {
            settings.insert("data_dir".to_owned(), json!(dir));
        }
        if let Command::Serve(serve) = &self.command {
            if let Some(listen) = serve.listen {
                settings.insert("listen".to_owned(), json!(listen));
            }
            if !serve.roles.is_empty() {
                settings.insert("roles".to_owned(), json!(serve.roles));
            }
        }
        Value::Object(settings)
    }
}
