//! `portico config schema|check`.

use crate::cli::Cli;
use crate::config::Config;
use crate::role::Roles;

/// Prints the JSON Schema of the configuration.
pub(super) fn print_schema() -> anyhow::Result<()> {
    println!(
        "{}",
        serde_json::to_string_pretty(&kit::config::schema::<Config>())?
    );
    Ok(())
}

/// Reads the configuration as `serve` would, without touching anything.
pub(super) fn check(cli: &Cli) -> anyhow::Result<()> {
    let config = Config::load(cli)?;
    let roles = Roles::of(&config)?;
    println!("The configuration is valid.");
    println!("  roles     {}", roles.names());
    println!("  listen    {}", config.listen);
    println!("  data_dir  {}", config.data_dir.display());
    println!("  database  {}", config.database_url()?);
    Ok(())
}
