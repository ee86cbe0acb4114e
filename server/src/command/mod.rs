//! The subcommands, one file each.

mod admin;
mod compose;
mod config;
mod diff;
mod keys;
mod migrate;
mod router;
mod schema;
mod serve;
mod subgraphs;

pub use schema::Contract;
pub use serve::{Portico, start};

use std::process::ExitCode;

use crate::cli::{AdminCommand, Cli, Command, ConfigCommand, SchemaCommand};
use crate::config::Config;
use crate::demo;

/// Does what the command line says.
pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match &cli.command {
        Command::Serve(_) => serve::run(Config::load(&cli)?).await?,
        Command::Compose(input) => return compose::run(input),
        Command::Schema(SchemaCommand::Export(export)) => return schema::run(export),
        Command::Schema(SchemaCommand::Diff(input)) => return diff::run(input),
        Command::Migrate => migrate::run(&Config::load(&cli)?).await?,
        Command::Admin(AdminCommand::Create(create)) => {
            admin::run(&Config::load(&cli)?, create).await?;
        }
        Command::Keys(command) => keys::run(command, &Config::load(&cli)?).await?,
        Command::Config(ConfigCommand::Schema) => config::print_schema()?,
        Command::Config(ConfigCommand::Check) => config::check(&cli)?,
        Command::Router(command) => router::run(command).await?,
        Command::DemoService(service) => demo::run(service.listen).await?,
    }
    Ok(ExitCode::SUCCESS)
}
