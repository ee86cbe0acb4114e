//! Development tasks, run as `cargo xtask …`.
//!
//! Compiles before everything else, so it depends on next to nothing and on no crate of ours.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod bench;
mod interrupt;
mod programs;
mod requirements;
mod schema;
mod services;
mod step;
mod suite;
mod tidy;
mod workspace;

use crate::step::StepFailed;

/// Development tasks of the workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Installs what the tests need, then runs every check and every test.
    Test,
    /// Runs a command with a throwaway MariaDB and Redis up and their URLs in its environment.
    WithServices {
        /// The command and its arguments, after `--`.
        #[arg(last = true, required = true)]
        command: Vec<String>,
    },
    /// Measures the release build: the platform, signing in, or the router alone.
    Bench(bench::Bench),
    /// Regenerates the committed contract in `schema/`.
    Schema,
    /// Checks the rules of the repository that no compiler knows.
    Tidy,
}

fn main() -> ExitCode {
    let outcome = interrupt::listen().and_then(|()| match Cli::parse().task {
        Task::Test => suite::run(),
        Task::WithServices { command } => suite::with_services(&command),
        Task::Bench(bench) => bench::run(&bench),
        Task::Schema => schema::export(),
        Task::Tidy => tidy::run(),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => exit_code(&error),
    }
}

/// A failed command has spoken for itself and its own exit code goes on to the caller;
/// every other error is told here, once.
fn exit_code(error: &anyhow::Error) -> ExitCode {
    if let Some(signal) = interrupt::received() {
        eprintln!("xtask: interrupted by signal {signal}");
        return ExitCode::from(u8::try_from(128 + signal).unwrap_or(1));
    }
    match error.downcast_ref::<StepFailed>() {
        Some(failed) => {
            if !failed.tells_itself {
                eprintln!("xtask: {failed}");
            }
            ExitCode::from(failed.code)
        }
        None => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
