//! What Portico costs: start-up, memory, signing in, the `Home` query, an import.
//!
//! Run by `cargo xtask bench`, which builds the binary that is measured in the release profile.
//! Every measure prints the lines of one table and stands alone in its module.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use testkit::Backend;

mod home;
mod import;
mod load;
mod login;
mod memory;
mod setting;
mod start;

/// What to measure.
#[derive(Parser)]
struct Arguments {
    /// The database below it.
    #[arg(long, value_enum, default_value_t = Database::Sqlite)]
    database: Database,
    /// A large OpenAPI document to import, JSON or YAML, plain or gzipped.
    #[arg(long, value_name = "FILE")]
    openapi: Option<PathBuf>,
    /// Cargo says so to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Database {
    Sqlite,
    Mysql,
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    let backend = match arguments.database {
        Database::Sqlite => Backend::Sqlite,
        Database::Mysql => Backend::Mysql,
    };
    println!("measured on {backend:?}");
    start::measure(backend).await;
    memory::measure(backend).await;
    login::measure(backend).await;
    home::measure_over_http(backend).await;
    home::measure_in_process(backend).await;
    if let Some(path) = &arguments.openapi {
        import::measure(backend, path).await;
    }
}

/// One line of the table.
fn row(what: &str, value: impl std::fmt::Display) {
    println!("{what:<44} {value:>12}");
}
