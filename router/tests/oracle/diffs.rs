//! Holds the classification of changes against that of graphql-js: what it finds bad is at least as bad for us.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use router::diff::{Severity, diff};

use super::node::Differs;

/// An old and a new schema.
pub(crate) struct Pair {
    pub(crate) name: String,
    pub(crate) old: String,
    pub(crate) new: String,
}

/// The folders of `tests/diff`, in both directions.
pub(crate) fn cases() -> Vec<Pair> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff");
    let mut pairs = Vec::new();
    for entry in fs::read_dir(root).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.is_dir() {
            continue;
        }
        let name = folder.file_name().unwrap().to_str().unwrap();
        let text = |side: &str| fs::read_to_string(folder.join(side)).unwrap();
        let (old, new) = (text("old.graphql"), text("new.graphql"));
        pairs.push(Pair {
            name: format!("{name}, reversed"),
            old: new.clone(),
            new: old.clone(),
        });
        pairs.push(Pair {
            name: name.to_owned(),
            old,
            new,
        });
    }
    pairs
}

/// What graphql-js reports more often than we do.
pub(crate) fn compare(pair: &Pair, theirs: &Differs) -> Vec<String> {
    assert_eq!(pair.name, theirs.name);
    let ours = diff(&pair.old, &pair.new).unwrap();
    let bad = ours
        .iter()
        .filter(|change| change.severity != Severity::Safe);
    let mut ours: BTreeMap<&str, usize> = BTreeMap::new();
    for change in bad {
        *ours.entry(theirs_for(change.code.as_str())).or_default() += 1;
    }
    let mut wanted: BTreeMap<&str, usize> = BTreeMap::new();
    for code in &theirs.changes {
        *wanted.entry(code).or_default() += 1;
    }
    wanted
        .into_iter()
        .filter(|(code, count)| ours.get(code).copied().unwrap_or_default() < *count)
        .map(|(code, count)| format!("{}: graphql-js finds {count} × {code}", pair.name))
        .collect()
}

/// What graphql-js calls a change of which we say more.
fn theirs_for(code: &str) -> &str {
    match code {
        "REQUIRED_ARG_DEFAULT_REMOVED" => "ARG_DEFAULT_VALUE_CHANGE",
        same => same,
    }
}
