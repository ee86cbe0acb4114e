//! What the router costs: in front of HTTP subgraphs, in process, for one subgraph, and while
//! it plans and composes.
//!
//! Run by `cargo xtask bench router`, which builds the binary that is measured in the release
//! profile. Figures of two things are only compared when they were taken in turns, in one run.

use std::net::SocketAddr;

use clap::Parser;
use mimalloc::MiMalloc;

mod compose;
mod direct;
mod gateway;
mod in_process;
mod load;
mod process;
mod shop;
mod subgraphs;
mod supergraph;

/// The one of the binary, for what is measured in this process.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// What to measure.
#[derive(Parser)]
struct Arguments {
    /// Another federation router to compare with: a shell command in which $SUPERGRAPH is the
    /// file of the supergraph, $PORT the port of 127.0.0.1 to answer `POST /graphql` on, and
    /// $SHARE what identical work under way is to share: `none`, `fetches` or `requests`.
    #[arg(long, value_name = "COMMAND")]
    peer: Option<String>,
    /// Rounds of each measure; the median counts.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds of each round.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Serves the subgraphs instead of measuring.
    #[arg(long, hide = true)]
    serve_subgraphs: Option<SocketAddr>,
    /// Cargo says so to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

/// How long and how often.
#[derive(Clone, Copy)]
struct Rounds {
    count: usize,
    seconds: u64,
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    if let Some(address) = arguments.serve_subgraphs {
        return subgraphs::serve(address).await;
    }
    let rounds = Rounds {
        count: arguments.rounds.max(1),
        seconds: arguments.seconds.max(1),
    };
    let shop = shop::Shop::open().await;
    gateway::measure(&shop, arguments.peer.as_deref(), rounds).await;
    in_process::measure(&shop, rounds).await;
    direct::measure(&shop, rounds).await;
    compose::measure().await;
}

/// One line of the table.
fn row(what: &str, value: impl std::fmt::Display) {
    println!("{what:<56} {value:>14}");
}

/// The middle one.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
