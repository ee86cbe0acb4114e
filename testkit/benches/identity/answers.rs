//! Answers of several kinds in turns, and whether their times tell the kinds apart.

use std::time::{Duration, Instant};

use kit::secret;
use serde_json::{Value, json};
use testkit::{Client, MannWhitney};

use crate::server::stranger;
use crate::{median, milliseconds, row};

/// Between two questions, and what chance adds to it at most: so that what a question leaves to be
/// done, such as a letter to be sent, meets questions of every kind alike.
const PAUSE: Duration = Duration::from_millis(10);
const PAUSE_MORE_MS: u64 = 20;

/// An operation that must not tell by its time what is known of an address.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) query: &'static str,
    /// The code of the refusal, if it is refused. All kinds are answered alike.
    pub(crate) code: Option<&'static str>,
}

/// The addresses of one kind, in the order in which they are asked about.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) inputs: Vec<Value>,
}

/// Asks about all addresses, one of each kind at a time and in an order that is drawn each time,
/// and prints what the times tell.
pub(crate) async fn compare(client: &Client, operation: &Operation, kinds: &[Kind]) {
    let mut taken = kinds.iter().map(|_| Vec::new()).collect::<Vec<_>>();
    let samples = kinds.iter().map(|kind| kind.inputs.len()).min();
    for sample in 0..samples.unwrap_or_default() {
        for kind in drawn_order(kinds.len()) {
            let more = Duration::from_millis(below(PAUSE_MORE_MS));
            tokio::time::sleep(PAUSE + more).await;
            let input = &kinds[kind].inputs[sample];
            taken[kind].push(ask(client, operation, input).await);
        }
    }
    for (kind, taken) in kinds.iter().zip(&taken) {
        let what = format!("{}, {}: median", operation.name, kind.name);
        row(&what, milliseconds(median(taken.clone())));
    }
    for (one, first) in kinds.iter().zip(&taken) {
        let after = kinds
            .iter()
            .zip(&taken)
            .skip_while(|(kind, _)| kind.name != one.name);
        for (other, second) in after.skip(1) {
            print(operation, [one, other], MannWhitney::of(first, second));
        }
    }
}

fn print(operation: &Operation, [one, other]: [&Kind; 2], test: MannWhitney) {
    let what = format!("{}, {} and {}", operation.name, one.name, other.name);
    row(&format!("{what}: z"), format!("{:.2}", test.z));
    row(
        &format!("{what}: P(first < second)"),
        format!("{:.3}", test.x_less),
    );
    let verdict = match test.tells_apart() {
        true => "TOLD APART",
        false => "alike",
    };
    row(&format!("{what}, at p < 0.001"), verdict);
}

async fn ask(client: &Client, operation: &Operation, input: &Value) -> f64 {
    let client = stranger(client);
    let variables = json!({ "input": input });
    let started = Instant::now();
    let answer = client.post(operation.query, variables).await;
    let taken = started.elapsed();
    let code = answer["errors"][0]["extensions"]["code"].as_str();
    assert_eq!(code, operation.code, "{}: {answer:#}", operation.name);
    taken.as_secs_f64()
}

/// All numbers below this one, in an order that chance decides.
fn drawn_order(count: usize) -> Vec<usize> {
    let mut left = (0..count).collect::<Vec<_>>();
    let mut drawn = Vec::with_capacity(count);
    while !left.is_empty() {
        drawn.push(left.swap_remove(below(left.len() as u64) as usize));
    }
    drawn
}

/// A number below this one.
fn below(end: u64) -> u64 {
    u64::from_le_bytes(secret::random::<8>()) % end
}
