//! The command `portico`.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use mimalloc::MiMalloc;
use portico::cli::Cli;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match portico::command::run(Cli::parse()).await {
        Ok(code) => code,
        Err(err) => {
            // Nobody may be reading; that is no reason to panic.
            let _ = writeln!(std::io::stderr(), "portico: {err:#}");
            ExitCode::FAILURE
        }
    }
}
