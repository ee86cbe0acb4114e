//! Both databases have the same migrations.

use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
use super::tree::Tree;

const BACKENDS: [&str; 2] = ["sqlite", "mysql"];

/// Compares the names under `migrations/<database>/sqlite` with those under `…/mysql`.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut names: BTreeMap<&str, BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    for file in tree.files.iter().filter(|file| file.path.ends_with(".sql")) {
        let Some(rest) = file.path.strip_prefix("migrations/") else {
            continue;
        };
        let mut parts = rest.splitn(3, '/');
        if let (Some(database), Some(backend), Some(name)) =
            (parts.next(), parts.next(), parts.next())
        {
            names
                .entry(database)
                .or_default()
                .entry(backend)
                .or_default()
                .insert(name);
        }
    }
    names
        .iter()
        .flat_map(|(database, by_backend)| unpaired(database, by_backend))
        .collect()
}

fn unpaired(database: &str, by_backend: &BTreeMap<&str, BTreeSet<&str>>) -> Vec<Finding> {
    let none = BTreeSet::new();
    let all: BTreeSet<_> = by_backend.values().flatten().copied().collect();
    let mut findings = Vec::new();
    for backend in by_backend
        .keys()
        .filter(|backend| !BACKENDS.contains(backend))
    {
        findings.push(Finding::of_file(
            &format!("migrations/{database}/{backend}"),
            "no such backend",
        ));
    }
    for backend in BACKENDS {
        for name in all.difference(by_backend.get(backend).unwrap_or(&none)) {
            let path = format!("migrations/{database}/{backend}/{name}");
            findings.push(Finding::of_file(
                &path,
                "missing, while the other database has it",
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_without_its_twin_is_found() {
        let tree = Tree::of(&[
            ("migrations/core/sqlite/01_users/up.sql", ""),
            ("migrations/core/mysql/01_users/up.sql", ""),
            ("migrations/core/mysql/02_tenants/up.sql", ""),
        ]);
        let found: Vec<_> = check(&tree).iter().map(Finding::to_string).collect();
        assert_eq!(
            found,
            ["migrations/core/sqlite/02_tenants/up.sql: missing, while the other database has it"]
        );
    }
}
