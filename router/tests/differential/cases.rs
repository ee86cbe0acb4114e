//! What once failed, as files: the subgraphs and an operation, or the seed of a graph.
//!
//! A file of `cases/` has a section for each subgraph, `# --- name`, then `# --- operation`
//! and `# --- variables`. A failure of the random run is printed in this form.

use std::fmt::Write;
use std::path::Path;

use router::compose::SubgraphSdl;
use serde_json::Value as Json;

use crate::federation::{Federation, Outcome};
use crate::random::{Tally, try_graph};

const MARK: &str = "# --- ";

/// Seeds whose graphs failed once; each is tried with all its operations.
const SEEDS: &str = include_str!("seeds.txt");

struct Case {
    seed: u64,
    subgraphs: Vec<SubgraphSdl>,
    operation: String,
    variables: Json,
}

impl Case {
    fn read(text: &str) -> Self {
        let mut case = Self {
            seed: 0,
            subgraphs: Vec::new(),
            operation: String::new(),
            variables: Json::Null,
        };
        for section in text.split(MARK).skip(1) {
            let (name, body) = section
                .split_once('\n')
                .expect("a section has a name and a body");
            match name.trim() {
                "seed" => case.seed = body.trim().parse().expect("a seed is a number"),
                "operation" => body.clone_into(&mut case.operation),
                "variables" => {
                    case.variables = serde_json::from_str(body).expect("variables are JSON")
                }
                name => case.subgraphs.push(SubgraphSdl {
                    name: name.to_owned(),
                    url: None,
                    sdl: body.to_owned(),
                }),
            }
        }
        case
    }
}

/// A failure as the text of a case.
pub(crate) fn write(
    seed: u64,
    subgraphs: &[SubgraphSdl],
    operation: &str,
    variables: &Json,
) -> String {
    let mut text = format!("{MARK}seed\n{seed}\n");
    for SubgraphSdl { name, sdl, .. } in subgraphs {
        write!(text, "{MARK}{name}\n{sdl}\n").expect("a string takes all");
    }
    text + &format!("{MARK}operation\n{operation}\n{MARK}variables\n{variables}\n")
}

#[test]
fn what_once_failed_makes_no_difference_any_more() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential/cases");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("the cases are there") {
        let path = entry.expect("it can be listed").path();
        let text = std::fs::read_to_string(&path).expect("it is text");
        let case = Case::read(&text);
        let name = path.display();
        let federation = Federation::new(case.seed, &case.subgraphs)
            .unwrap_or_else(|why| panic!("{name}: {why}"));
        // What data there are depends on the seed: a few give nulls, errors and lists of all lengths.
        for seed in case.seed..case.seed + 8 {
            federation.world.set_seed(seed);
            let outcome = federation.check(&case.operation, &case.variables);
            assert_eq!(outcome, Outcome::Same, "{name} with seed {seed}");
        }
        count += 1;
    }
    assert!(count > 0, "there are no cases");
}

#[test]
fn seeds_that_once_failed_make_no_difference_any_more() {
    let lines = SEEDS.lines().filter(|line| !line.starts_with('#'));
    for seed in lines.filter_map(|line| line.split_whitespace().next()) {
        let seed = seed.parse().expect("a line begins with a seed");
        let outcome = try_graph(seed, &mut Tally::default());
        assert_eq!(outcome, Ok(()));
    }
}
