//! The difference of two schemas, as a folder per case: `old.graphql` and `new.graphql`, what is found in `changes.snap`.
//!
//! `cargo insta test` writes new snapshots; they say what a client is told, so read them.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use router::diff::{Change, Code, diff};

#[path = "diff/properties.rs"]
mod properties;
#[path = "diff/texts.rs"]
mod texts;

/// Makes a test of every folder, named like it.
macro_rules! cases {
    ($($case:ident)*) => {
        $(#[test] fn $case() { check(stringify!($case)); })*

        #[test]
        fn every_folder_is_a_case() {
            let mut listed = vec![$(stringify!($case)),*];
            listed.sort_unstable();
            assert_eq!(folders(), listed, "folders under tests/diff and cases in tests/diff.rs differ");
        }
    };
}

cases! {
    arguments
    directives
    fields
    inputs
    members
    metadata
    roots
    types
    unchanged
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff")
}

fn folders() -> Vec<String> {
    let entries = fs::read_dir(root()).unwrap().map(Result::unwrap);
    let mut names: Vec<String> = entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

fn schema(case: &str, side: &str) -> String {
    fs::read_to_string(root().join(case).join(side).with_extension("graphql")).unwrap()
}

fn changes(case: &str) -> Vec<Change> {
    diff(&schema(case, "old"), &schema(case, "new")).unwrap()
}

/// Compares the two schemas of a folder and holds the outcome against its snapshot.
fn check(case: &str) {
    let lines: Vec<String> = changes(case)
        .iter()
        .map(|change| {
            format!(
                "{} {} {change}",
                change.severity.as_str(),
                change.coordinate
            )
        })
        .collect();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join(case));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("changes", lines.join("\n")));
}

#[test]
fn every_code_is_met_by_some_case() {
    let mut met: Vec<Code> = folders()
        .iter()
        .flat_map(|case| changes(case))
        .map(|change| change.code)
        .collect();
    met.sort_unstable();
    met.dedup();
    assert_eq!(met, Code::ALL);
}
