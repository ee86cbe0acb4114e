//! What signing in costs: against the hash alone, to those who ask something else meanwhile, and
//! in what the time of an answer tells of an address.
//!
//! Run by `cargo xtask bench identity`, which builds the binary that is measured in the release
//! profile. Figures of two things are only compared when they were taken in turns, in one run.

use std::time::Duration;

use clap::{Parser, ValueEnum};
use testkit::Backend;

mod accounts;
mod answers;
mod logins;
mod queries;
mod server;
mod telling;

/// What to measure.
#[derive(Parser)]
struct Arguments {
    /// A database below it; several are measured one after the other.
    #[arg(long, value_enum, default_value = "sqlite")]
    database: Vec<Database>,
    /// Rounds of the sign-ins and of the queries beside them; the median counts.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds of each measure of a round.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Answers of each kind whose times are compared.
    #[arg(long, default_value_t = 200)]
    samples: usize,
    /// Cargo says so to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Database {
    Sqlite,
    Mysql,
}

/// How long and how often.
#[derive(Clone, Copy)]
struct Rounds {
    count: usize,
    length: Duration,
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    let rounds = Rounds {
        count: arguments.rounds.max(1),
        length: Duration::from_secs(arguments.seconds.max(1)),
    };
    for database in &arguments.database {
        let backend = match database {
            Database::Sqlite => Backend::Sqlite,
            Database::Mysql => Backend::Mysql,
        };
        println!("measured on {backend:?}");
        logins::measure(backend, rounds).await;
        telling::measure(backend, arguments.samples.max(1)).await;
    }
}

/// One line of the table.
fn row(what: &str, value: impl std::fmt::Display) {
    println!("{what:<60} {value:>12}");
}

/// A duration with the unit of the table.
fn milliseconds(seconds: f64) -> String {
    format!("{:.2} ms", seconds * 1000.0)
}

/// The value below which this part of all are.
fn quantile(mut values: Vec<f64>, part: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().saturating_sub(1) as f64;
    let value = values.get((last * part).round() as usize);
    value.copied().unwrap_or(f64::NAN)
}

/// The middle one.
fn median(values: Vec<f64>) -> f64 {
    quantile(values, 0.5)
}
