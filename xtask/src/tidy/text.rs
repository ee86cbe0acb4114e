//! What every text file keeps to, whatever its language.

use super::Finding;
use super::tree::{File, Tree};

const SIZE_MAX: u64 = 512 * 1024;
const KINDS: [&str; 15] = [
    "css", "graphql", "html", "js", "json", "md", "mjs", "rs", "sh", "sql", "toml", "ts", "txt",
    "yaml", "yml",
];
/// Written by programs that have their own idea of white space, as test data may be, too.
const GENERATED: [&str; 2] = ["schema/", "Cargo.lock"];
/// Folders that are somebody's machine when they begin an absolute path.
const MACHINE: [&str; 4] = ["home", "root", "work", "Users"];

/// Checks every file that is kept in the repository.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.files.iter().flat_map(check_file).collect()
}

fn check_file(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    if file.size > SIZE_MAX {
        let message = format!(
            "{} bytes; no file is larger than {SIZE_MAX}: fetch, generate or compress it",
            file.size
        );
        findings.push(Finding::of_file(&file.path, message));
    }
    if !is_text(&file.path) {
        return findings;
    }
    if !is_generated(&file.path) {
        findings.extend(white_space(file));
    }
    for (index, line) in file.text.lines().enumerate() {
        if names_machine_path(line) {
            findings.push(Finding::at(
                &file.path,
                index + 1,
                "names a path of one machine; name it relative to the repository",
            ));
        }
        if file.path.ends_with("-lock.json") && is_mirrored(line) {
            findings.push(Finding::at(
                &file.path,
                index + 1,
                "resolved from a mirror; lock it to registry.npmjs.org",
            ));
        }
    }
    findings
}

fn white_space(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in file.text.split('\n').enumerate() {
        let mut found = |message: &str| findings.push(Finding::at(&file.path, index + 1, message));
        if line.contains('\t') {
            found("a tab; indent with spaces");
        }
        if line.ends_with([' ', '\t', '\r']) {
            found("white space at the end of the line");
        }
    }
    if !file.text.is_empty() && !file.text.ends_with('\n') {
        findings.push(Finding::of_file(&file.path, "the last line does not end"));
    }
    findings
}

fn is_text(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.') {
        Some((_, kind)) => KINDS.contains(&kind) || name == "Cargo.lock",
        None => path == ".ci/run",
    }
}

fn is_generated(path: &str) -> bool {
    GENERATED
        .iter()
        .any(|generated| path.starts_with(generated))
        || path.ends_with("-lock.json")
        || (path.contains("/tests/") && !path.ends_with(".rs"))
}

/// True for an absolute path into a person's folder; a longer path may well contain the same word.
fn names_machine_path(line: &str) -> bool {
    MACHINE.iter().any(|folder| {
        let path = format!("/{folder}/");
        line.match_indices(&path).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() || "_-.~*{}/)".contains(c))
        })
    })
}

fn is_mirrored(line: &str) -> bool {
    let resolved = line.trim_start().strip_prefix("\"resolved\": \"");
    resolved.is_some_and(|url| !url.starts_with("https://registry.npmjs.org/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        check(&Tree::of(&[(path, text)]))
            .iter()
            .map(Finding::to_string)
            .collect()
    }

    #[test]
    fn white_space_is_kept_in_order() {
        assert_eq!(found("README.md", "a\n"), Vec::<String>::new());
        assert_eq!(
            found("README.md", "a \n"),
            ["README.md:1: white space at the end of the line"]
        );
        assert_eq!(
            found("README.md", "\ta\n"),
            ["README.md:1: a tab; indent with spaces"]
        );
        assert_eq!(
            found("README.md", "a"),
            ["README.md: the last line does not end"]
        );
        assert_eq!(found("schema/form.graphql", "\ta \n"), Vec::<String>::new());
    }

    #[test]
    fn paths_of_one_machine_are_found() {
        for folder in MACHINE {
            assert_eq!(found("README.md", &format!("cd /{folder}/me\n")).len(), 1);
            assert_eq!(
                found("README.md", &format!("see docs/{folder}/me\n")).len(),
                0
            );
        }
    }

    #[test]
    fn large_files_are_found() {
        let large = "a".repeat(512 * 1024 + 1);
        assert_eq!(
            found("logo.png", &large),
            [
                "logo.png: 524289 bytes; no file is larger than 524288: fetch, generate or compress it"
            ]
        );
    }

    #[test]
    fn a_lock_file_names_the_public_registry() {
        let line = |host: &str| format!("\"resolved\": \"https://{host}/a.tgz\",\n");
        assert_eq!(
            found("web/package-lock.json", &line("registry.npmjs.org")).len(),
            0
        );
        assert_eq!(
            found("web/package-lock.json", &line("mirror.example")).len(),
            1
        );
    }
}
