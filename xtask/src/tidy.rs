//! The rules of the repository that no compiler knows, each a pure check over its files.
//!
//! A check returns every finding rather than the first, and a finding says what to do.

use std::fmt;

use anyhow::{Result, bail};

use crate::workspace;

mod arrows;
mod licences;
mod migrations;
mod owners;
mod rust;
mod sizes;
mod sources;
mod text;
mod tree;

use self::tree::Tree;

/// One broken rule at one place.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    path: String,
    /// Counted from one; zero where the whole file is meant.
    line: usize,
    message: String,
}

impl Finding {
    fn at(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            message: message.into(),
        }
    }

    fn of_file(path: &str, message: impl Into<String>) -> Self {
        Self::at(path, 0, message)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.message),
            line => write!(f, "{}:{line}: {}", self.path, self.message),
        }
    }
}

/// Checks the whole repository.
pub(crate) fn run() -> Result<()> {
    let findings = findings()?;
    if findings.is_empty() {
        return Ok(());
    }
    for finding in &findings {
        eprintln!("{finding}");
    }
    bail!(
        "the repository breaks {} of its rules; each line above says where and what to do",
        findings.len()
    )
}

fn findings() -> Result<Vec<Finding>> {
    let tree = Tree::read(workspace::root())?;
    let mut findings = arrows::check(&workspace::metadata(false)?)?;
    findings.extend(licences::check(&workspace::metadata(true)?, &tree)?);
    findings.extend(owners::check(&tree));
    findings.extend(sources::check(&tree));
    findings.extend(sizes::check(&tree)?);
    findings.extend(migrations::check(&tree));
    findings.extend(text::check(&tree));
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_keeps_its_rules() {
        let findings: Vec<_> = findings()
            .expect("tidy runs")
            .iter()
            .map(Finding::to_string)
            .collect();
        assert!(findings.is_empty(), "{}", findings.join("\n"));
    }
}
