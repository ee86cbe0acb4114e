//! Holds composition, plans and differences of schemas against other implementations, which Node.js runs.
//!
//! Where ours differ on purpose is listed in `oracle/differences.rs`, with the reason.
//! Without Node.js and npm nothing is compared, and the test says so.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use router::compose::SubgraphSdl;

#[path = "oracle/compositions.rs"]
mod compositions;
#[path = "oracle/differences.rs"]
mod differences;
#[path = "oracle/diffs.rs"]
mod diffs;
#[path = "oracle/directives.rs"]
mod directives;
#[path = "oracle/node.rs"]
mod node;
#[path = "compose/planner.rs"]
mod planner;

use compositions::Finding;
use differences::DIFFERENCES;

/// One set of subgraphs, and an operation over them where there is one.
struct Case {
    name: String,
    subgraphs: Vec<SubgraphSdl>,
    operation: Option<String>,
}

#[test]
fn other_implementations_agree() {
    let compositions = cases();
    let diffs = diffs::cases();
    let answer = match node::ask(&compositions, &diffs) {
        Ok(answer) => answer,
        Err(reason) => {
            node::say_that_nothing_was_compared(&reason);
            return;
        }
    };
    let mut complaints = Vec::new();
    let mut found = BTreeSet::new();
    for (case, theirs) in compositions.iter().zip(&answer.compositions) {
        for Finding { aspect, text } in compositions::compare(case, theirs) {
            if listed(&case.name, aspect) {
                found.insert((case.name.as_str(), aspect));
            } else {
                complaints.push(format!("{} {aspect:?}: {text}", case.name));
            }
        }
    }
    for difference in DIFFERENCES {
        if !found.contains(&(difference.case, difference.aspect)) {
            let (case, aspect) = (difference.case, difference.aspect);
            complaints.push(format!(
                "{case} {aspect:?} no longer differs, delete its entry"
            ));
        }
    }
    for (case, theirs) in diffs.iter().zip(&answer.diffs) {
        complaints.extend(diffs::compare(case, theirs));
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

fn listed(case: &str, aspect: differences::Aspect) -> bool {
    DIFFERENCES
        .iter()
        .any(|difference| difference.case == case && difference.aspect == aspect)
}

/// Every folder of composition cases, and the subgraphs of the platform.
fn cases() -> Vec<Case> {
    let crate_root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = fs::read_dir(crate_root.join("tests/compose")).unwrap();
    let mut folders: Vec<PathBuf> = folders
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("case.md").exists())
        .collect();
    folders.sort();
    let mut cases: Vec<Case> = folders.iter().map(|folder| case(folder)).collect();
    cases.push(Case {
        name: "platform".to_owned(),
        operation: fs::read_to_string(crate_root.join("tests/oracle/platform.gql")).ok(),
        ..case(&crate_root.join("../schema/subgraphs"))
    });
    cases
}

fn case(folder: &Path) -> Case {
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut subgraphs: Vec<SubgraphSdl> = files
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "graphql")
        })
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            SubgraphSdl {
                url: Some(format!("http://{name}.test/graphql")),
                sdl: fs::read_to_string(path).unwrap(),
                name,
            }
        })
        .collect();
    subgraphs.sort_by(|a, b| a.name.cmp(&b.name));
    Case {
        name: folder.file_name().unwrap().to_str().unwrap().to_owned(),
        operation: fs::read_to_string(folder.join("operation.gql")).ok(),
        subgraphs,
    }
}
