//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
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
    /// Composes subgraphs of any origin into a supergraph.
    Compose(Compose),
    /// Works with the GraphQL contract.
    #[command(subcommand)]
    Schema(SchemaCommand),
    /// Brings the databases up to date, the platform's and every tenant's, and ends.
    Migrate,
    /// Works with administrators of the platform.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Works with the keys that sign access tokens.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Works with the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Runs the federation router alone, over HTTP subgraphs: no database, no domain.
    Router(RouterCommand),
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
    /// Says what changed from one schema to another, and fails when a client may break.
    Diff(SchemaDiff),
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

/// Which schemas to compare.
#[derive(Debug, Args)]
pub struct SchemaDiff {
    /// File of the API schema, or of the supergraph, that clients know; `-` reads standard input.
    pub old: PathBuf,
    /// File of the one that is to replace it; `-` reads standard input.
    pub new: PathBuf,
    /// How to print the changes.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// What to compose.
#[derive(Debug, Args)]
pub struct Compose {
    /// File (TOML) with a table `[subgraphs.NAME]` for each subgraph: its `url`, and its `schema`,
    /// one file or a list of files beside this one.
    // The same name as the global option, which it takes the place of.
    #[arg(id = "config", long = "config", value_name = "FILE", required = true)]
    pub subgraphs: PathBuf,
    /// File for the supergraph, replaced at once and only when there is no error [default: standard output].
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// How to print what composition has to say, on standard error.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// For whom findings are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A person: one line each.
    #[default]
    Text,
    /// A program: one JSON document.
    Json,
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

/// Commands on the signing keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Lists the keys and the stage of each.
    List,
    /// Publishes the next key. It signs after the time that `auth.signing_key_lead_hours` sets;
    /// keys also rotate by themselves, every `auth.signing_key_days`.
    Rotate(KeysRotate),
}

/// How to rotate.
#[derive(Debug, Args)]
pub struct KeysRotate {
    /// Lets the next key sign at once. Others who cache our keys may refuse its tokens for a while.
    #[arg(long)]
    pub now: bool,
    /// The same, and forgets all keys before it: within a minute every access token that was issued
    /// is refused, and clients refresh. For a key that has leaked.
    #[arg(long)]
    pub revoke: bool,
}

/// Commands on the configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Prints the JSON Schema of the configuration, with the environment variable of each setting.
    Schema,
    /// Checks the configuration as `serve` would read it, and says what is wrong.
    Check,
}

/// How to run the router alone.
#[derive(Debug, Args)]
pub struct RouterCommand {
    /// The composed supergraph (SDL of the join specification), with the URL of each subgraph.
    #[arg(long, value_name = "FILE")]
    pub supergraph: PathBuf,
    /// Address to listen on. Port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:4000", value_name = "ADDR")]
    pub listen: SocketAddr,
    /// A header of clients that subgraphs get; may be repeated. None does by itself.
    #[arg(long, value_name = "NAME")]
    pub propagate: Vec<String>,
    /// What identical work under way shares: nothing, requests to subgraphs, or whole requests
    /// of clients. Only what goes out with equal headers is identical.
    #[arg(long, value_enum, default_value_t = Share::Fetches)]
    pub share: Share,
    /// Keeps the schema from clients.
    #[arg(long)]
    pub no_introspection: bool,
}

/// What identical work under way shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Share {
    /// Nothing.
    None,
    /// Requests to subgraphs.
    Fetches,
    /// Those, and whole requests of clients.
    Requests,
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
