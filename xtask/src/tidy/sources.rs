//! Habits of the Rust sources that clippy has no lint for.

use super::Finding;
use super::rust::{code_only, is_test, names, words};
use super::tree::{File, Tree};

/// Checks every source file.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.rust()
        .flat_map(|file| check_file(file, &code_only(&file.text)))
        .collect()
}

fn check_file(file: &File, code: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    if (is_root(&file.path) || has_public_items(code)) && !opens_with_docs(&file.text) {
        let message =
            "opens without `//!`; say what the file is for and what it deliberately does not do";
        findings.push(Finding::of_file(&file.path, message));
    }
    for (index, line) in code.lines().enumerate() {
        let mut found = |message: &str| findings.push(Finding::at(&file.path, index + 1, message));
        if is_attribute(line, "ignore") {
            found("an ignored test checks nothing; make it pass or delete it");
        }
        if is_attribute(line, "allow") {
            found("use #[expect(…, reason = \"…\")], which says when it is no longer needed");
        }
        if calls_macro(line, "todo") || calls_macro(line, "unimplemented") {
            found("unfinished code; finish it or leave it out");
        }
        let prints = ["dbg", "eprint", "eprintln", "print", "println"];
        if is_library(&file.path) && prints.iter().any(|print| calls_macro(line, print)) {
            found("a library prints nothing; log what an operator needs to know");
        }
        if is_test(&file.path) && names(line, "sleep") {
            found("a test that sleeps is slow or flaky; wait for the condition");
        }
    }
    findings
}

fn is_library(path: &str) -> bool {
    let is_ours = ["kit/src/", "router/src/", "subgraphs/"]
        .iter()
        .any(|start| path.starts_with(start));
    is_ours && !is_test(path)
}

fn is_root(path: &str) -> bool {
    path.ends_with("src/lib.rs") || path.ends_with("src/main.rs") || path.ends_with("it/main.rs")
}

fn has_public_items(code: &str) -> bool {
    code.lines().any(|line| line.starts_with("pub "))
}

fn opens_with_docs(text: &str) -> bool {
    text.starts_with("//!")
}

fn is_attribute(line: &str, name: &str) -> bool {
    words(line, name).any(|at| matches!(line[..at].trim_end().strip_suffix('['), Some(before) if before.ends_with(['#', '!'])))
}

fn calls_macro(line: &str, name: &str) -> bool {
    words(line, name).any(|at| line[at + name.len()..].starts_with('!'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        check(&Tree::of(&[(path, text)])).len()
    }

    #[test]
    fn libraries_print_nothing() {
        let text = "//! Why.\nfn f() { eprintln!(\"here\"); }";
        assert_eq!(found("router/src/a.rs", text), 1);
        assert_eq!(found("server/src/main.rs", text), 0);
        assert_eq!(found("router/tests/it/a.rs", text), 0);
    }

    #[test]
    fn roots_and_public_files_say_what_they_are_for() {
        assert_eq!(found("kit/src/lib.rs", "mod a;"), 1);
        assert_eq!(found("kit/src/lib.rs", "//! Why.\nmod a;"), 0);
        assert_eq!(found("kit/src/a.rs", "pub struct A;"), 1);
        assert_eq!(found("kit/src/a.rs", "pub(crate) struct A;"), 0);
    }

    #[test]
    fn unfinished_and_silenced_code_is_found() {
        for line in [
            "#[ignore]",
            "#[ignore = \"slow\"]",
            "#![allow(dead_code)]",
            "todo!()",
            "unimplemented!(\"x\")",
        ] {
            assert_eq!(found("kit/src/a.rs", line), 1, "{line}");
        }
        for line in [
            "// todo!()",
            "let ignore = [allow];",
            "f(\"#[ignore]\")",
            "todo(x)",
        ] {
            assert_eq!(found("kit/src/a.rs", line), 0, "{line}");
        }
    }

    #[test]
    fn tests_do_not_sleep() {
        assert_eq!(found("tests/it/tour.rs", "tokio::time::sleep(x).await;"), 1);
        assert_eq!(found("kit/src/relay.rs", "tokio::time::sleep(x).await;"), 0);
    }
}
