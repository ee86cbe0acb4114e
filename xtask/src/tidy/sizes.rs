//! Functions that fit a screen and files that fit a head; the exceptions are listed, and the list only shrinks.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::Finding;
use super::rust::{code_only, functions, is_test, without_tests};
use super::tree::Tree;

const FUNCTION_MAX: usize = 70;
const FILE_MAX: usize = 400;
const LIST: &str = "xtask/oversize.txt";

/// Compares what is too long with what the list admits.
pub(super) fn check(tree: &Tree) -> Result<Vec<Finding>> {
    let admitted = admitted(tree.text(LIST))?;
    let oversize = oversize(tree);
    let mut findings = Vec::new();
    for (name, length) in &oversize {
        if let Some(message) = judge(*length, admitted.get(name).copied(), name) {
            findings.push(Finding::of_file(name, message));
        }
    }
    for name in admitted.keys().filter(|name| !oversize.contains_key(*name)) {
        findings.push(Finding::of_file(
            LIST,
            format!("{name} is no longer too long; delete its line"),
        ));
    }
    Ok(findings)
}

fn judge(length: usize, admitted: Option<usize>, name: &str) -> Option<String> {
    match admitted {
        None => Some(format!(
            "{length} lines; split it (a function has at most {FUNCTION_MAX}, a file {FILE_MAX})"
        )),
        Some(max) if length > max => Some(format!("grew from {max} to {length} lines; split it")),
        Some(max) if length < max => Some(format!(
            "shrank to {length} lines; say so in {LIST}: {name} {length}"
        )),
        Some(_) => None,
    }
}

/// What is too long: files by path, functions by `path::name`.
fn oversize(tree: &Tree) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for file in tree.rust() {
        let lines = file.text.lines().count();
        if lines > FILE_MAX {
            found.insert(file.path.clone(), lines);
        }
        if is_test(&file.path) {
            continue; // A table of cases is long, and is no logic.
        }
        for function in functions(&without_tests(&code_only(&file.text))) {
            if function.length > FUNCTION_MAX {
                found.insert(format!("{}::{}", file.path, function.name), function.length);
            }
        }
    }
    found
}

/// One exception a line: a name, a space, its length.
fn admitted(list: &str) -> Result<BTreeMap<String, usize>> {
    list.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let (name, length) = line
                .rsplit_once(' ')
                .with_context(|| format!("{LIST}: no length in {line:?}"))?;
            let length = length
                .parse()
                .with_context(|| format!("{LIST}: no number at the end of {line:?}"))?;
            Ok((name.to_owned(), length))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(list: &str, function_lines: usize) -> Vec<String> {
        let body = "    x();\n".repeat(function_lines - 2);
        let source = format!("fn long() {{\n{body}}}\n");
        let tree = Tree::of(&[(LIST, list), ("kit/src/a.rs", &source)]);
        check(&tree)
            .expect("the list is well-formed")
            .iter()
            .map(Finding::to_string)
            .collect()
    }

    #[test]
    fn an_unlisted_function_is_too_long() {
        assert_eq!(found("", 70), Vec::<String>::new());
        assert_eq!(
            found("", 71),
            ["kit/src/a.rs::long: 71 lines; split it (a function has at most 70, a file 400)"]
        );
    }

    #[test]
    fn a_listed_function_may_only_shrink() {
        assert_eq!(found("kit/src/a.rs::long 80", 80), Vec::<String>::new());
        assert_eq!(
            found("kit/src/a.rs::long 80", 81),
            ["kit/src/a.rs::long: grew from 80 to 81 lines; split it"]
        );
        assert_eq!(found("kit/src/a.rs::long 80", 79).len(), 1);
        assert_eq!(
            found("kit/src/a.rs::long 80", 60),
            ["xtask/oversize.txt: kit/src/a.rs::long is no longer too long; delete its line"]
        );
    }

    #[test]
    fn a_malformed_list_is_an_error() {
        let error = admitted("kit/src/a.rs").expect_err("there is no length");
        assert_eq!(
            error.to_string(),
            "xtask/oversize.txt: no length in \"kit/src/a.rs\""
        );
    }
}
