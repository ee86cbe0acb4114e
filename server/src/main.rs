//! The command `portico`.

use std::process::ExitCode;

use clap::Parser as _;
use portico::cli::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    match portico::command::run(Cli::parse()).await {
        Ok(code) => code,
        Err(err) => {
            eprintln!("portico: {err:#}");
            ExitCode::FAILURE
        }
    }
}
