//! The random run, and the seeds that once failed.

use router::compose::SubgraphSdl;

use crate::cases;
use crate::federation::{Federation, Outcome};
use crate::operation::{self, Operation};
use crate::shrink::shrink;
use crate::split::split;
use crate::tape::Tape;

/// Graphs in an ordinary run; `DIFFERENTIAL_GRAPHS` asks for more.
const GRAPHS: usize = 150;

/// Operations for each graph.
const OPERATIONS: u64 = 12;

/// What a run has seen.
#[derive(Default, Debug)]
pub(crate) struct Tally {
    composed: usize,
    rejected: usize,
    pub(crate) compared: usize,
    invalid: usize,
}

#[test]
fn federation_of_random_graphs_makes_no_difference() {
    let number = |name: &str| option(name).and_then(|text| text.parse::<usize>().ok());
    let graphs = number("DIFFERENTIAL_GRAPHS").unwrap_or(GRAPHS);
    let first = number("DIFFERENTIAL_SEED").unwrap_or(1);
    let mut tally = Tally::default();
    let mut failures = Vec::new();
    for seed in first..first + graphs {
        let seed = u64::try_from(seed).expect("a seed fits");
        if let Err(failure) = try_graph(seed, &mut tally) {
            println!("{failure}");
            failures.push(failure);
            if failures.len() == 8 {
                break;
            }
        }
    }
    println!("{tally:?}");
    assert!(
        failures.is_empty(),
        "{} graphs make a difference",
        failures.len()
    );
    assert!(
        tally.composed * 3 > tally.rejected,
        "too few graphs compose: {tally:?}"
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "the length of a test run is no setting of a program"
)]
fn option(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

pub(crate) fn try_graph(seed: u64, tally: &mut Tally) -> Result<(), String> {
    try_graph_as(seed, tally, &Federation::new)
}

/// How a graph comes about: in this process, or over a wire.
pub(crate) type Make<'a> = dyn Fn(u64, &[SubgraphSdl]) -> Result<Federation, String> + 'a;

pub(crate) fn try_graph_as(seed: u64, tally: &mut Tally, make: &Make<'_>) -> Result<(), String> {
    let size = size(seed);
    let subgraphs = split(seed, size);
    let federation = match make(seed, &subgraphs) {
        Ok(federation) => federation,
        Err(why) => {
            if option("DIFFERENTIAL_REJECTS").is_some() {
                println!("{seed}: {why}\n");
            }
            tally.rejected += 1;
            return Ok(());
        }
    };
    tally.composed += 1;
    for number in 0..OPERATIONS {
        let mut tape = Tape::new(seed.wrapping_mul(1000) + number);
        let operation = operation::write(&federation.api, tape.next(), size);
        match federation.check(&operation.text, &operation.variables) {
            Outcome::Same => tally.compared += 1,
            Outcome::Invalid => tally.invalid += 1,
            Outcome::Different(difference) => {
                return Err(report(seed, &federation, &operation, &difference));
            }
        }
    }
    Ok(())
}

/// A failure, with its operation made small.
fn report(seed: u64, federation: &Federation, operation: &Operation, difference: &str) -> String {
    let variables = &operation.variables;
    let mut last = difference.to_owned();
    let small = shrink(
        &operation.text,
        &mut |text| match federation.check(text, variables) {
            Outcome::Different(difference) => {
                last = difference;
                true
            }
            Outcome::Same | Outcome::Invalid => false,
        },
    );
    let (plan, _) = federation.plan(&small, variables);
    let told = format!("=== seed {seed}: {last}\n{small}\n{variables}\n{plan}");
    if option("DIFFERENTIAL_CASES").is_none() {
        return told;
    }
    let case = cases::write(seed, &split(seed, size(seed)), &small, variables);
    format!("{told}\n{case}")
}

fn size(seed: u64) -> usize {
    1 + usize::try_from(seed % 6).expect("it is small")
}
